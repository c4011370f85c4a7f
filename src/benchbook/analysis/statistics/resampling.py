"""The names under which intervals were called when they were those of a bootstrap; they are Student's now."""

from __future__ import annotations

from benchbook.analysis.statistics.bayesian import Probabilities, bayesian_signed_rank
from benchbook.analysis.statistics.intervals import Estimate, ert_of, ert_ratio, mean_difference, ratio
from benchbook.typing import FloatArray

__all__ = [
    "Estimate",
    "Probabilities",
    "bayesian_signed_rank",
    "bootstrap_difference",
    "bootstrap_ert_ratio",
    "ert_of",
    "ratio",
]


def bootstrap_ert_ratio(
    a: tuple[FloatArray, FloatArray],
    b: tuple[FloatArray, FloatArray],
    *,
    level: float = 0.95,
    samples: int | None = None,  # noqa: ARG001  # nothing is drawn any more
    seed: int | None = None,  # noqa: ARG001  # nothing is drawn any more
) -> Estimate:
    """Return what `intervals.ert_ratio` returns; samples and seed are ignored."""
    return ert_ratio(a, b, level=level)


def bootstrap_difference(
    a: FloatArray,
    b: FloatArray,
    *,
    paired: bool,
    level: float = 0.95,
    samples: int | None = None,  # noqa: ARG001  # nothing is drawn any more
    seed: int | None = None,  # noqa: ARG001  # nothing is drawn any more
) -> Estimate:
    """Return what `intervals.mean_difference` returns; samples and seed are ignored."""
    return mean_difference(a, b, paired=paired, level=level)
