import logging
import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UsageError
from benchbook.problems import digest, expand, names
from benchbook.problems.callables.announced import _entry_points

COST = '''
import benchbook as bb


@bb.function(bounds=(-5, 5), dims=[2, 3], instances=3, f_opt=0.0)
def airfoil(x, instance):
    """A wing."""
    return float(((x - instance) ** 2).sum())


def bare(x):
    return 0.0
'''


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the import path of a function in a module of the working directory."""
    (tmp_path / "costs_of_own.py").write_text(COST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    sys.modules.pop("costs_of_own", None)
    return "costs_of_own:airfoil"


def test_a_function_is_found_by_its_place(place: str) -> None:
    """The function found there has its bounds, dimensions, instances and optimum."""
    problem = bb.problem(place, dim=3, instance=2)
    assert (problem.name, problem.dim, problem.f_opt) == (place, 3, 0.0)
    assert problem(np.full((1, 3), 2.0)).tolist() == [0.0]
    assert expand([place]) == [place]
    with pytest.raises(UsageError, match="dim is 4, expected one of 2, 3"):
        bb.problem(place, dim=4)
    with pytest.raises(UsageError, match="at most 2"):
        bb.problem(place, dim=2, instance=3)


def test_a_function_without_bounds_is_refused(place: str) -> None:
    """The message shows how to give bounds."""
    with pytest.raises(UsageError, match=r"bb\.function\(bounds="):
        bb.problem("costs_of_own:bare", dim=2)


def test_it_is_pickled_by_its_place(place: str) -> None:
    """A worker process imports the function, and its digest depends on source and instance."""
    problem = bb.problem(place, dim=2, instance=1)
    again = pickle.loads(pickle.dumps(problem))  # noqa: S301  # its own bytes
    assert (again.name, again.instance, digest(again)) == (problem.name, 1, digest(problem))


def test_a_study_of_an_own_function_runs_in_processes_and_is_verified(place: str, tmp_path: Path) -> None:
    """Workers find the function, and a run is repeated from its record alone."""
    made = bb.study(optimizers="random_search", functions=[place], dims=[2], instances=[0, 1], budget=30)
    runs = made.run(tmp_path / "store", executor="processes", workers=1)
    assert len(runs) == 2
    assert bb.verify(next(iter(runs))).identical


def test_a_function_is_found_by_the_name_that_a_package_announces(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name works in the catalog, in studies and in workers, and the digest is that of its source."""
    package = tmp_path / "site" / "costs-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: costs\nVersion: 1\n")
    (package / "entry_points.txt").write_text(
        "[benchbook.functions]\nairfoil = costs_of_own:airfoil\nlost = costs_of_own:gone\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path, str(package.parent), str(tmp_path)])
    monkeypatch.setenv("PYTHONPATH", f"{package.parent}{os.pathsep}{tmp_path}")
    _entry_points.cache_clear()
    try:
        assert "airfoil" in names()
        problem = bb.problem("airfoil", dim=2, instance=1)
        assert (problem.name, digest(problem)) == ("airfoil", digest(bb.problem(place, dim=2, instance=1)))
        made = bb.study(optimizers="random_search", functions=["airfoil"], dims=[2], instances=[1], budget=20)
        assert len(made.run(tmp_path / "store", executor="processes", workers=1)) == 1
        with pytest.raises(UsageError, match="'lost' cannot be loaded from costs_of_own:gone"):
            bb.problem("lost", dim=2)
        with pytest.raises(UsageError, match="did you mean 'airfoil'"):
            bb.problem("airfoyl", dim=2)
    finally:
        _entry_points.cache_clear()


def raises_sometimes(x: np.ndarray) -> float:
    """Raise an error on one side."""
    if x[0] > 0:
        raise ValueError("mesh failed")
    return float(x @ x)


def test_an_error_ends_the_run_unless_it_counts_as_nan(caplog: pytest.LogCaptureFixture) -> None:
    """By default an error ends the run; with `nan` it is an invalid evaluation, and the first one is logged."""
    stopped = bb.run("random_search", raises_sometimes, bounds=(-1, 1), dim=2, budget=40)
    assert (stopped.stop, stopped.error is not None) == (bb.Stop.ERROR, True)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        whole = bb.run("random_search", raises_sometimes, bounds=(-1, 1), dim=2, budget=40, on_error="nan")
    assert (whole.status, whole.evaluations) == (bb.Status.DONE, 40)
    assert 0 < whole.invalid_evaluations < 40
    assert caplog.text.count("mesh failed") == 1
    assert whole.run_key != stopped.run_key
    with pytest.raises(UsageError, match="on_error is 'skip', expected 'stop' or 'nan'"):
        bb.run("random_search", raises_sometimes, bounds=(-1, 1), dim=2, on_error="skip")
    with pytest.raises(UsageError, match="which is for callables"):
        bb.run("random_search", "sphere", dim=2, on_error="nan")


def test_a_vectorized_callable_that_raises_loses_its_batch() -> None:
    """All points of the batch are invalid, since it is unknown which of them raised the error."""

    def objective(x: np.ndarray) -> np.ndarray:
        raise ValueError("no")

    record = bb.run("random_search", objective, bounds=(-1, 1), dim=2, vectorized=True, budget=20, on_error="nan")
    assert record.invalid_evaluations == record.evaluations == 20
