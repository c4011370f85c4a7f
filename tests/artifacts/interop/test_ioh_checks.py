"""The index of an IOHprofiler log is compared with the rows, and its suite with the values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.interop import read_ioh
from benchbook.errors import ArtifactError, UsageError

Write = Callable[[dict[str, str]], Path]
ROWS = "evaluations raw_y\n1 9.5000000000\n7 {:.10f}\n40 12.0000000000\n"
NAMES = {1: "Sphere", 7: "StepEllipsoid", 8: "Rosenbrock", 24: "LunacekBiRastrigin"}


def bbob_run(number: int, instance: int, step: float = 0.5) -> tuple[dict[str, Any], str]:
    """Return the entry and the rows of a run whose best value is that of BBOB's function near its optimum."""
    problem = bb.problem(f"bbob_f{number}", dim=2, instance=instance)
    x = problem.x_opt + step
    y = float(problem(x[np.newaxis, :])[0] - problem.f_opt)
    return {"instance": instance, "evals": 40, "best": {"evals": 7, "y": y, "x": x.tolist()}}, ROWS.format(y)


def log_of(number: int, runs: list[tuple[dict[str, Any], str]], **changes: Any) -> dict[str, str]:
    """Return the files of a log in two dimensions."""
    path = f"data_f{number}/IOHprofiler_f{number}_DIM2.dat"
    index = {
        "version": "0.4.2",
        "suite": "unknown_suite",
        "function_id": number,
        "function_name": NAMES[number],
        "maximization": False,
        "algorithm": {"name": "A", "info": ""},
        "attributes": ["evaluations", "raw_y"],
        "scenarios": [{"dimension": 2, "path": path, "runs": [entry for entry, _ in runs]}],
        **changes,
    }
    index = {name: value for name, value in index.items() if value is not None}
    return {f"IOHprofiler_f{number}.json": json.dumps(index, indent=1), path: "".join(rows for _, rows in runs)}


def names(folder: Path, **options: Any) -> set[str]:
    """Return the names of the functions that are read."""
    return {run.problem.name for run in read_ioh(folder, **options)}


@pytest.mark.parametrize(
    ("best", "said"),
    [
        (
            {"evals": 7, "y": 0.75},
            r"line 20: instance 1 has the value 0\.75 at evaluation 7, but its rows, from line 1 of",
        ),
        ({"evals": 8, "y": 0.25}, r"line 20: instance 1 has the best value 0\.25, but the best of its rows.* is 0\.5"),
    ],
)
def test_a_best_value_that_the_rows_do_not_have_is_an_error(write: Write, best: dict[str, float], said: str) -> None:
    """A different value at that evaluation, or missing rows, is an error."""
    entry = {"instance": 1, "evals": 40, "best": best}
    with pytest.raises(ArtifactError, match=said):
        list(read_ioh(write(log_of(1, [(entry, ROWS.format(0.5))]))))


def test_rows_better_than_the_index_are_warned_of_once(write: Write, caplog) -> None:
    """The index of a logger without improvements may lack some of them, and the rows count."""
    entry = {"instance": 1, "evals": 40, "best": {"evals": 1, "y": 9.5}}
    runs = list(read_ioh(write(log_of(1, [(entry, ROWS.format(0.5))] * 3, suite="BBOB"))))
    assert [run.best_value for run in runs] == [0.5] * 3
    (record,) = caplog.records
    assert "line 20: the best value is not the best of the rows, which count; 3 such runs" in record.getMessage()


def test_runs_without_their_first_rows_are_warned_of_in_one_line(write: Write, caplog) -> None:
    """It is unknown what a run without its first rows has hit."""
    entry = {"instance": 1, "evals": 40, "best": {"evals": 7, "y": 0.5}}
    rows = ROWS.format(0.5).replace("1 9.5000000000\n", "")
    assert len(list(read_ioh(write(log_of(1, [(entry, rows)] * 3, suite="BBOB"))))) == 3
    (record,) = caplog.records
    assert "line 2: the first row of a run is evaluation 7, expected 1; the same in 3 runs" in record.getMessage()


def test_loggers_without_a_version_wrote_the_last_row_after_the_entry(write: Write) -> None:
    """The index of a logger without a version has the end of the row before the last one; others have the last."""
    entry = {"instance": 1, "evals": 7, "best": {"evals": 7, "y": 0.5}}
    (run,) = read_ioh(write(log_of(1, [(entry, ROWS.format(0.5))], version=None, attributes=None)))
    assert run.evaluations == 40
    with pytest.raises(ArtifactError, match=r"instance 1 has 7 evaluations, but its rows.* end at 40"):
        list(read_ioh(write(log_of(1, [(entry, ROWS.format(0.5))]))))


@pytest.mark.parametrize("mark", [9, 3])
def test_the_older_layout_has_the_last_evaluation_or_that_of_the_best_value(write: Write, mark: int) -> None:
    """Loggers of IOHexperimenter before 0.3.3 wrote the evaluation of the best value."""
    header = '"function evaluation" "current f(x)" "best-so-far f(x)" "current af(x)+b" "best af(x)+b"\n'
    rows = header + "1 5 5 5 5\n3 2 2 2 2\n9 4 2 4 2\n"
    index = 'suite = "mine", funcId = 1, funcName = "Own", DIM = 2, algId = "A"\n%\nd/a.dat, 1:{}|2;0.5\n'
    (run,) = read_ioh(write({"IOHprofiler_f1.info": index.format(mark), "d/a.dat": rows}))
    assert (run.evaluations, run.best_value) == (9, 2.0)
    with pytest.raises(ArtifactError, match=r"line 3: instance 1 ends at evaluation 8, or is best there, but its rows"):
        list(read_ioh(write({"IOHprofiler_f1.info": index.format(8), "d/a.dat": rows})))


def test_values_next_to_the_optimum_are_not_compared_to_the_last_digit(write: Write, caplog) -> None:
    """Around the optimum ioh's step ellipsoid is 0 and COCO's 1e-7, and ioh records nothing once a run is solved."""
    problem = bb.problem("bbob_f7", dim=2, instance=1)
    x = problem.x_opt + 1e-3
    assert 0 < problem(x[np.newaxis, :])[0] - problem.f_opt < 1e-6
    entry = {"instance": 1, "evals": 40, "best": {"evals": 7, "y": 8.8e-11, "x": x.tolist()}}
    rows = ROWS.format(1e-10).replace("40 12.0000000000", "40 0.0000000000")
    assert names(write(log_of(7, [(entry, rows)]))) == {"bbob_f7"}
    assert not caplog.records


def test_every_run_has_a_say_in_the_suite(write: Write) -> None:
    """If twelve runs have BBOB's value at their point and a thirteenth does not, the error names its line."""
    runs = [bbob_run(1, instance) for instance in range(1, 13)]
    assert names(write(log_of(1, runs))) == {"bbob_f1"}
    entry, rows = bbob_run(1, 13)
    with pytest.raises(
        ArtifactError, match=r"line 164: instance 14 in 2-D: the best value is not that of BBOB's function"
    ):
        names(write(log_of(1, [*runs, ({**entry, "instance": 14}, rows)])))


def test_functions_that_sbox_shares_with_bbob_are_of_the_suite_of_their_folder(write: Write, caplog) -> None:
    """f24 alone fits both suites; next to f1, which differs in SBOX, it is BBOB's."""
    assert names(write(log_of(24, [bbob_run(24, 1)]))) == {"ioh_unknown_suite_LunacekBiRastrigin"}
    assert "BBOB and SBOX have these values and is taken for neither; choose one with --suite" in caplog.text
    assert names(write(log_of(1, [bbob_run(1, 1)]))) == {"bbob_f1", "bbob_f24"}


def test_a_point_outside_the_box_is_of_bbob(write: Write) -> None:
    """SBOX has no values outside of the box."""
    assert names(write(log_of(24, [bbob_run(24, 1, step=5.5)]))) == {"bbob_f24"}


@pytest.mark.parametrize(
    ("told", "given", "said"),
    [
        ("SBOX", "BBOB", r"suite is 'BBOB', but .*f8\.json, line 16, is of the suite 'SBOX'"),
        (
            None,
            "SBOX",
            r"suite is 'SBOX', but in .*f8\.json, line \d+: instance 1 in 2-D, the best value is that of BBOB",
        ),
        (None, "PBO", r"suite is 'PBO', but .*f8\.json, line \d+, f8 Rosenbrock is a function of BBOB or SBOX"),
        ("", "bbob", None),
    ],
)
def test_a_suite_that_the_data_contradict_is_an_error(
    write: Write, told: str | None, given: str, said: str | None
) -> None:
    """A suite named by the log or the user must fit the values."""
    folder = write(log_of(8, [bbob_run(8, 1)], suite=told))
    if said is None:
        assert names(folder, suite=given) == {"bbob_f8"}
        return
    with pytest.raises(UsageError, match=said):
        names(folder, suite=given)


def test_values_that_are_not_bbobs_contradict_the_suite_bbob(write: Write, caplog) -> None:
    """If the user chose BBOB, other values are an error; if the log did, only values of another instance are."""
    entry, rows = bbob_run(8, 1)
    folder = write(log_of(8, [({**entry, "instance": 2}, rows)]))
    with pytest.raises(
        UsageError, match=r"suite is 'BBOB', but in .* instance 2 in 2-D, the best value is not that of BBOB"
    ):
        names(folder, suite="BBOB")
    write(log_of(8, [({**entry, "instance": 2}, rows)], suite="BBOB"))
    with pytest.raises(ArtifactError, match=r"instance 2 in 2-D: the best value is that of instance 1 at its point"):
        names(folder)
    odd = {**entry, "best": {**entry["best"], "x": [0.1, 0.2]}}
    assert names(write(log_of(8, [(odd, rows)], suite="BBOB"))) == {"bbob_f8"}
    assert "instance 1 in 2-D: the best value is not that of BBOB's function at its point (1 runs)" in caplog.text


def test_names_that_a_suite_does_not_have_are_warned_of(write: Write, caplog) -> None:
    """Runs with such names are kept apart from those of the suite's functions."""
    run = bbob_run(1, 1)
    assert names(write(log_of(1, [run], suite="BBOB", function_name="Spher"))) == {"ioh_BBOB_Spher"}
    assert names(write(log_of(1, [run], suite="BxOB"))) == {"ioh_BxOB_Sphere"}
    assert "line 16: f1 Spher is not a function of BBOB and is kept apart" in caplog.text
    assert "line 16: the suite 'BxOB' is not one of IOHprofiler's; functions are named after it" in caplog.text


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"function_id": "x"}, 4, "function_id is 'x', expected a whole number"),
        ({"function_name": 7}, 5, "not in the format of IOHprofiler: function_name is '7', expected a text"),
        ({"maximization": "no"}, 6, "maximization is 'no', expected true or false"),
        ({"algorithm": "A"}, 7, "not in the format of IOHprofiler: algorithm is 'A', expected an object"),
        ({"algorithm": {"info": ""}}, 7, "not in the format of IOHprofiler: algorithm.name is missing"),
        ({"attributes": ["evaluations"]}, 11, "attributes are .* expected raw_y among them"),
        ({"attributes": "raw_y"}, 11, "not in the format of IOHprofiler: attributes is 'raw_y', expected a list"),
        ({"scenarios": None}, 1, "not in the format of IOHprofiler: scenarios is missing"),
        ({"scenarios": [{"dimension": 2, "path": "d"}]}, 16, "scenarios.0.runs is missing"),
    ],
)
def test_errors_in_the_head_name_the_line_of_the_field(
    write: Write, changes: dict[str, Any], line: int, said: str
) -> None:
    """If the field is missing, the line of the surrounding object is named."""
    with pytest.raises(ArtifactError, match=rf"IOHprofiler_f1\.json, line {line}: .*{said}"):
        names(write(log_of(1, [bbob_run(1, 1)], **changes)))
