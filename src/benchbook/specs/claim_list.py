"""The claims of a spec: collected, shown, judged together."""

from __future__ import annotations

from collections.abc import Iterator

from benchbook.errors import ClaimsFailedError, UsageError
from benchbook.records import Claim, Verdict
from benchbook.specs.claims import number, requirement, verdict_lines
from benchbook.specs.views.display import Cell, Table


class ClaimList:
    """Claims in the order in which they were made.

    Attributes:
        not_judged: Ids of claims that need a library which is not installed, and may stay undecided.
    """

    def __init__(self) -> None:
        """Begin without one."""
        self._claims: list[Claim] = []
        self.not_judged: set[str] = set()

    def add(self, claim: Claim) -> Claim:
        """Add a claim and return it.

        Raises:
            UsageError: Another claim has this id, or it has no id or no sentence.
        """
        if not claim.id or not claim.text:
            raise UsageError(f"a claim needs an id and a sentence, and has {claim.id!r} and {claim.text!r}")
        if any(other.id == claim.id for other in self._claims):
            raise UsageError(f"the claim id {claim.id!r} appears twice")
        self._claims.append(claim)
        return claim

    def table(self, caption: str = "") -> Table:
        """Return the claims as a table: verdict, sentence, measured value, requirement."""
        rows: list[list[str | Cell]] = [
            [
                Cell(claim.verdict.value, f"bb-verdict bb-{claim.verdict.value}"),
                claim.text,
                f"{number(claim.measured)} {claim.unit if claim.measured is not None else ''}".rstrip()
                + (f" ({claim.detail})" if claim.detail else ""),
                requirement(claim),
            ]
            for claim in self._claims
        ]
        return Table(["verdict", "claim", "measured", "required"], rows, css="bb-table bb-claims", caption=caption)

    def lines(self) -> str:
        """Return one line per claim, without measured values, so that it is the same everywhere."""
        return verdict_lines(self._claims)

    def demand(self) -> None:
        """Let all of them hold, apart from those that could not be judged here.

        Raises:
            ClaimsFailedError: A claim failed or could not be decided.
        """
        failed = [claim for claim in self._claims if claim.verdict is Verdict.FAILED]
        open_ = [c for c in self._claims if c.verdict is Verdict.UNDECIDED and c.id not in self.not_judged]
        told = []
        if failed:
            listed = "; ".join(
                f"{claim.id}: measured {number(claim.measured)}, required {requirement(claim)}" for claim in failed
            )
            told.append(f"{len(failed)} of {len(self._claims)} claims do not hold: {listed}")
        if open_:
            listed = "; ".join(f"{claim.id}{f': {claim.detail}' if claim.detail else ''}" for claim in open_)
            told.append(f"{len(open_)} of {len(self._claims)} claims could not be decided: {listed}")
        if told:
            raise ClaimsFailedError("; ".join(told))

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)
