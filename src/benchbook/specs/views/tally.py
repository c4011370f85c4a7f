"""How many claims of a spec hold, with contract checks counted apart from quality claims.

Terminal and site show the same texts, which are made from the claims of an outcome artifact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONTRACT = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Numbers of claims of one sort, by verdict."""

    held: int
    failed: int
    undecided: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.held + self.failed + self.undecided

    def text(self, verb: str) -> str:
        """Return how many hold, and the verdicts of the others.

        Args:
            verb: The verb for those that hold, `hold` or `pass`; may begin with a noun.

        Examples:
            >>> Count(held=4, failed=0, undecided=0).text("contract checks pass")
            '4 of 4 contract checks pass'
            >>> Count(held=3, failed=1, undecided=1).text("hold")
            '3 of 5 hold, 1 failed, 1 undecided'
        """
        others = [f"{n} {word}" for n, word in ((self.failed, "failed"), (self.undecided, "undecided")) if n]
        return ", ".join([f"{self.held} of {self.total} {verb}", *others])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The claims of a spec, counted.

    Attributes:
        contract: Claims that any sound optimizer passes: runs complete, stay in budget, and depend only on their seed.
        quality: All other claims.
        reasons: The reasons of undecided claims, each once.
    """

    contract: Count
    quality: Count
    reasons: tuple[str, ...]

    @property
    def undecided(self) -> int:
        """How many claims of either sort are undecided."""
        return self.contract.undecided + self.quality.undecided

    @property
    def quality_text(self) -> str:
        """How many quality claims hold, or a text that says that a spec has only contract checks."""
        if self.quality.total:
            return self.quality.text("hold")
        return "none, contract checks only" if self.contract.total else "none judged"

    @property
    def contract_text(self) -> str:
        """How many contract checks pass."""
        return self.contract.text("pass") if self.contract.total else "none"

    @property
    def text(self) -> str:
        """Both texts in one line."""
        if not self.quality.total:
            return f"contract checks only: {self.contract_text}" if self.contract.total else "no claim judged"
        told = [self.quality.text("quality claims hold")]
        if self.contract.total:
            told.append(self.contract.text("contract checks pass"))
        return "; ".join(told)

    @property
    def reasons_text(self) -> str:
        """Why claims are undecided; empty if none are."""
        return "; ".join(self.reasons)


def tally(claims: Sequence[Mapping[str, Any]]) -> Tally:
    """Count the claims of an outcome artifact.

    Examples:
        >>> claims = [{"sort": "contract", "verdict": "held"}, {"sort": "quality", "verdict": "undecided"}]
        >>> tally(claims).text
        '0 of 1 quality claims hold, 1 undecided; 1 of 1 contract checks pass'
    """
    undecided = [claim for claim in claims if claim.get("verdict") == "undecided"]
    reasons = dict.fromkeys(claim.get("detail") or "nothing could be measured" for claim in undecided)
    return Tally(
        contract=_count(claim for claim in claims if claim.get("sort") == CONTRACT),
        quality=_count(claim for claim in claims if claim.get("sort") != CONTRACT),
        reasons=tuple(reasons),
    )


def status_text(outcome: Mapping[str, Any]) -> str:
    """Return the status of an outcome, with the number of its undecided claims.

    Examples:
        >>> status_text({"status": "held", "claims": [{"verdict": "held"}, {"verdict": "undecided"}]})
        'held, 1 undecided'
    """
    undecided = tally(outcome["claims"]).undecided
    return f"{outcome['status']}{f', {undecided} undecided' if undecided else ''}"


def _count(claims: Iterable[Mapping[str, Any]]) -> Count:
    verdicts = Counter(claim.get("verdict") for claim in claims)
    return Count(held=verdicts["held"], failed=verdicts["failed"], undecided=verdicts["undecided"])
