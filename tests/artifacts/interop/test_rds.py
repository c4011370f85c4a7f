"""Files that R wrote with the structure of IOHanalyzer's data sets; `rds_files/make.R` makes them."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from benchbook.artifacts.interop.tools.rds import read_rds
from benchbook.cli.main import main
from benchbook.errors import ArtifactError, MissingExtraError, UsageError
from benchbook.records.imported import ImportedRun

pytest.importorskip("rdata")
FILES = Path(__file__).parent / "rds_files"


def read(name: str, **options: str) -> list[ImportedRun]:
    """Return the runs of one of the files."""
    return list(read_rds(FILES / name, **options))


@pytest.mark.parametrize("name", ["bbob.rds", "one_data_set.rds"], ids=["list", "single, xz"])
def test_runs_have_the_hits_of_their_column(name: str) -> None:
    """Each run has the improvements, number of evaluations and instance of its column."""
    first, second = read(name)
    assert first.history.evaluations.tolist() == [1, 3, 7]
    assert first.history.best_values.tolist() == [10.0, 1.5, 1e-9]
    assert (first.evaluations, first.problem.instance, first.problem.dim) == (9, 1, 5)
    assert (first.problem.name, first.problem.f_opt, first.optimizer.name) == ("bbob_f1", 0.0, "CMA")
    assert (second.history.evaluations.tolist(), second.evaluations, second.problem.instance) == ([1], 12, 2)


@pytest.mark.parametrize(
    ("name", "function", "f_opt"),
    [("coco.rds", "bbob_noisy_f101", 0.0), ("no_suite.rds", "ioh_unknown_suite_f1", None)],
)
def test_functions_keep_their_suite(name: str, function: str, f_opt: float | None) -> None:
    """COCO's suites follow from the numbers; minimised functions of `PBO`, the default name, belong to no suite."""
    run = read(name)[0]
    assert (run.problem.name, run.problem.f_opt) == (function, f_opt)


def test_a_suite_can_be_given() -> None:
    """Data without a suite belong to the one that is given."""
    assert read("no_suite.rds", suite="SBOX")[0].problem.name == "sbox_f1"


def test_a_suite_that_a_data_set_contradicts_is_refused() -> None:
    """A given suite does not overrule the one in the file."""
    assert read("bbob.rds", suite="bbob")[0].problem.name == "bbob_f1"
    with pytest.raises(UsageError, match=r"suite is 'SBOX', but .*bbob\.rds, data set 1 is of the suite 'BBOB'"):
        read("bbob.rds", suite="SBOX")


def test_maximised_values_are_negated() -> None:
    """OneMax is maximised; its values are negated and marked as such."""
    (run,) = read("pbo.rds")
    assert (run.problem.name, run.maximised, run.best_value) == ("pbo_f1_OneMax", True, -16.0)
    assert np.all(np.diff(run.history.best_values) < 0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wrong_direction.rds", "maximised, but its best values only get worse"),
        ("nevergrad.rds", "the format is 'NEVERGRAD'"),
        ("numbers.rds", "holds no DataSet"),
        ("long_sequence.rds", "a sequence of 1e\\+09 numbers"),
        ("make.R", "byte 0"),
    ],
)
def test_what_is_not_such_a_data_set_is_refused(name: str, message: str) -> None:
    """Contradicting directions, other formats and other objects are errors that name the file."""
    with pytest.raises(ArtifactError, match=message) as caught:
        read(name)
    assert name in str(caught.value)


def test_every_torn_file_is_an_error(tmp_path: Path) -> None:
    """A file with a missing end or a changed byte is read as it was or gives an error, never a traceback."""
    whole = (FILES / "bbob.rds").read_bytes()
    import gzip

    plain = gzip.decompress(whole)
    for place in range(0, len(plain), 23):
        for content in (plain[:place], plain[:place] + bytes([plain[place] ^ 0xFF]) + plain[place + 1 :]):
            file = tmp_path / "torn.rds"
            file.write_bytes(content)
            try:
                list(read_rds(file))
            except (ArtifactError, UsageError):
                continue


def test_without_rdata_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the extra to install."""
    monkeypatch.setitem(sys.modules, "rdata", None)
    with pytest.raises(MissingExtraError, match=r"benchbook\[interop\]"):
        read("bbob.rds")


def test_a_folder_is_imported_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All .rds files of a folder are imported; a second time none is new."""
    for name in ("bbob.rds", "pbo.rds"):
        shutil.copy(FILES / name, tmp_path)
    for expected in ("3 runs imported", "0 runs imported"):
        assert main(["import", str(tmp_path), "--from", "rds", "--into", str(tmp_path / "store")]) == 0
        assert expected in capsys.readouterr().out


def test_another_format_for_an_rds_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the format to use."""
    assert main(["import", str(FILES / "bbob.rds"), "--from", "ioh", "--into", str(tmp_path)]) == 2
    assert "--from rds" in capsys.readouterr().err
