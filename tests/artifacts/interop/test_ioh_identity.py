"""Functions, runs and values of IOHprofiler logs are identified in each layout, also in incomplete logs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchbook.analysis.columns import columns
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.artifacts.interop import read_ioh
from benchbook.artifacts.interop.imported import with_optima
from benchbook.errors import ArtifactError, UsageError

Write = Callable[[dict[str, str]], Path]


@pytest.fixture(scope="module")
def by_ioh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what ioh logged from a random search on BBOB, SBOX and PBO functions, and one of MA-BBOB."""
    ioh = pytest.importorskip("ioh")
    root = tmp_path_factory.mktemp("ioh")
    rng = np.random.default_rng(1)
    kinds = ioh.ProblemClass
    problems = {
        "bbob": ioh.get_problem(8, instance=2, dimension=3, problem_class=kinds.BBOB),
        "sbox": ioh.get_problem(1, instance=1, dimension=2, problem_class=kinds.SBOX),
        "pbo": ioh.get_problem(1, instance=1, dimension=8, problem_class=kinds.PBO),
        "affine": ioh.problem.ManyAffine(3, 2),
    }
    for name, problem in problems.items():
        logger = ioh.logger.Analyzer(root=str(root), folder_name=name, algorithm_name="RS", algorithm_info="")
        problem.attach_logger(logger)
        for _ in range(40):
            x = rng.uniform(-5, 5, problem.meta_data.n_variables)
            problem((x > 0).astype(int) if name == "pbo" else x)
        problem.reset()
        logger.close()
    return root


def described(**changes: Any) -> dict[str, Any]:
    """Return the index of a small data set, with changes."""
    return {
        "version": "0.3.22",
        "suite": "unknown_suite",
        "function_id": 1,
        "function_name": "Sphere",
        "maximization": False,
        "algorithm": {"name": "A", "info": ""},
        "attributes": ["evaluations", "raw_y"],
        "scenarios": [{"dimension": 2, "path": "d.dat", "runs": [{"instance": 4, "evals": 9, "best": {}}]}],
        **changes,
    }


def data_set(write: Write, rows: str, **changes: Any) -> Path:
    """Write a data set of one run."""
    return write({"IOHprofiler_f1.json": json.dumps(described(**changes)), "d.dat": f"evaluations raw_y\n{rows}"})


@pytest.mark.parametrize(
    ("folder", "name", "f_opt", "maximised"),
    [
        ("bbob", "bbob_f8", 0.0, False),
        ("sbox", "ioh_unknown_suite_Sphere", None, False),
        ("pbo", "pbo_f1_OneMax", None, True),
        ("affine", "ma_bbob_f0", None, False),
    ],
)
def test_logs_without_a_suite_are_distinguished_by_their_values(
    by_ioh: Path, folder: str, name: str, f_opt: float | None, maximised: bool
) -> None:
    """BBOB's function has the logged value at the logged point; SBOX has the same names but other optima."""
    (run,) = read_ioh(by_ioh / folder)
    assert (run.problem.name, run.problem.f_opt, run.maximised) == (name, f_opt, maximised)


def test_a_suite_can_be_given_for_logs_without_one(by_ioh: Path) -> None:
    """A log without a suite is read with the given one; values of SBOX are precisions, as those of BBOB are."""
    (run,) = read_ioh(by_ioh / "sbox", suite="SBOX")
    assert (run.problem.name, run.problem.f_opt) == ("sbox_f1", 0.0)


def test_maximised_values_are_negated_and_their_optimum_too(by_ioh: Path) -> None:
    """OneMax of 8 bits has the maximum 8, so 7 bits give a precision of 1."""
    (run,) = with_optima(read_ioh(by_ioh / "pbo"), {"pbo_f1_OneMax": 8.0})
    assert run.history.best_values.tolist() == sorted(run.history.best_values.tolist(), reverse=True)
    assert run.problem.f_opt == -8.0
    assert run.precision == 8.0 + run.history.best_values[-1]
    assert first_hits(columns([run]), np.array([run.precision])).evaluations[0, 0] == run.history.evaluations[-1]


def test_an_optimum_is_for_functions_of_the_source_that_have_none(by_ioh: Path) -> None:
    """A name without runs, and a function whose values are precisions, are errors."""
    with pytest.raises(UsageError, match="given for other, but the runs are on ma_bbob_f0"):
        list(with_optima(read_ioh(by_ioh / "affine"), {"other": 0.0}))
    with pytest.raises(UsageError, match="bbob_f8, whose values are precisions"):
        list(with_optima(read_ioh(by_ioh / "bbob"), {"bbob_f8": 0.0}))
    (run,) = with_optima(read_ioh(by_ioh / "affine"), {None: 0.0})
    assert run.precision == run.best_value


@pytest.mark.parametrize(("folder", "suite", "name"), [("bbob", "BBOB", "bbob_f8"), ("pbo", None, "pbo_f1_OneMax")])
def test_logs_without_an_index_are_recovered_with_a_warning(
    by_ioh: Path, tmp_path: Path, caplog, folder: str, suite: str | None, name: str
) -> None:
    """Names of folder and file give optimizer, function and dimension, rows give the direction; instances are lost."""
    (whole,) = read_ioh(by_ioh / folder)
    shutil.copytree(by_ioh / folder, tmp_path / "RS")
    next((tmp_path / "RS").glob("*.json")).unlink()
    (run,) = read_ioh(tmp_path / "RS", suite=suite)
    assert (run.problem.name, run.problem.dim, run.problem.instance) == (name, whole.problem.dim, 0)
    assert (run.optimizer.name, run.maximised) == ("RS", whole.maximised)
    assert run.history.best_values == pytest.approx(whole.history.best_values, abs=1e-9)
    assert "the index is missing" in caplog.text


def test_a_direction_is_the_one_in_which_rows_improve(write: Write) -> None:
    """The direction follows from the improving rows, although the last row may not improve."""
    (run,) = read_ioh(write({"RS/data_f1_Own/IOHprofiler_f1_DIM2.dat": "evaluations raw_y\n1 5\n2 6\n3 7\n9 1\n"}))
    assert (run.problem.name, run.maximised, run.history.best_values.tolist()) == ("ioh_Own", True, [-5, -6, -7])


def test_an_ambiguous_direction_is_an_error(write: Write) -> None:
    """Rows that both rise and fall do not show the direction."""
    rows = "evaluations raw_y\n1 5\n2 6\n3 4\n9 9\n"
    with pytest.raises(ArtifactError, match="line 1: values rise 1 times and fall 1 times"):
        list(read_ioh(write({"RS/data_f1_Own/IOHprofiler_f1_DIM2.dat": rows})))


def test_a_rounded_value_is_not_better_than_the_best_of_the_index(write: Write) -> None:
    """1.00000000499e-8 prints as 0.0000000100, which would hit the hardest target."""
    best = 1.00000000499e-8
    runs = [{"instance": 4, "evals": 9, "best": {"evals": 7, "y": best, "x": []}}]
    scenarios = [{"dimension": 2, "path": "d.dat", "runs": runs}]
    (run,) = read_ioh(data_set(write, "1 5.0\n7 0.0000000100\n9 3.0\n", suite="BBOB", scenarios=scenarios))
    assert run.history.best_values.tolist() == [5.0, best]
    assert not np.isfinite(first_hits(columns([run]), np.array([1e-8])).evaluations).any()


@pytest.mark.parametrize(
    "changes",
    [
        {"attributes": ["evaluations", "raw_y", "F2"]},
        {"n_objectives": 2},
        {"scenarios": [{"dimension": 2, "path": "d.dat", "runs": [{"instance": 1, "best": {"y": [1.0, 2.0]}}]}]},
    ],
)
def test_several_objectives_are_refused_unless_one_is_chosen(write: Write, changes: dict[str, Any]) -> None:
    """No objective is chosen silently; a chosen one becomes part of the function's name."""
    text = json.dumps(described(**changes))
    folder = write({"IOHprofiler_f1.json": text, "d.dat": "evaluations raw_y F2\n1 5.0 7.0\n2 4.0 6.0\n"})
    with pytest.raises(UsageError, match="choose a column with --objective"):
        list(read_ioh(folder))
    (run,) = read_ioh(folder, objective="F2")
    assert (run.problem.name, run.history.best_values.tolist()) == ("ioh_unknown_suite_Sphere_F2", [7.0, 6.0])
    with pytest.raises(UsageError, match="objective is 'F3'"):
        list(read_ioh(folder, objective="F3"))


@pytest.mark.parametrize(("offset", "f_opt"), [(79.48, 0.0), (0.0, None)])
def test_the_older_layout_is_read(write: Write, offset: float, f_opt: float | None) -> None:
    """Raw values count; those of BBOB are precisions if the other column adds the optimum of the instance."""
    columns = '"function evaluation" "current f(x)" "best-so-far f(x)" "current af(x)+b" "best af(x)+b"\n'
    rows = "".join(
        f"{at} {value} {best} {value + offset} {best + offset}\n"
        for at, value, best in [(1, 5.0, 5.0), (3, 2.0, 2.0), (9, 4.0, 2.0)]
    )
    index = (
        'suite = "BBOB", funcId = 1, DIM = 2, algId = "O\'Neill", algInfo = ""\n%\n'
        "data_f1/IOHprofiler_f1_DIM2.dat, 1:9|2.0\n"
    )
    (run,) = read_ioh(write({"IOHprofiler_f1.info": index, "data_f1/IOHprofiler_f1_DIM2.dat": columns + rows}))
    assert (run.problem.name, run.problem.f_opt, run.optimizer.name) == ("bbob_f1", f_opt, "O'Neill")
    assert run.history.best_values.tolist() == [5.0, 2.0]
    assert run.evaluations == 9


def test_runs_that_cannot_be_matched_are_an_error(write: Write) -> None:
    """With two runs of the same length and one entry, neither is taken."""
    run = "1 5.0\n9 1.0\n"
    with pytest.raises(ArtifactError, match=r"line 1: names 1 runs, .*d\.dat holds 2"):
        list(read_ioh(data_set(write, f"{run}evaluations raw_y\n{run}")))
