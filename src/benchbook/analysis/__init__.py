"""Analysis: the run table and pure functions of it."""

from benchbook.analysis.control import (
    centre_bias,
    convergence,
    decades_behind,
    evaluations_to_targets,
    improvements_ratio,
    orders_of_magnitude_behind,
    paired_wins,
)
from benchbook.analysis.measures.front_measures import front_measures, reference_front
from benchbook.analysis.measures.references import reference
from benchbook.analysis.store_table import StoredRuns
from benchbook.analysis.store_table import open_runs as open  # bb.open reads as what it does
from benchbook.analysis.table import RunTable
from benchbook.importing.moved import find_moved_modules

__all__ = [
    "RunTable",
    "StoredRuns",
    "centre_bias",
    "convergence",
    "decades_behind",
    "evaluations_to_targets",
    "front_measures",
    "improvements_ratio",
    "open",
    "orders_of_magnitude_behind",
    "paired_wins",
    "reference",
    "reference_front",
]

find_moved_modules()
