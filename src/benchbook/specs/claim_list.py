"""The claims of a spec, which are collected, shown and judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from benchbook.errors import ClaimsFailedError, UsageError
from benchbook.records import Claim, Verdict
from benchbook.specs.claims import number, requirement, verdict_lines
from benchbook.specs.views.display import Cell, Table
from benchbook.specs.views.tally import CONTRACT

# Probability that a spec whose optimizer has not changed fails one of its tests, which share it. The same amount is
# left for the claims with thresholds, so that at most 1 % of unchanged specs fail.
LEVEL = 0.005
Test = Callable[[float], Claim]


class ClaimList:
    """Claims in the order in which they were made.

    Statistical tests are judged when the claims are read, each at its share of `LEVEL` (Bonferroni).

    Attributes:
        not_judged: Ids of claims that may stay undecided because they need a library that is not installed.
    """

    def __init__(self) -> None:
        """Start without claims."""
        self._entries: dict[str, Claim | Test] = {}
        self.not_judged: set[str] = set()

    def add(self, claim: Claim) -> Claim:
        """Add a claim and return it.

        Raises:
            UsageError: Another claim has this id, or it has no id or no sentence.
        """
        if not claim.id or not claim.text:
            raise UsageError(f"a claim needs an id and a sentence, and has {claim.id!r} and {claim.text!r}")
        self._put(claim.id, claim)
        return claim

    def test(self, id: str, judged_at: Test) -> Claim:
        """Add a claim whose verdict depends on the level; return it as judged with the claims so far.

        Raises:
            UsageError: Another claim has this id.
        """
        self._put(id, judged_at)
        return next(claim for claim in self if claim.id == id)

    def table(self, caption: str = "") -> Table:
        """Return the claims as a table: verdict, sentence, measured value, requirement."""
        rows: list[list[str | Cell]] = [
            [
                Cell(claim.verdict.value, f"bb-verdict bb-{claim.verdict.value}"),
                claim.text,
                f"{number(claim.measured)} {claim.unit if claim.measured is not None else ''}".rstrip()
                + (f" ({claim.detail})" if claim.detail else ""),
                requirement(claim),
                _notices(claim),
            ]
            for claim in self
        ]
        headers = ["verdict", "claim", "measured", "required", "notices"]
        return Table(headers, rows, css="bb-table bb-claims", caption=caption)

    @property
    def tests(self) -> list[str]:
        """Ids of the statistical tests."""
        return [id for id, entry in self._entries.items() if not isinstance(entry, Claim)]

    def lines(self) -> str:
        """Return one line per claim, without measured values, so that it is the same everywhere."""
        return verdict_lines(list(self))

    def demand(self) -> None:
        """Require that all claims hold, except those that could not be judged here.

        Raises:
            ClaimsFailedError: A claim failed or could not be decided.
        """
        claims = list(self)
        checks = [claim for claim in claims if claim.sort == CONTRACT]
        told = self._complaints("quality claims", [claim for claim in claims if claim.sort != CONTRACT])
        told += self._complaints("contract checks", checks)
        if told:
            raise ClaimsFailedError("; ".join(told))

    def _complaints(self, kind: str, claims: Sequence[Claim]) -> list[str]:
        """Return messages about claims that do not hold, and about those that could not be decided."""
        told = []
        if failed := [claim for claim in claims if claim.verdict is Verdict.FAILED]:
            listed = "; ".join(
                f"{claim.id}: measured {number(claim.measured)}, required {requirement(claim)}" for claim in failed
            )
            told.append(f"{len(failed)} of {len(claims)} {kind} do not hold: {listed}")
        if open_ := [c for c in claims if c.verdict is Verdict.UNDECIDED and c.id not in self.not_judged]:
            listed = "; ".join(f"{claim.id}{f': {claim.detail}' if claim.detail else ''}" for claim in open_)
            told.append(f"{len(open_)} of {len(claims)} {kind} could not be decided: {listed}")
        return told

    def __iter__(self) -> Iterator[Claim]:
        tests = len(self.tests)
        for entry in self._entries.values():
            yield entry if isinstance(entry, Claim) else entry(LEVEL / tests)

    def __len__(self) -> int:
        return len(self._entries)

    def _put(self, id: str, entry: Claim | Test) -> None:
        if id in self._entries:
            raise UsageError(f"the claim id {id!r} appears twice")
        self._entries[id] = entry


def _notices(claim: Claim) -> str:
    """Return the size of change that a claim notices: contracts and proofs notice any, others those above a size."""
    if claim.detectable is None:
        return f"any difference ({claim.sort})" if claim.sort != "quality" else ""
    return f"changes of {number(claim.detectable, 2)}"
