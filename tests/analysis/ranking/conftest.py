"""Fields written by hand, so that results can be worked out on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from benchbook.analysis.ranking.field import Field
from benchbook.records.published import CellSummary, StudySummary

MakeCell = Callable[..., CellSummary]
MakeField = Callable[..., Field]
TARGETS = np.array([10.0, 1.0, 0.1])


@pytest.fixture
def make_cell() -> MakeCell:
    """Return a function that makes the cell of a published optimizer from the first hits of its runs."""

    def make(optimizer: str, function: str, dim: int, hits: list[list[int]], **fields: object) -> CellSummary:
        count = len(hits)
        known = {
            "settings": {},
            "budget": 100 * dim,
            "target": None,
            "instances": np.arange(1, count + 1),
            "seeds": np.ones(count, dtype=np.int64),
            "evaluations": np.full(count, 100 * dim),
            "hits": np.full(count, np.inf),
            "aocc": None,
            "us_per_evaluation": np.full(count, np.nan),
            "stop_target": 0.1,
            "first_hits": tuple(np.array(run, dtype=np.int64) for run in hits),
        }
        return CellSummary(optimizer=optimizer, function=function, dim=dim, **{**known, **fields})

    return make


@pytest.fixture
def make_summary() -> Callable[..., StudySummary]:
    """Return a function that makes a summary from cells."""

    def make(*cells: CellSummary, version: str = "1") -> StudySummary:
        return StudySummary(
            cells={cell.key: cell for cell in cells}, host=None, commit=None, version=version, startup_s={},
            targets=TARGETS,
        )  # fmt: skip

    return make


@pytest.fixture
def make_field() -> MakeField:
    """Return a function that makes a field from first hits `(optimizers, runs, targets)`; each run spent 100 x dim."""

    def make(hits: Mapping[tuple[str, int], list[list[list[float]]]], budgets: list[float] | None = None) -> Field:
        arrays = {problem: np.array(values, dtype=np.float64) for problem, values in hits.items()}
        count = len(next(iter(arrays.values())))
        return Field(
            optimizers=("mine", *"abcdefgh"[: count - 1]),
            problems=tuple(arrays),
            targets=TARGETS[: next(iter(arrays.values())).shape[2]],
            hits=tuple(arrays.values()),
            spent=tuple(np.full(values.shape[:2], 100.0 * dim) for (_, dim), values in arrays.items()),
            budgets=np.array(budgets or [100.0] * count),
            failures=(),
            notes=(),
        )

    return make
