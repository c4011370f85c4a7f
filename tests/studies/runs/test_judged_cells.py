"""Cells on constrained or bi-objective problems: lockstep runs are byte-equal to the same runs alone."""

import logging
from typing import Any

import numpy as np
import pytest

from benchbook.optimizers import optimizer
from benchbook.problems import from_callable, problem
from benchbook.protocols import Problem
from benchbook.records import RunRecord
from benchbook.runs import lockstep
from benchbook.studies import execute
from benchbook.studies.runs import cells
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.planned_run import PlannedRun, planned_run
from benchbook.typing import FloatArray

_CASES = [
    ("nsga2", "bbob_biobj_f1"), ("random_search", "bbob_biobj_f20"), ("nsga2", "bbob_constrained_f9"),
    ("epsilon_de", "bbob_constrained_f3"), ("random_search", "bbob_constrained_f20"),
]  # fmt: skip


def _cell(name: str, function: str | Problem, **options: Any) -> list[PlannedRun]:
    problems = (
        [problem(function, dim=3, instance=1 + k % 3) for k in range(5)]
        if isinstance(function, str)
        else [function] * 5
    )
    return [planned_run(optimizer(name), item, seed=k, **options) for k, item in enumerate(problems)]


def _both(runs: list[PlannedRun], caplog: pytest.LogCaptureFixture) -> tuple[list[RunRecord], list[RunRecord]]:
    with caplog.at_level(logging.INFO, logger="benchbook"):
        together = execute_cell(runs)
    assert "one by one" not in caplog.text
    return together, [execute(item) for item in runs]


def _contents(records: list[RunRecord]) -> list[Any]:
    return [(run.content_digest, run.run_key, run.stop, run.evaluations, run.invalid_evaluations) for run in records]


@pytest.mark.parametrize(("name", "function"), _CASES)
@pytest.mark.parametrize("rule", [{"budget": 901}, {"budget": 1300, "stagnation": 150}, {"budget": 700, "target": 9.0}])
def test_judged_runs_in_lockstep_are_byte_equal_to_the_same_runs_alone(
    name: str, function: str, rule: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """History, archive, solution, counts and stop agree, also if runs end at different evaluations."""
    if "constrained" in function:
        pytest.importorskip("cocoex")
    together, alone = _both(_cell(name, function, **rule), caplog)
    assert _contents(together) == _contents(alone)
    assert together[0].archive == alone[0].archive
    assert (together[0].archive is None) == ("biobj" not in function)


def test_they_are_done_in_lockstep(monkeypatch: pytest.MonkeyPatch) -> None:
    """All runs of a cell use one call of the loop."""
    called: list[int] = []

    def counted(*arguments: Any, **options: Any) -> Any:
        called.append(len(options["target_values"]))
        return lockstep.run_lockstep(*arguments, **options)

    monkeypatch.setattr(cells, "run_lockstep", counted)
    execute_cell(_cell("nsga2", "bbob_biobj_f1", budget=300))
    assert called == [5]


def test_values_that_are_missing_are_counted_in_the_run_they_belong_to(caplog: pytest.LogCaptureFixture) -> None:
    """NaN in one objective is invalid; without a known optimum an infeasible point just has no value."""

    def two(x: FloatArray) -> tuple[float, float]:
        return float(np.sqrt(x[0])), float((x**2).sum())  # NaN where x_0 < 0

    with np.errstate(invalid="ignore"):
        made = from_callable(two, bounds=(-1, 1), dim=2, objectives=2, ideal=(0, 0), nadir=(1, 1))
        together, alone = _both(_cell("nsga2", made, budget=300), caplog)
    assert _contents(together) == _contents(alone)
    assert all(run.invalid_evaluations > 0 for run in together)
    plane = from_callable(lambda x: float(x.sum()), bounds=(-1, 1), dim=2, constraints=lambda x: 0.5 - x[0])
    together, alone = _both(_cell("epsilon_de", plane, budget=600), caplog)
    assert _contents(together) == _contents(alone)
    assert all(run.invalid_evaluations == 0 for run in together)


def test_an_objective_that_raises_fails_in_its_own_run() -> None:
    """The cell is repeated one run at a time, and the others are done."""

    def two(x: FloatArray) -> tuple[float, float]:
        if x[0] > 0.99:
            raise ValueError("too far")
        return float(x[0]), float(1 - x[0])

    made = from_callable(two, bounds=(0, 1), dim=1, objectives=2, ideal=(0, 0), nadir=(1, 1))
    records = execute_cell(_cell("random_search", made, budget=60))
    assert _contents(records) == _contents([execute(item) for item in _cell("random_search", made, budget=60)])
    assert any(run.error is not None for run in records)
