"""Export to IOHprofiler and import from it, nevergrad's tables, and benchbook's own tables."""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis.columns import columns
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.artifacts.interop import (
    read_coco,
    read_imported,
    read_ioh,
    read_nevergrad,
    write_coco,
    write_csv,
    write_imported,
    write_ioh,
    write_parquet,
)
from benchbook.errors import ArtifactError, UsageError

TARGETS = np.array([10.0, 1.0, 0.1, 1e-2, 1e-4])


def described(**changes: object) -> str:
    """Return the JSON of a small data set, with changes."""
    return json.dumps(
        {
            "version": "0.3",
            "suite": "BBOB",
            "function_id": 1,
            "function_name": "Sphere",
            "maximization": False,
            "algorithm": {"name": "A", "info": "__import__('os').abort()"},
            "attributes": ["evaluations", "raw_y"],
            "scenarios": [{"dimension": 2, "path": "d.dat", "runs": [{"instance": 4, "evals": 9, "best": {}}]}],
            **changes,
        }
    )


def test_iohinspector_reads_the_export_without_a_warning(runs, tmp_path) -> None:
    """All runs are found, with their lengths, instances and first hits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        iohinspector = pytest.importorskip("iohinspector")
    write_ioh(runs, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        manager = iohinspector.DataManager()
        manager.add_folder(str(tmp_path))
        frame = manager.load(monotonic=True, include_meta_data=True).to_pandas()
    assert len(manager.overview) == len(runs)
    for run, row in zip(runs, first_hits(columns(runs), TARGETS).evaluations, strict=True):
        number = int(run.problem.name.removeprefix("bbob_f"))
        own = frame[
            (frame.function_id == number)
            & (frame.dimension == run.problem.dim)
            & (frame.instance == run.problem.instance)
        ]
        assert set(own.evals) == {run.evaluations}
        for target, hit in zip(TARGETS, row, strict=True):
            reached = own.evaluations[own.raw_y <= target]
            assert (float(reached.min()) if len(reached) else np.inf) == hit


def test_our_export_comes_back_with_the_same_first_hits(runs, tmp_path) -> None:
    """Exported and imported again, runs have the same first hits, lengths and instances."""
    write_ioh(runs, tmp_path)
    key = lambda run: (run.problem.name, run.problem.dim, run.problem.instance)  # noqa: E731  # a key, used twice
    back, own = sorted(read_ioh(tmp_path), key=key), sorted(runs, key=key)
    assert [(key(run), run.evaluations) for run in back] == [(key(run), run.evaluations) for run in own]
    ours, theirs = (first_hits(columns(table), TARGETS).evaluations for table in (own, back))
    assert np.array_equal(ours, theirs)


def test_functions_of_benchbook_keep_their_name_and_precision(tmp_path) -> None:
    """Functions are exported as precisions under the suite benchbook; a user's own has no known optimum there."""
    own = bb.function(lambda x: float((x**2).sum()), bounds=(-5, 5), dims=2)
    made = [bb.run("random_search", f, dim=2, instance=1, seed=1, budget=20) for f in ("sphere", "bbob_noisy_f101")]
    write_ioh([*made, bb.run("random_search", own, dim=2, seed=1, budget=20)], tmp_path)
    back = {run.problem.name: run.precision for run in read_ioh(tmp_path)}
    assert {run.problem.name: back[run.problem.name] for run in made} == {
        run.problem.name: run.precision for run in made
    }
    assert [value for name, value in back.items() if name.startswith("ioh_benchbook")] == [None]


def test_data_logged_by_ioh_have_the_first_hits_that_were_seen(tmp_path) -> None:
    """The first hits of imported runs equal those noted while ioh logged every value."""
    ioh = pytest.importorskip("ioh")
    logger = ioh.logger.Analyzer(root=str(tmp_path), folder_name="ioh", algorithm_name="RS", algorithm_info="")
    rng = np.random.default_rng(1)
    seen = []
    for instance in (1, 2, 3):
        problem = ioh.get_problem(8, instance=instance, dimension=2, problem_class=ioh.ProblemClass.BBOB)
        problem.attach_logger(logger)
        seen.append([problem(rng.uniform(-5, 5, 2)) - problem.optimum.y for _ in range(300)])
        problem.reset()
        problem.detach_logger()
    logger.close()
    imported = list(read_ioh(tmp_path / "ioh"))
    assert [(run.problem.name, run.problem.instance, run.evaluations) for run in imported] == [
        ("bbob_f8", instance, 300) for instance in (1, 2, 3)
    ]
    for row, values in zip(first_hits(columns(imported), TARGETS).evaluations, seen, strict=True):
        for target, hit in zip(TARGETS, row, strict=True):
            below = np.flatnonzero(np.array(values) <= target)
            assert hit == (below[0] + 1 if len(below) else np.inf)


def test_strings_of_a_file_are_data(write) -> None:
    """Text that would end the process if it were evaluated is read as text."""
    text = described(experiment_attributes=[{"x": "__import__('os').abort()"}])
    (run,) = read_ioh(write({"IOHprofiler_f1.json": text, "d.dat": "evaluations raw_y\n1 5.0\n9 7.0\n"}))
    assert run.history.best_values.tolist() == [5.0]  # the last row is the current value, not the best
    assert (run.evaluations, run.problem.instance, run.seed, run.budget) == (9, 4, None, None)


def test_missing_values_and_missing_entries_are_warned_of(write, caplog) -> None:
    """Warnings name `None` as a value, a run without an entry, and a first row that is not evaluation 1."""
    data = "evaluations raw_y\n1 5.0\n2 None\n9 3.0\nevaluations raw_y\n3 4.0\n"
    (run,) = read_ioh(write({"IOHprofiler_f1.json": described(), "d.dat": data}))
    assert (run.problem.instance, run.history.best_values.tolist()) == (4, [5.0, 3.0])
    for said in ("d.dat, line 3: left out", "names 1 runs", "1 runs of d.dat are left out", "line 6: the first row"):
        assert said in caplog.text


@pytest.mark.parametrize("row", ["4", "4 3.2x", "x 3.0", "0 3.0", "-4 3.0"])
def test_malformed_rows_are_an_error_that_names_the_line(write, row: str) -> None:
    """Torn, foreign and impossible rows are errors."""
    data = f"evaluations raw_y\n1 5.0\n{row}\n9 3.0\n"
    with pytest.raises(ArtifactError, match=r"d\.dat, line 3: torn or not a row of numbers"):
        list(read_ioh(write({"IOHprofiler_f1.json": described(), "d.dat": data})))


def test_rows_beyond_the_length_of_the_index_are_an_error(write) -> None:
    """A run of nine evaluations cannot have a row for the tenth."""
    data = "evaluations raw_y\n1 5.0\n10 3.0\n"
    with pytest.raises(ArtifactError, match=r"instance 4 has 9 evaluations, but its rows, from line 1 of .*end at 10"):
        list(read_ioh(write({"IOHprofiler_f1.json": described(), "d.dat": data})))


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"dimension": 2', '"dimension": 0', 17),
        ('"instance": 4', '"instance": -4', 20),
        ('"evals": 9', '"evals": 5', 20),
    ],
)
def test_errors_of_an_index_name_the_line_of_the_run(write, old: str, new: str, line: int) -> None:
    """If a JSON file has several lines, the message names that of the dimension or the run."""
    text = json.dumps(json.loads(described()), indent=1).replace(old, new)
    data = "evaluations raw_y\n1 5.0\n9 3.0\n"
    with pytest.raises(ArtifactError, match=rf"IOHprofiler_f1\.json, line {line}: "):
        list(read_ioh(write({"IOHprofiler_f1.json": text, "d.dat": data})))


@pytest.mark.parametrize("row", ["DE,x,1,1,3,sphere", "DE,10,1,1,3", "DE,10,1,1,3,sphere,7", "DE,10,0.x,1,3,sphere"])
def test_malformed_rows_of_nevergrad_are_an_error_that_names_the_line(write, row: str) -> None:
    """Torn rows, and text where a number is needed, are errors."""
    text = f"optimizer_name,budget,loss,seed,dimension,name\nDE,100,0.5,7,3,sphere\n{row}\n"
    with pytest.raises(ArtifactError, match=r"a\.csv, line 3: "):
        list(read_nevergrad(write({"a.csv": text})))


def test_functions_outside_of_bbob_have_no_known_optimum(write) -> None:
    """Values of other suites are kept as they are."""
    text = described(suite="mine", function_id=1, function_name="OneMax")
    (run,) = read_ioh(write({"IOHprofiler_f1.json": text, "d.dat": "evaluations raw_y\n1 5.0\n"}))
    assert (run.problem.name, run.problem.f_opt, run.precision) == ("ioh_mine_OneMax", None, None)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"IOHprofiler_a.json": "{\n bad"}, "IOHprofiler_a.json, line 2"),
        ({"IOHprofiler_a.json": "{}"}, "not in the format"),
        ({"IOHprofiler_a.json": described(maximization="no")}, "line 1: maximization is 'no'"),
        ({"IOHprofiler_a.json": described(attributes=["evaluations"])}, "expected raw_y"),
        ({"IOHprofiler_a.json": described()}, "is missing"),
        ({"IOHprofiler_a.json": described(), "d.dat": "1 2\n"}, "d.dat, line 1: a row before"),
        ({"IOHprofiler_a.json": described(), "d.dat": "evaluations y\n"}, "d.dat, line 1: columns"),
        (
            {"IOHprofiler_a.json": described(scenarios=[{"dimension": 2, "path": "../../x", "runs": []}])},
            "is outside",
        ),
    ],
)
def test_what_is_not_the_format_is_an_error(write, files: dict[str, str], said: str) -> None:
    """The message names the file, and the line if there is one."""
    with pytest.raises(ArtifactError, match=said):
        list(read_ioh(write(files)))


def test_nevergrad_rows_are_fixed_budget_points(write, caplog) -> None:
    """Each row gives one point at the end of the budget; failed experiments are named by their line."""
    text = (
        "optimizer_name,budget,loss,seed,dimension,name\n"
        "DE,100,0.5,7,3,sphere\nDE,100,nan,-1,3,sphere\nDE,100,inf,1,3,sphere\nPSO,50,0.25,-1,,f(x)\n"
    )
    first, last = read_nevergrad(write({"a.csv": text}))
    assert (first.history.evaluations.tolist(), first.history.best_values.tolist()) == ([100], [0.5])
    assert (first.seed, last.seed, first.fixed_budget, first.problem.f_opt) == (7, None, True, None)
    assert last.problem.name == "nevergrad_f_x"
    assert "a.csv, line 3" in caplog.text
    assert "a.csv, line 4" in caplog.text


def test_nevergrad_tables_need_their_columns(write, tmp_path: Path) -> None:
    """A missing column is an error, a missing file a usage error."""
    with pytest.raises(ArtifactError, match="line 1: the columns loss"):
        list(read_nevergrad(write({"a.csv": "optimizer_name,budget\nDE,1\n"})))
    with pytest.raises(UsageError, match="no such file"):
        list(read_nevergrad(tmp_path / "none.csv"))


def test_imported_runs_are_kept_in_a_store_as_such(by_cocoex, tmp_path) -> None:
    """Imported runs come back equal, marked with their format, next to the runs already in the store."""
    imported = list(read_coco(by_cocoex))
    assert write_imported(imported, tmp_path) == len(imported)
    back = list(read_imported(tmp_path))
    assert [run.format for run in back] == ["coco"] * len(imported)
    assert [run.history for run in back] == [run.history for run in imported]
    with pytest.raises(UsageError, match="no runs"):
        write_imported([], tmp_path)


def test_damaged_imports_are_found_by_the_check_of_the_store(runs, tmp_path) -> None:
    """A file of imports that was cut or changed is named."""
    from benchbook.artifacts.store.repair import inspect

    write_coco(runs[:2], tmp_path / "coco")
    write_imported(read_coco(tmp_path / "coco"), tmp_path)
    assert list(inspect(tmp_path)) == []
    (path,) = (tmp_path / "imported").iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    (finding,) = inspect(tmp_path)
    assert finding.path == f"imported/{path.name}"
    assert "truncated" in finding.reason


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_hold_every_run_and_every_improvement(runs, tmp_path, form: str) -> None:
    """There are two tables, joined by run_id, with all digits of the numbers."""
    import pandas as pd

    if form == "parquet":
        pytest.importorskip("pyarrow")
        paths = write_parquet(runs[:3], tmp_path)
        found, improvements = (pd.read_parquet(path) for path in paths)
    else:
        paths = write_csv(runs[:3], tmp_path)
        found, improvements = (pd.read_csv(path) for path in paths)
    assert found.run_id.tolist() == [run.run_id for run in runs[:3]]
    assert found.best_value.tolist() == pytest.approx([run.best_value for run in runs[:3]], rel=1e-14)
    own = improvements[improvements.run_id == runs[1].run_id]
    assert own.best_value.tolist() == pytest.approx(runs[1].history.best_values.tolist(), rel=1e-14)


def test_csv_keeps_special_characters_in_their_fields(tmp_path) -> None:
    """A comma or a quotation mark in a name does not start another column."""

    class Odd:
        name = 'a,"b"'

        def __init__(self, lower, upper, rng) -> None:
            self.x = rng.uniform(lower, upper, (4, len(lower)))

        def ask(self):
            return self.x

        def tell(self, x, fx) -> None:
            pass

    write_csv([bb.run(Odd, "sphere", dim=2, seed=1, budget=4)], tmp_path)
    with (tmp_path / "runs.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["optimizer"] == 'a,"b"'
