"""Stores are verified by repeating their runs; differences are named with their reason."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.artifacts.run_document import content_digest_of
from benchbook.artifacts.store.store import Store
from benchbook.cli.main import main
from benchbook.errors import UsageError
from benchbook.studies.verify.diff import differences
from benchbook.studies.verify.store import verify_store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of 12 runs."""
    folder = tmp_path_factory.mktemp("store")
    made = bb.study(optimizers="manta_ray_foraging", functions="rastrigin", dims=[2, 5], seeds=3, budget=300)
    made.run(folder).close()
    return folder


@pytest.mark.parametrize("workers", [1, 2])
def test_a_store_is_bit_identical(folder: Path, workers: int) -> None:
    """This holds with one worker and with two, alone and in lockstep."""
    found = list(verify_store(folder, workers=workers))
    assert len(found) == 12
    assert all(verified.identical and verified.differences == () for verified in found)


def test_a_sample_is_spread_over_the_store(folder: Path) -> None:
    """The sample has the requested number of different runs."""
    found = list(verify_store(folder, sample=5))
    assert len({verified.record.run_key for verified in found}) == 5
    assert len(list(verify_store(folder, sample=100))) == 12


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    """Arguments are checked before anything is computed."""
    with pytest.raises(UsageError, match="no such folder"):
        list(verify_store(tmp_path / "none"))
    with pytest.raises(UsageError, match="sample is 0"):
        list(verify_store(tmp_path, sample=0))


def test_a_folder_that_is_not_a_store_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written into the folder, also not by checking or opening it."""
    for arguments in (["verify", str(tmp_path)], ["study", "check", str(tmp_path)]):
        assert main(arguments) == 2
        assert "is not a store" in capsys.readouterr().err
    with pytest.raises(UsageError, match="is not a store"):
        bb.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_runs_that_ended_is_not_called_identical(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """If nothing was compared, the result is an error."""
    failed = bb.run("random_search", lambda x: 1 / 0, bounds=(-1, 1), dim=2, seed=1, budget=5)
    with Store(tmp_path) as store:
        store.append(failed)
    assert main(["verify", str(tmp_path)]) == 2
    assert "has no runs that can be repeated" in capsys.readouterr().err


def test_no_workers_is_a_wrong_number(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Zero workers are not treated as one."""
    assert main(["verify", str(folder), "--workers", "0"]) == 2
    assert "workers is 0" in capsys.readouterr().err


def test_differences_are_reported(tmp_path: Path) -> None:
    """A run whose content is not reproduced is listed with the place of the first difference."""
    record = bb.run("random_search", "sphere", dim=2, instance=1, seed=1, budget=50)
    history = replace(record.history, best_values=record.history.best_values * (1 + 1e-15))
    forged = replace(record, history=history, best_value=float(history.best_values[-1]), target_hits=None)
    forged = replace(forged, content_digest=content_digest_of(forged))
    with Store(tmp_path) as store:
        store.append(forged)
    (verified,) = verify_store(tmp_path)
    assert not verified.identical
    assert verified.differences[0].startswith("history from evaluation")
    assert all(reason.startswith("arithmetic, ") for reason in verified.reasons)  # pytest may run unpinned


def test_another_cpu_dispatch_keeps_the_bytes_or_is_named(tmp_path: Path) -> None:
    """Pinned runs are reproduced to the last bit; for others the fingerprint names the difference in arithmetic."""
    code = """
import sys
import benchbook as bb
made = bb.study(optimizers="manta_ray_foraging", functions=["ackley", "bbob_f15"], dims=10, instances=1, budget=3000)
made.run(sys.argv[1])
"""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("NPY_", "OPENBLAS_"))}
    other = {"NPY_DISABLE_CPU_FEATURES": "", "OPENBLAS_CORETYPE": "Prescott"}
    for name, forced in (("pinned", {}), ("other", other)):
        folder = tmp_path / name
        subprocess.run([sys.executable, "-c", code, str(folder)], env={**clean, **forced}, check=True)
        found = list(verify_store(folder))
        assert len(found) == 4
        for verified in found:
            named = [reason for reason in verified.reasons if reason.startswith("arithmetic, ")]
            assert verified.identical or named, verified
            assert name == "other" or verified.identical, verified


def test_why_a_number_changed() -> None:
    """Changes of the request come first, then those of the result, then those of the circumstances."""
    a = bb.run("manta_ray_foraging", "sphere", dim=2, instance=1, seed=1, budget=50)
    b = bb.run("manta_ray_foraging", "sphere", dim=2, instance=1, seed=1, budget=50, settings={"population": 20})
    found = differences(a, b)
    assert not found.identical
    assert found.asked[0].startswith("setting population: ")
    assert found.content[0] == found.asked[0]
    assert found.circumstances == ()
    other = replace(b, version="0.0.1", code_digest="0" * 64)
    assert [text.split(":")[0] for text in differences(b, other).circumstances] == ["benchbook", "code"]
    assert differences(b, other).identical
