"""Runs of COCO logs are matched with their entry, and functions with their suite."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from benchbook.analysis.columns import columns
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.artifacts.interop import read_coco
from benchbook.artifacts.interop.sources.suites import coco_function
from benchbook.errors import ArtifactError, UsageError
from benchbook.problems import catalog
from benchbook.records.imported import ImportedRun

HEADER = "% f evaluations | g evaluations | best noise-free fitness - Fopt (1.0) + sum g_i+ | measured | best\n"


def info(number: int = 1, dim: int = 2, suite: str = "bbob") -> str:
    """Return the two lines above the data line of an index."""
    return f"suite = '{suite}', funcId = {number}, DIM = {dim}, algId = 'A', data_format = 'bbob-new2'\n% x\n"


def rows(*points: tuple[int, float]) -> str:
    """Return a run as it is written in a data file."""
    return HEADER + "".join(f"{at} 0 {value:.9e} 0 0\n" for at, value in points)


ONE, TWO, THREE = rows((1, 10), (100, 1e-9)), rows((1, 20), (200, 0.1)), rows((1, 30), (300, 5))


def ends(runs: list[ImportedRun]) -> list[tuple[int, int, float]]:
    """Return instance, length and last value of each run."""
    return [(run.problem.instance, run.evaluations, float(run.history.best_values[-1])) for run in runs]


@pytest.mark.parametrize(
    ("index", "files"),
    [
        (f"{info()}a.dat, 1:100|1e-9\n{info()}a.dat, 2:200|.1\n", {"a.dat": ONE + TWO}),
        (f"{info()}a.dat, 1:100|1e-9, b.dat, 2:200|.1\n", {"a.dat": ONE, "b.dat": TWO}),
        (f"{info()}a.dat, b.dat, 1:100|1e-9, 2:200|.1\n", {"a.dat": ONE, "b.dat": TWO}),
        (f"{info()}a.dat, 1:100|1e-9, 2:200|.1\n", {"a.dat": ONE + HEADER + TWO}),
        (f"{info()}a.dat, 1:100|1e-9, 7, 2:200|.1\n", {"a.dat": ONE + HEADER + TWO}),
        (f"{info()}a.dat, 1:100|1e-9, 7, 2:200|.1\n", {"a.dat": ONE + TWO}),
        (f"{info()}a.dat, 1:100|1e-9, 2:200|.1\n", {"a.dat": ONE + THREE + TWO}),
        (f"{info()}a.dat, 1:100|1e-9, 2:200|.1\n" * 2, {"a.dat": ONE + TWO}),
        (f"{info()}gone.dat, 9:9|1\n{info()}a.dat, 1:100|1e-9, 2:200|.1\n", {"a.dat": ONE + TWO}),
        (
            f"{info()}a.dat, 1:100|1e-9, 2:200|.1\n".replace("\n", "\r\n"),
            {"a.dat": (ONE + "\0\0\0\n" + TWO).replace("\n", "\r\n")},
        ),
    ],
    ids=["one file in two entries", "two files in an entry", "two files, then runs", "header without rows",
         "killed run with header", "killed run without header", "a run without entry", "an entry twice",
         "a missing file", "CRLF and NUL"],
)  # fmt: skip
def test_each_run_comes_with_its_own_instance(write, index: str, files: dict[str, str]) -> None:
    """Whatever is missing or repeated, instance 1 has the rows of the first run and instance 2 those of the second."""
    assert ends(list(read_coco(write({"f1.info": index, **files})))) == [(1, 100, 1e-9), (2, 200, 0.1)]


@pytest.mark.parametrize(
    ("index", "data", "said"),
    [
        (f"{info()}a.dat, 1:200|.1, 2:100|1e-9\n", ONE + TWO, "line 3: names 2 runs, .*a.dat holds 2"),
        (f"{info()}a.dat, 1:100|1\n", ONE + ONE, "names 1 runs"),
        (f"{info()}a.dat, 1:100|1, 2:100|1\n", ONE, "names 2 runs"),
        (f"{info()}a.dat, 1:7|1, 2:8|1\n", ONE, "names 2 runs"),
        (f"{info()}a.dat, 1:100|1\n", ONE + "1 0 5 5 5\n", "a.dat, line 4: evaluation 1 follows 100"),
        (f"{info()}a.dat, 1:9|1\n{info()}a.dat, b.dat, 2:9|1\n", ONE, "line 6: 'a.dat' is named along with other"),
        (f"{info()}a.dat, 1:1\x000|1\n", ONE, "line 3: NUL bytes"),
        (
            f"{info()}a.dat, 1:100|1e-9funcId = 1, DIM = 3\n",
            ONE,
            "line 3: '1:100.1e-9funcId = 1' within a line of data",
        ),
        (f"{info()}a.dat, 1:100|1e-9\na.dat, 2:200|1\n", ONE, "line 4: a second line of data for the header of line 1"),
        ("suite = 'bbob', funcId = 1, funcId = 2, DIM = 2, algId = 'A'\n", ONE, "line 1: a field is given twice"),
    ],
)
def test_runs_that_cannot_be_matched_are_an_error_that_names_the_line(write, index: str, data: str, said: str) -> None:
    """No instance is given the rows of another run."""
    with pytest.raises(ArtifactError, match=said):
        list(read_coco(write({"f1.info": index, "a.dat": data})))


@pytest.mark.parametrize(
    ("suite", "number", "name"),
    [
        ("", 24, "bbob_f24"),
        ("", 130, "bbob_noisy_f130"),
        ("bbob-noisy", 101, "bbob_noisy_f101"),
        ("bbob-largescale", 10, "bbob_largescale_f10"),
        ("bbob-mixint", 2, "bbob_mixint_f2"),
        ("bbob-constrained", 54, "bbob_constrained_f54"),
        ("bbob-biobj-ext", 92, "bbob_biobj_f92"),
        ("bbob-boxed", 3, "sbox_f3"),
        ("sbox-cost", 3, "sbox_f3"),
        ("bbob", 25, "coco_bbob_f25"),
        ("my suite", 1, "coco_my_suite_f1"),
    ],
)
def test_the_suite_gives_the_function(suite: str, number: int, name: str) -> None:
    """Functions that benchbook has get its name, and other functions a name that none of its functions has."""
    assert coco_function(suite, number) == name
    own = not name.startswith(("sbox", "coco"))
    assert (name in catalog.names()) == own


def test_what_an_index_does_not_name_is_warned_of(write, caplog) -> None:
    """Warnings name an unknown suite, text in a header that is not a field, and data files without an entry."""
    index = info(suite="bob").replace("DIM", "x DIM") + "a.dat, 1:100|1e-9\n"
    (run,) = read_coco(write({"f1.info": index, "a.dat": ONE, "lost.dat": TWO}))
    assert run.problem.name == "coco_bob_f1"
    said = (
        "the suite 'bob' is not one of COCO's",
        "line 1: left out, no fields of a header: 'x'",
        "lost.dat: left out, no index",
    )
    assert [text in caplog.text for text in said] == [True, True, True]


def test_a_rounded_print_hits_no_target_that_the_log_denies(write) -> None:
    """10.0000000001 prints as 10 in `.tdat` while `.dat` has the hit at 13; values between targets are kept."""
    files = {
        "f1.info": f"{info()}a.dat, 1:100|9.9\n",
        "a.dat": rows((1, 11), (13, 9.9), (100, 9.9)),
        "a.tdat": rows((1, 11), (4, 10.5), (7, 10.0), (12, 8.0), (13, 9.9), (100, 9.9)),
    }
    (run,) = read_coco(write(files))
    assert run.history.evaluations.tolist() == [1, 4, 7, 13]
    assert 10 < run.history.best_values[2] < 10 + 1e-12


def test_constrained_logs_have_the_lengths_and_hits_of_cocopp(tmp_path: Path) -> None:
    """Evaluations of the function and the constraints are added, in runs logged by cocoex itself."""
    folder = logged(tmp_path, "bbob-constrained", "instances: 1-3", "dimensions: 2 function_indices: 7")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cocopp = pytest.importorskip("cocopp")
        (data,) = cocopp.load(str(folder))
    runs = list(read_coco(folder))
    targets = np.array([1e3, 1e2, 1e1])
    theirs = np.array(data.detEvals(targets)).T
    assert {run.problem.name for run in runs} == {"bbob_constrained_f7"}
    assert [run.evaluations for run in runs] == data.maxevals.tolist()
    assert np.array_equal(first_hits(columns(runs), targets).evaluations, np.nan_to_num(theirs, nan=np.inf))


def test_bi_objective_logs_carry_their_indicator(tmp_path: Path) -> None:
    """Values are differences between the hypervolume and the reference in the header."""
    folder = logged(tmp_path, "bbob-biobj", "instances: 1-2", "dimensions: 2 function_indices: 1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cocopp = pytest.importorskip("cocopp")
        (data,) = cocopp.load(str(folder))
    runs = list(read_coco(folder))
    assert [(run.problem.name, run.problem.instance, run.indicator) for run in runs] == [
        ("bbob_biobj_f1", 1, "hyp"),
        ("bbob_biobj_f1", 2, "hyp"),
    ]
    assert runs[0].shift == pytest.approx(0.83333292384945)
    targets = np.array([100.0, 31.7, 15.9])
    theirs = np.array(data.detEvals(targets)).T
    assert np.array_equal(first_hits(columns(runs), targets).evaluations, np.nan_to_num(theirs, nan=np.inf))


def test_reference_algorithms_are_not_taken_for_runs(write) -> None:
    """A data file of running times of many algorithms is refused."""
    data = "% Artificial instance\n% algorithm type = best\n1 1e2 1e2 MCS_huyer.tgz 15 15\n"
    index = "funcId = 1, DIM = 2, algId = 'best2009-bbob', suite = 'bbob'\n% x\nb.dat, 0:6|1e-8\n"
    with pytest.raises(UsageError, match=r"b\.dat, line 2: this is a reference algorithm of cocopp"):
        list(read_coco(write({"b.info": index, "b.dat": data})))


def logged(folder: Path, suite: str, instances: str, which: str) -> Path:
    """Return what cocoex logged from a random search of 60 evaluations."""
    cocoex = pytest.importorskip("cocoex")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        observer = cocoex.Observer("bbob-biobj" if "biobj" in suite else "bbob", "result_folder: RS algorithm_name: RS")
        rng = np.random.default_rng(1)
        for problem in cocoex.Suite(suite, instances, which):
            problem.observe_with(observer)
            for _ in range(60):
                x = rng.uniform(-5, 5, problem.dimension)
                if problem.number_of_constraints:
                    problem.constraint(x)
                problem(x)
            problem.free()
    return folder / "exdata" / "RS"
