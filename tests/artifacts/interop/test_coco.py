"""Export to COCO's format and import from it."""

from __future__ import annotations

import logging
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.columns import columns
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.artifacts.interop import read_coco, write_coco
from benchbook.errors import ArtifactError, UsageError

TARGETS = np.array([10.0, 1.0, 0.1, 1e-2, 1e-4, 1e-8])
HEADER = "% f evaluations | g evaluations | best noise-free fitness - Fopt (7.0e+01) + sum g_i+ | measured | best\n"
INFO = "suite = 'bbob', funcId = 1, DIM = 2, Precision = 1.000e-08, algId = 'A', data_format = 'bbob-new2'\n% x\n"


@pytest.fixture(scope="session")
def cocopp():
    """Return the real post-processing, without its search for archives on the network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("cocopp")


def test_cocopp_loads_the_export_without_a_warning_and_finds_the_same_erts(runs, tmp_path, cocopp, capsys) -> None:
    """`cocopp.load` gives no warning, and its ERTs equal ours target by target."""
    (folder,) = write_coco(runs, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = cocopp.load(str(folder))
    assert "warn" not in capsys.readouterr().out.lower()
    ours = RunTable(runs).ert_table(TARGETS)
    assert len(loaded) == 4
    for data in loaded:
        assert list(data.instancenumbers) == list(range(1, 16))
        expected = ours.loc[("manta_ray_foraging", f"bbob_f{data.funcId}", data.dim)].to_numpy()
        assert data.detERT(TARGETS) == pytest.approx(expected)


def test_cocopp_finds_the_balanced_ert_where_instances_have_unequal_numbers_of_runs(tmp_path, cocopp, caplog) -> None:
    """At cocopp's targets 10^(k/5), four runs of one instance weigh as much as the single run of another."""
    pairs = [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]
    uneven = RunTable(
        bb.run("random_search", "bbob_f21", dim=2, instance=i, seed=seed, budget=400) for i, seed in pairs
    )
    (folder,) = write_coco(uneven, tmp_path)
    assert "instances have 1 to 4 runs" in caplog.text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (data,) = cocopp.load(str(folder))
    targets = 10.0 ** (np.arange(5, -16, -1) / 5)
    balanced = uneven.ert_table(targets)
    assert balanced.to_numpy()[0] == pytest.approx(data.detERT(targets))
    assert not np.allclose(balanced, uneven.ert_table(targets, balance=False))


def test_precisions_are_rounded_up_so_that_none_reaches_a_further_target(tmp_path) -> None:
    """Ten digits of 1.00000000004 would equal the target 1."""
    from dataclasses import replace

    from benchbook.records import History

    run = bb.run("random_search", "bbob_f1", dim=2, instance=1, seed=1, budget=20)
    values = np.array([2.0, 1.00000000004]) + run.problem.f_opt
    write_coco([replace(run, history=History(evaluations=np.array([1, 9]), best_values=values))], tmp_path)
    (back,) = read_coco(tmp_path)
    assert back.history.best_values.tolist() == pytest.approx([2.0, 1.000000001], rel=1e-12)


def test_dimensions_outside_of_the_suite_are_left_out_with_a_warning(tmp_path, caplog) -> None:
    """Dimensions other than COCO's are left out; with no others left it is an error."""
    runs = [bb.run("random_search", "bbob_f1", dim=d, instance=1, seed=1, budget=20) for d in (2, 4, 80)]
    write_coco(runs, tmp_path)
    assert {run.problem.dim for run in read_coco(tmp_path)} == {2}
    assert "dimension 4 (it has 2, 3, 5, 10, 20, 40), dimension 80" in caplog.text
    with pytest.raises(UsageError, match="dimension 4"):
        write_coco(runs[1:], tmp_path)


@pytest.mark.slow
def test_cocopp_main_reads_the_export_without_a_warning(runs, tmp_path) -> None:
    """The whole post-processing runs in a subprocess in which warnings about our data are errors."""
    outside = [
        bb.run("manta_ray_foraging", "bbob_f1", dim=d, instance=i, seed=1, budget=60)
        for d in (4, 80)
        for i in range(1, 16)
    ]
    write_coco([*runs, *outside], tmp_path / "export")
    program = (
        "import warnings\n"
        "with warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore')\n"
        "    import cocopp\n"
        "with warnings.catch_warnings(record=True) as seen:\n"
        "    warnings.simplefilter('always')\n"
        f"    cocopp.main('-o {tmp_path}/pp {tmp_path}/export/manta_ray_foraging')\n"
        "seen = [str(item.message) for item in seen if issubclass(item.category, UserWarning)]\n"
        "assert not seen, seen\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert list((tmp_path / "pp").rglob("index.html"))


def test_our_export_comes_back_with_the_same_first_hits(runs, tmp_path) -> None:
    """Exported and imported again, runs have the same first hits and lengths."""
    write_coco(runs, tmp_path)
    key = lambda run: (run.problem.name, run.problem.dim, run.problem.instance)  # noqa: E731  # a key, used twice
    back, own = sorted(read_coco(tmp_path), key=key), sorted(runs, key=key)
    assert [key(run) for run in back] == [key(run) for run in own]
    assert [run.evaluations for run in back] == [run.evaluations for run in own]
    ours, theirs = (first_hits(columns(table), TARGETS).evaluations for table in (own, back))
    assert np.array_equal(ours, theirs)


def test_data_logged_by_cocoex_have_the_first_hits_that_cocopp_finds(by_cocoex, cocopp, caplog) -> None:
    """Imported runs agree with cocopp's own reading of the same files, without warnings."""
    imported = list(read_coco(by_cocoex))
    assert not caplog.records
    assert {run.evaluations for run in imported} == {300}
    assert imported[0].shift == pytest.approx(79.48)
    hits = first_hits(columns(imported), TARGETS).evaluations
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # fewer than 15 instances, and a field that cocoex writes and cocopp does not know
        loaded = cocopp.load(str(by_cocoex))
    for data in loaded:
        rows = [
            place
            for place, run in enumerate(imported)
            if (run.problem.name, run.problem.dim) == (f"bbob_f{data.funcId}", data.dim)
        ]
        theirs = np.array(data.detEvals(TARGETS)).T
        assert np.array_equal(np.nan_to_num(theirs, nan=np.inf), hits[rows])


def test_functions_without_a_number_are_left_out_with_a_warning(runs, tmp_path, caplog) -> None:
    """A textbook function cannot be written in COCO's format; with no others left it is an error."""
    own = bb.run("random_search", "sphere", dim=2, seed=1, budget=20)
    write_coco([runs[0], own], tmp_path)
    assert "left out" in caplog.text
    assert "sphere" in caplog.text
    with pytest.raises(UsageError, match="sphere"):
        write_coco([own], tmp_path)


def test_a_bare_instance_is_a_run_that_was_not_closed(write, caplog) -> None:
    """For `2` instead of `2:9|...` after a crash, the last logged row ends the run, and the line is named."""
    files = {
        "f1.info": f"{INFO}d.dat, 1:9|1.0e+00, 2\n",
        "d.dat": f"{HEADER}1 0 +5.0e+00 0 0\n9 0 +1.0e+00 0 0\n{HEADER}1 0 +4.0e+00 0 0\n7 0 +2.0e+00 0 0\n",
    }
    first, second = read_coco(write(files))
    assert (first.evaluations, second.evaluations) == (9, 7)
    assert second.history.best_values.tolist() == [4.0, 2.0]
    assert "f1.info, line 3: instance 2 was not closed" in caplog.text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("3 0 nan 0 0", "d.dat, line 3: no value yet"),
        ("0 0 7.0 0 0", "d.dat, line 3: left out, it precedes the first evaluation"),
        ("\0\0", "d.dat, line 3: left out, NUL bytes"),
    ],
)
def test_rows_without_a_value_are_named_by_file_and_line(write, caplog, row: str, said: str) -> None:
    """NaN, rows before the first evaluation and blocks of zeros cost only the rows they are in."""
    files = {"f1.info": f"{INFO}d.dat, 1:9|1.0e+00\n", "d.dat": f"{HEADER}1 0 5.0 0 0\n{row}\n9 0 1.0 0 0\n"}
    (run,) = read_coco(write(files))
    assert run.history.best_values.tolist() == [5.0, 1.0]
    assert said in caplog.text


@pytest.mark.parametrize("row", ["3 0", "3 0 2.0", "x y z 0 0", "-3 0 1.0 0 0", "1e999 0 1.0 0 0", "3 0 1.0\x00 0 0"])
def test_malformed_rows_are_an_error_that_names_the_line(write, row: str) -> None:
    """Torn, foreign and impossible rows are errors; a row torn within a number has fewer columns than the others."""
    files = {"f1.info": f"{INFO}d.dat, 1:9|1.0e+00\n", "d.dat": f"{HEADER}1 0 5.0 0 0\n{row}\n9 0 1.0 0 0\n"}
    with pytest.raises(ArtifactError, match=r"d\.dat, line 3: torn or not a row of numbers"):
        list(read_coco(write(files)))


def test_missing_first_rows_are_warned_of(write, caplog) -> None:
    """A run whose first row is not evaluation 1 gives a warning."""
    files = {"f1.info": f"{INFO}d.dat, 1:4|5.0e+00\n", "d.dat": f"{HEADER}4 0 5.0 0 0\n"}
    (run,) = read_coco(write(files))
    assert run.evaluations == 4
    assert "the first row of a run is evaluation 4" in caplog.text


@pytest.mark.parametrize("ending", [3, 9])
def test_a_length_that_the_rows_do_not_have_is_an_error(write, ending: int) -> None:
    """With missing or additional rows, the data file does not belong to the index."""
    files = {"f1.info": f"{INFO}d.dat, 1:{ending}|5.0e+00\n", "d.dat": f"{HEADER}1 0 7.0 0 0\n4 0 5.0 0 0\n"}
    with pytest.raises(
        ArtifactError, match=f"f1.info, line 3: instance 1 has {ending} evaluations, but its rows.*at 4"
    ):
        list(read_coco(write(files)))


def test_a_run_that_the_index_closed_has_rows(write) -> None:
    """A header without rows counts as an interrupted run only if the index gives no length."""
    files = {
        "f1.info": f"{INFO}d.dat, 1:4|5.0e+00, 2:7|1.0e+00\n",
        "d.dat": f"{HEADER}1 0 7.0 0 0\n4 0 5.0 0 0\n{HEADER}",
    }
    with pytest.raises(ArtifactError, match=r"f1\.info, line 3: instance 2 has 7 evaluations, but no rows in .*d\.dat"):
        list(read_coco(write(files)))


def test_other_rows_in_tdat_than_in_dat_are_an_error(write) -> None:
    """Both files have the same number of runs, but different ones."""
    files = {
        "f1.info": f"{INFO}d.dat, 1:4|5.0e+00\n",
        "d.dat": f"{HEADER}1 0 7.0 0 0\n4 0 5.0 0 0\n",
        "d.tdat": f"{HEADER}1 0 8.0 0 0\n4 0 5.0 0 0\n",
    }
    with pytest.raises(ArtifactError, match=r"d\.tdat, line 1: its runs are not those of d\.dat"):
        list(read_coco(write(files)))


def test_the_old_format_has_its_best_precision_in_the_same_column(write) -> None:
    """Without `data_format` the columns are evaluations, f - fopt, best f - fopt, ..."""
    old = "funcId = 3, DIM = 5, Precision = 1.000e-08, algId = 'BFGS'\n% x\nd.dat, 1:5|2.0e+00\n"
    data = "% function evaluation | noise-free fitness - Fopt (1.0e+01) | best | measured | best measured | x1\n"
    (run,) = read_coco(write({"f3.info": old, "d.dat": f"{data}1 7.0 7.0 17 17\n5 9.0 2.0 19 12\n"}))
    assert (run.problem.name, run.problem.dim) == ("bbob_f3", 5)
    assert run.history.best_values.tolist() == [7.0, 2.0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.info": "funcId = x, DIM = 2, algId = 'A'\n"}, "a.info, line 1"),
        ({"a.info": "d.dat, 1:2|3\n"}, "a.info, line 1: data before"),
        ({"a.info": f"{INFO}d.dat, 1:2|3\n"}, "'d.dat' is missing"),
        ({"a.info": f"{INFO}../../etc/passwd, 1:2|3\n"}, "is outside"),
        ({"a.info": f"{INFO}d.dat, what\n", "d.dat": HEADER}, "'what' is not instance"),
        ({"a.info": f"{INFO}d.dat, 1:2|3\n", "d.dat": "1 0 5 5 5\n"}, "d.dat, line 1: a row before"),
    ],
)
def test_what_is_not_the_format_is_an_error_that_names_the_line(write, files: dict[str, str], said: str) -> None:
    """Each message names the place of the error; a path that leaves its folder is refused."""
    with pytest.raises(ArtifactError, match=said):
        list(read_coco(write(files)))


def test_nothing_to_read_is_a_usage_error(tmp_path: Path) -> None:
    """A missing folder and a folder without `.info` files are usage errors."""
    for folder, said in [(tmp_path / "none", "no such file or folder"), (tmp_path, r"no \*\.info")]:
        with pytest.raises(UsageError, match=said):
            list(read_coco(folder))


def test_an_empty_info_file_is_warned_of(write, caplog) -> None:
    """An empty index next to valid ones gives a warning."""
    whole = {"f1.info": f"{INFO}d.dat, 1:9|1.0e+00\n", "d.dat": f"{HEADER}1 0 +5.0e+00 0 0\n9 0 +1.0e+00 0 0\n"}
    assert len(list(read_coco(write({**whole, "torn.info": ""})))) == 1
    assert "torn.info, line 1: no runs, it is empty" in caplog.text


def test_names_cannot_break_out_of_the_header(tmp_path, caplog) -> None:
    """Quotation marks and line breaks in a label become underscores."""
    from dataclasses import replace

    run = bb.run("random_search", "bbob_f1", dim=2, instance=1, seed=1, budget=20)
    odd = replace(run, optimizer=replace(run.optimizer, name="a', x = 'b\n% c"))
    (folder,) = write_coco([odd], tmp_path)
    (back,) = read_coco(tmp_path)
    assert back.optimizer.name == "a_x_b_c"
    assert folder.name == "a_x_b_c"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
