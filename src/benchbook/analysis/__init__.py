"""Analysis: the run table and pure functions of it."""

from benchbook.analysis.measures import (
    centre_bias,
    convergence,
    evaluations_to_targets,
    improvements_ratio,
    paired_wins,
)
from benchbook.analysis.table import RunTable

__all__ = ["RunTable", "centre_bias", "convergence", "evaluations_to_targets", "improvements_ratio", "paired_wins"]
