"""Bad optimizers and objectives cost only their own runs, and every executor records the same."""

from __future__ import annotations

import functools
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bad_work
import numpy as np
import pytest
from catalog_functions import add_function, catalog_put_back

import benchbook as bb
from benchbook.records import RunRecord, Status, Stop

LIMIT_S = 3.0


@pytest.fixture(scope="module")
def objectives() -> Iterator[list[str]]:
    """Register the objectives in the catalog, and return them by name."""
    with catalog_put_back():
        yield [
            add_function(f"bad_{name}", functools.partial(bad_work.evaluate, behaviour=name))
            for name in bad_work.OBJECTIVES
        ]


def outcome(record: RunRecord) -> tuple[object, ...]:
    """Return the part of a record that must not depend on the executor."""
    error = None if record.error is None else (record.error.type, record.error.message)
    return record.status, record.stop, error, record.evaluations


def outcomes(folder: Path, executor: str, objectives: list[str], *, leaving: bool) -> dict[tuple[str, str], Any]:
    """Run everything under an executor."""
    kept = [made for made in bad_work.OPTIMIZERS if leaving or made.raises != "leave"]
    named = [name for name in objectives if leaving or name != "bad_leave"]
    workers = {} if executor == "serial" else {"workers": 1}
    found = {}
    for optimizers, functions in ((kept, ["sphere"]), (["random_search"], named)):
        study = bb.study(optimizers=optimizers, functions=functions, dims=2, seeds=1, budget=12)
        for record in study.run(folder / functions[-1], executor=executor, timeout_per_run=LIMIT_S, **workers):
            found[record.optimizer.name, record.problem.name] = outcome(record)
    return found


def state() -> list[Any]:
    """Return the state that a careless objective changes."""
    legacy = np.random.get_state()  # noqa: NPY002  # the state that others may use
    return [np.geterr(), Path.cwd(), legacy[1].tolist(), legacy[2:], random.getstate(), list(warnings.filters)]


@pytest.fixture(scope="module")
def serial(objectives: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """Return what a serial study records."""
    before = state()
    found = outcomes(tmp_path_factory.mktemp("serial"), "serial", objectives, leaving=False)
    assert state() == before
    return found


@pytest.mark.parametrize("executor", ["processes", "dask"])
def test_all_executors_record_the_same(
    executor: str, serial: dict[tuple[str, str], Any], objectives: list[str], tmp_path: Path
) -> None:
    """Status, reason, error text and evaluations are the same; every run has an outcome, also if a process exited."""
    if executor == "dask":
        pytest.importorskip("distributed")
    before = state()
    found = outcomes(tmp_path, executor, objectives, leaving=True)
    assert executor == "dask" or state() == before  # Dask itself draws random numbers
    for key in [("leave_optimizer", "sphere"), ("random_search", "bad_leave")]:
        status, _, error, _ = found.pop(key)
        assert status is Status.FAILED
        assert "exit code 3" in error[1]
    assert found == serial


def test_each_costs_its_own_run(serial: dict[tuple[str, str], Any]) -> None:
    """Exceptions are recorded by name, hanging runs by the time limit, and the other runs were done."""
    names = {"error": "ValueError", "unprintable": "UnprintableError", "exit": "SystemExit"}
    names |= {"interrupt": "KeyboardInterrupt", "generator_exit": "GeneratorExit", "no_text": "ValueError"}
    for behaviour, name in names.items():
        for key in [(f"{behaviour}_optimizer", "sphere"), ("random_search", f"bad_{behaviour}")]:
            assert serial[key][2][0] == name
    for key in [("hang_optimizer", "sphere"), ("random_search", "bad_hang")]:
        assert serial[key][1] is Stop.TIMEOUT
    for key in [("changes_optimizer", "sphere"), ("random_search", "bad_changes"), ("random_search", "sphere")]:
        assert serial[key][:2] == (Status.DONE, Stop.BUDGET)
    assert len(serial) == len(bad_work.OPTIMIZERS) + len(bad_work.OBJECTIVES) - 1  # the control without work that exits
