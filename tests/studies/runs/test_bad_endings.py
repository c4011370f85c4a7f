"""Objectives and optimizers that end badly cost only their own run, and only the user's Ctrl-C ends the study."""

from __future__ import annotations

import os
import random
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.records import Status
from benchbook.typing import FloatArray


class UnprintableError(Exception):
    """An exception without a text."""

    def __str__(self) -> str:
        """Raise an error."""
        raise RuntimeError("no text")

    __repr__ = __str__


ENDINGS: dict[str, Callable[[], BaseException]] = {
    "UnprintableError": UnprintableError,
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": GeneratorExit,
    "KeyboardInterrupt": KeyboardInterrupt,
    "BaseException": lambda: BaseException("bare"),
    "ValueError": lambda: ValueError("\ud800 is not text"),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_what_an_objective_raises_is_recorded(name: str) -> None:
    """Any exception is recorded by its name."""

    def objective(x: FloatArray) -> float:
        raise ENDINGS[name]()

    record = bb.run("random_search", objective, bounds=(-1, 1), dim=2, seed=1, budget=10)
    assert record.status is Status.FAILED
    assert record.error is not None
    assert record.error.type == name


@pytest.mark.parametrize("name", ENDINGS)
def test_what_an_optimizer_raises_costs_its_run(name: str, tmp_path: Path) -> None:
    """The other runs of a serial study are done."""

    class Bad:
        name = "bad"

        def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator) -> None:
            self.point = np.array([(lower + upper) / 2])

        def ask(self) -> FloatArray:
            return self.point

        def tell(self, x: FloatArray, fx: FloatArray) -> None:
            raise ENDINGS[name]()

    study = bb.study(optimizers=[Bad, "random_search"], functions="sphere", dims=2, seeds=2, budget=30)
    assert len(study.run(tmp_path)) == len(study)


@pytest.mark.parametrize("inside", [0, 3])
def test_a_value_outside_the_bounds_does_not_count(inside: int, tmp_path: Path) -> None:
    """The run fails, and its record keeps what came before."""

    class Leaves:
        name = "leaves"

        def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator) -> None:
            self.lower, self.asked = lower, 0

        def ask(self) -> FloatArray:
            self.asked += 1
            return np.array([self.lower if self.asked <= inside else self.lower - 1e9])

        def tell(self, x: FloatArray, fx: FloatArray) -> None:
            """Learn nothing."""

    def falling(x: FloatArray) -> float:
        return float(x.sum())

    record = bb.run(Leaves, falling, bounds=(-1, 1), dim=2, seed=1, budget=9)
    assert record.status is Status.FAILED
    assert record.best_value == (-2.0 if inside else None)
    assert record.evaluations == inside
    assert bb.load(bb.save(record, tmp_path / "run.json")) == record


def test_a_signal_still_ends_the_run() -> None:
    """Ctrl-C in the middle of an objective comes from the user."""

    def objective(x: FloatArray) -> float:
        os.kill(os.getpid(), signal.SIGINT)
        return 0.0

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        bb.run("random_search", objective, bounds=(-1, 1), dim=2, seed=1, budget=10)
    assert signal.getsignal(signal.SIGINT) is before


def test_closing_that_fails_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The result is kept, with a warning."""

    class Bad:
        name = "bad"

        def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator) -> None:
            self.point = np.array([(lower + upper) / 2])

        def ask(self) -> FloatArray:
            return self.point

        def tell(self, x: FloatArray, fx: FloatArray) -> None:
            """Learn nothing."""

        def close(self) -> None:
            raise UnprintableError

    assert bb.run(Bad, "sphere", dim=2, seed=1, budget=5).status is Status.DONE
    assert "closing the optimizer raised UnprintableError" in caplog.text


def test_the_state_of_the_process_is_put_back(tmp_path: Path) -> None:
    """NumPy's error handling, the working folder, random states and warning filters are restored."""

    def objective(x: FloatArray) -> float:
        np.seterr(all="raise")
        os.chdir(tmp_path)
        np.random.seed(1)  # noqa: NPY002  # what an objective may do
        random.seed(1)
        warnings.simplefilter("ignore")
        return float(x @ x)

    def state() -> list[Any]:
        legacy = np.random.get_state()  # noqa: NPY002  # the same
        return [np.geterr(), Path.cwd(), legacy[1].tolist(), legacy[2:], random.getstate(), list(warnings.filters)]

    before = state()
    bb.run("random_search", objective, bounds=(-1, 1), dim=2, seed=1, budget=5)
    assert state() == before


def test_a_worker_names_what_ended_the_run(tmp_path: Path) -> None:
    """An exit in another process is recorded by its name."""
    (tmp_path / "leaving.py").write_text(
        "class Leaves:\n"
        '    name = "leaves"\n'
        "    def __init__(self, lower, upper, rng): self.point = [lower]\n"
        "    def ask(self): return self.point\n"
        "    def tell(self, x, fx): raise SystemExit(3)\n"
    )
    sys.path.insert(0, str(tmp_path))
    try:
        from leaving import Leaves  # type: ignore[import-not-found]  # made above

        study = bb.study(optimizers=[Leaves], functions="sphere", dims=2, seeds=1, budget=5)
        runs = study.run(tmp_path / "store", executor="processes", workers=1)
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("leaving", None)
    failed = [record.error for record in runs.store.records() if record.error is not None]
    assert [error.type for error in failed] == ["SystemExit"]
