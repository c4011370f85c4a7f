"""The rows of a comparison, and their verdicts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The verdict on a metric."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric of one cell, or of all cells of an optimizer.

    Attributes:
        lane: `quality` or `time`.
        optimizer: Label of the optimizer.
        function: Name of the function; `all` for all cells.
        dim: Dimension; None for all cells.
        metric: What was measured.
        baseline: The value in the baseline; None if missing, may be infinite.
        current: The value now.
        verdict: The verdict.
        reason: The reason for it.
        low: Lower end of the 95 % interval of the difference (of the ratio for ERT); None if unknown.
        high: Upper end.
        p: p-value, adjusted for the number of rows; None if there was no test.
        gap: Whether a cell of the baseline could not be compared because it is missing or has another budget.
    """

    lane: str
    optimizer: str
    function: str
    dim: int | None
    metric: str
    baseline: float | None
    current: float | None
    verdict: Verdict
    reason: str = ""
    low: float | None = None
    high: float | None = None
    p: float | None = None
    gap: bool = False

    @property
    def delta(self) -> float | None:
        """Current minus baseline; None if one is missing or both are infinite."""
        if self.baseline is None or self.current is None:
            return None
        difference = self.current - self.baseline
        return None if math.isnan(difference) else difference

    @property
    def relative(self) -> float | None:
        """Delta divided by baseline; None without a delta, or if the baseline is zero or infinite."""
        if self.delta is None or not self.baseline or abs(self.baseline) == float("inf"):
            return None
        return self.delta / abs(self.baseline)
