"""The index of a COCO log is compared with the rows of each run."""

from __future__ import annotations

import numpy as np
import pytest

from benchbook.artifacts.interop import read_coco
from benchbook.artifacts.interop.coco import checks
from benchbook.errors import ArtifactError
from benchbook.problems import problem

F1 = {1: 79.48, 2: 394.48}  # optima of the instances of the first function
INFO = "suite = 'bbob', funcId = 1, DIM = 2, Precision = 1.000e-08, algId = 'A', {more}\n% x\n"
NEW, OLD = INFO.format(more="data_format = 'bbob-new2'"), INFO.format(more="").replace("suite = 'bbob', ", "")
HEADER = "% f evaluations | g evaluations | best noise-free fitness - Fopt ({}) + sum g_i+ | measured | best\n"


def rows(*points: tuple[int, float], optimum: float = F1[1], header: str = HEADER) -> str:
    """Return a run as it is written in a data file."""
    return header.format(f"{optimum:.12e}") + "".join(f"{at} 0 {value:+.9e} 0 0\n" for at, value in points)


ONE, TWO = rows((1, 9.5), (100, 0.25)), rows((1, 8.5), (100, 0.125), optimum=F1[2])


@pytest.mark.parametrize("final", ["2.5e-01", "0.25", "2e-01", "2.499999900e-01"])
def test_the_last_value_of_an_index_is_that_of_the_rows(write, final: str) -> None:
    """The last values agree within the printed digits, also less the final precision, as the first loggers wrote it."""
    (run,) = read_coco(write({"f1.info": f"{NEW}a.dat, 1:100|{final}\n", "a.dat": ONE}))
    assert run.best_value == 0.25


@pytest.mark.parametrize("final", ["2.6e-01", "2.4e-01", "-2.5e-01", "2.5e-02", "1e-9"])
def test_another_last_value_is_an_error_that_names_the_line(write, final: str) -> None:
    """Rows that do not reach the value of the index, or go below it, do not belong to it."""
    with pytest.raises(ArtifactError, match=r"f1\.info, line 3: instance 1 ends at the value .*line 1 .* is 0\.25"):
        list(read_coco(write({"f1.info": f"{NEW}a.dat, 1:100|{final}\n", "a.dat": ONE})))


def test_the_first_loggers_print_the_value_less_the_precision(write, caplog) -> None:
    """2e-9 is accepted at a precision of 1e-8; other values of first loggers only give a warning, as variants exist."""
    old = "% function evaluation | noise-free fitness - Fopt ({}) | best noise-free fitness - Fopt | measured | best\n"
    data = rows((1, 9.5), (100, 2e-9), header=old)
    assert len(list(read_coco(write({"f1.info": f"{OLD}a.dat, 1:100|-8.0e-09\n", "a.dat": data})))) == 1
    assert not caplog.records
    assert len(list(read_coco(write({"f1.info": f"{OLD}a.dat, 1:100|3.0e+00\n", "a.dat": data})))) == 1
    assert "f1.info, line 3: instance 1 ends at the value 3" in caplog.text
    foreign = OLD.replace("algId = 'A'", "algId = 'A', coco_version = '2.3.1', data_format = 'my-bbob'")
    assert len(list(read_coco(write({"f1.info": f"{foreign}a.dat, 1:100|3.0e+00\n", "a.dat": data})))) == 1


def test_old_logs_without_tdat_end_as_in_the_index(write, caplog) -> None:
    """An old `.dat` has rows only where targets are hit; with `.tdat`, or in newer logs, a missing end is an error."""
    old = OLD.replace("algId = 'A'", "algId = 'A', coco_version = '2.1'")
    header = (
        "% function evaluation | noise-free fitness - Fopt ({}) | best noise-free fitness - Fopt | measured | best\n"
    )
    data = rows((1, 9.5), (17, 0.6), header=header)
    files = {"f1.info": f"{old}a.dat, 1:100|5.9e-01\n", "a.dat": data}
    (run,) = read_coco(write(files))
    assert (run.evaluations, run.history.evaluations.tolist()) == (100, [1, 17])
    assert "line 3: the .tdat file is missing; 1 runs end where the index says" in caplog.text
    for wrong in ("1:100|7.0e-01", "1:100|3.0e-01", "1:9|6.0e-01"):
        with pytest.raises(ArtifactError, match=r"f1.info, line 3: instance 1"):
            list(read_coco(write({**files, "f1.info": f"{old}a.dat, {wrong}\n"})))
    with pytest.raises(ArtifactError, match="but its rows, from line 1 of its data file on, end at 17"):
        list(read_coco(write({**files, "a.tdat": data})))


def test_runs_of_one_length_are_distinguished_by_their_last_value(write) -> None:
    """A run that was interrupted before its entry was written may have as many rows as the others."""
    lost = rows((1, 7.5), (100, 0.5), optimum=-247.11)
    index = f"{NEW}a.dat, 1:100|2.5e-01, 2:100|1.2e-01\n"
    first, second = read_coco(write({"f1.info": index, "a.dat": ONE + lost + TWO}))
    assert (first.best_value, second.best_value) == (0.25, 0.125)
    with pytest.raises(ArtifactError, match="it is unclear which belong together"):
        list(read_coco(write({"f1.info": index, "a.dat": TWO + ONE})))


def test_runs_are_distinguished_by_their_optimum(write) -> None:
    """Of two runs with equal lengths and last values, the one with the optimum of the instance is taken."""
    lost = rows((1, 7.5), (100, 0.25), optimum=-247.11)
    index = f"{NEW}a.dat, 1:100|2.5e-01, 2:100|1.2e-01\n"
    for data in (ONE + lost + TWO, lost + ONE + TWO):
        assert [run.history.best_values[0] for run in read_coco(write({"f1.info": index, "a.dat": data}))] == [9.5, 8.5]


def test_rows_with_the_optimum_of_another_instance_are_an_error(write) -> None:
    """The optimum in the header of the rows must be that of the BBOB instance."""
    index = f"{NEW}a.dat, 7:100|2.5e-01, 2:100|1.2e-01\n"
    said = r"f1\.info, line 3: the header of the rows of instance 7, on line 1 .* 79\.48, which belongs to instance 1"
    with pytest.raises(ArtifactError, match=said):
        list(read_coco(write({"f1.info": index, "a.dat": ONE + TWO})))


def test_an_optimum_of_no_instance_is_warned_of_once_for_a_file(write, caplog) -> None:
    """Rows whose header has an unknown optimum belong to another function, or their header is damaged."""
    data = ONE.replace("7.948", "7.949") + TWO.replace("3.944", "3.945")
    index = f"{NEW}a.dat, 1:100|2.5e-01, 2:100|1.2e-01\n"
    assert len(list(read_coco(write({"f1.info": index, "a.dat": data})))) == 2
    (record,) = caplog.records
    assert "a.dat are not those of bbob_f1 in benchbook, first for instance 1" in record.getMessage()


def test_another_reference_of_two_objectives_is_warned_of(write, caplog) -> None:
    """COCO's versions have different reference hypervolumes, and differences to them cannot be compared."""
    index = "suite = 'bbob-biobj', algorithm = 'A', indicator = 'hyp', coco_version = '2.8.2'\n%\n"
    index += "function = 1, dim = 2, a.dat, 1:9|5.0e-01\n"
    data = "% x\n% instance = 1, reference value = {}\n% y\n1\t7e-1\n9\t5e-1\n"
    for reference, warned in (("8.333329238494520e-01", False), ("8.0e-01", True)):
        assert len(list(read_coco(write({"a.info": index, "a.dat": data.format(reference)})))) == 1
        assert ("are not those of bbob_biobj_f1 in benchbook" in caplog.text) == warned


@pytest.mark.parametrize(
    ("suite", "number", "optimum"),
    [
        ("bbob-noisy", 130, 40.78),
        ("", 110, 149.15),
        ("bbob-largescale", 20, -546.5),
        ("bbob-mixint", 3, -46.209),
        ("bbob-constrained", 7, 220.7103403235),
        ("bbob-boxed", 3, -462.09),
    ],
)
def test_suites_with_the_optima_of_bbob_are_checked_too(write, caplog, suite: str, number: int, optimum: float) -> None:
    """Suites that share BBOB's optima are checked in the form in which cocoex logs them."""
    index = f"{NEW}a.dat, 1:100|2.5e-01\n".replace("'bbob'", f"'{suite}'").replace("funcId = 1", f"funcId = {number}")
    assert len(list(read_coco(write({"f.info": index, "a.dat": rows((1, 9), (100, 0.25), optimum=optimum)})))) == 1
    assert not caplog.records
    with pytest.raises(ArtifactError, match="which belongs to instance 1"):
        list(
            read_coco(
                write({"f.info": index.replace(" 1:", " 2:"), "a.dat": rows((1, 9), (100, 0.25), optimum=optimum)})
            )
        )


def test_old_constrained_logs_count_both_kinds_of_evaluations_in_their_rows(write, caplog) -> None:
    """COCO 2.0 to 2.3 has 60 evaluations of the function in the index and 120 of both kinds in the rows."""
    header = "% f + g evaluations | noise-free fitness - Fopt ({}) | best noise-free fitness - Fopt | measured | best\n"
    data = rows((2, 9.5), (120, 0.25), header=header).replace(" 0 +", " +9.0e+00 +")
    index = (
        "suite = 'bbob-constrained', funcId = 7, DIM = 2, Precision = 1.000e-08, algId = 'A', "
        "coco_version = '2.1'\n% x\n"
    )
    (run,) = read_coco(write({"f.info": f"{index}a.dat, 1:60|2.5e-01\n", "a.dat": data}))
    assert (run.evaluations, run.history.evaluations.tolist()) == (120, [2, 120])
    assert run.problem.name == "coco_bbob_constrained_f7"
    assert not caplog.records


def test_values_of_a_logger_that_knows_no_optimum_are_no_precisions(write) -> None:
    """The header of such a log subtracts nothing, so none of its values hits a target."""
    data = (
        "% f evaluations | g evaluations | best noise-free fitness + sum g_i+ | measured | best | x1\n"
        "1 0 -3 0 0\n9 0 -4.5 0 0\n"
    )
    index = NEW.replace("'bbob'", "'rw-gan'") + "a.udat, 1:9|-4.5e+00\n"
    (run,) = read_coco(write({"f.info": index, "a.udat": data, "a.tdat": data}))
    assert (run.problem.name, run.problem.f_opt, run.best_value) == ("coco_rw-gan_f1", None, -4.5)
    assert np.array_equal(run.history.evaluations, [1, 9])


@pytest.mark.parametrize("number", range(1, 25))
def test_the_optima_of_bbob_mixint_are_those_of_its_problems(number: int) -> None:
    """The check of imported runs knows the optimum that the suite's problem has."""
    pytest.importorskip("cocoex")
    mixed = problem(f"bbob_mixint_f{number}", dim=5, instance=1)
    assert checks._optimum("bbob_mixint", number, 5, 1) == pytest.approx(mixed.f_opt, rel=1e-12)
