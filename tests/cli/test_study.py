"""`benchbook study`, `diff`, and `verify` on a store."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.cli.main import main
from benchbook.studies.workers import executors
from benchbook.studies.workers.pool import WorkerPool

STUDY = """
optimizers: [manta_ray_foraging]
functions: [sphere, bbob_f1]
dims: [2]
instances: [1, 2]
seeds: 2
budget_per_dim: 30
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return the file of a study of 16 runs."""
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def call(*arguments: object) -> int:
    """Run the command line."""
    return main([str(item) for item in arguments])


def test_a_study_is_run_and_its_ledger_shown(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 7 while runs are missing, and 0 when none is."""
    store = tmp_path / "store"
    assert call("study", "run", study, "--store", store, "--shard", "1/2") == 0
    assert "16 planned, 8 done, 0 failed, 0 timed out, 8 missing" in capsys.readouterr().out
    assert call("study", "status", store) == 7
    assert call("study", "run", study, "--store", store, "--executor", "processes", "--workers", "1") == 0
    capsys.readouterr()
    assert call("study", "status", store, "--json") == 0
    ledger = json.loads(capsys.readouterr().out)
    assert (ledger["planned"], ledger["done"], ledger["missing"], ledger["complete"]) == (16, 16, 0, True)
    assert [row["optimizer"] for row in ledger["rows"]] == ["manta_ray_foraging", "random_search"]


def test_several_workers_are_processes(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --executor, --workers 2 opens a pool of two processes, and --workers 1 opens none."""
    opened: list[int] = []

    def pool(workers: int, **options: float | None) -> WorkerPool:
        opened.append(workers)
        return WorkerPool(workers, **options)

    monkeypatch.setattr(executors, "WorkerPool", pool)
    assert call("study", "run", study, "--store", tmp_path / "one", "--workers", "1") == 0
    assert call("study", "run", study, "--store", tmp_path / "two", "--workers", "2") == 0
    assert opened == [2]


def test_stores_are_merged_checked_and_verified(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damage is exit code 3 until it is repaired; lost runs are then missing."""
    one, two, whole = tmp_path / "one", tmp_path / "two", tmp_path / "whole"
    assert call("study", "run", study, "--store", one, "--shard", "1/2") == 0
    assert call("study", "run", study, "--store", two, "--shard", "2/2") == 0
    assert call("study", "merge", one, two, "--into", whole) == 0
    assert call("study", "merge", one, two, "--into", whole) == 0
    assert "16 runs copied from 2 stores" in capsys.readouterr().out
    assert call("study", "check", whole) == 0
    assert call("verify", whole, "--sample", 3) == 0
    assert "3 runs bit-identical, 0 differ" in capsys.readouterr().out
    shard = next(whole.glob("shards/*.runs.zst"))
    shard.write_bytes(shard.read_bytes()[:-3])
    assert call("study", "check", whole) == 3
    assert "truncated" in capsys.readouterr().err
    assert call("study", "check", whole, "--repair") == 0
    assert call("study", "status", whole) == 7


def test_stores_of_different_plans_are_not_merged(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the difference between the plans; merging a store into itself is refused as well."""
    other = tmp_path / "other.yaml"
    other.write_text(STUDY.replace("seeds: 2", "seeds: 1"))
    assert call("study", "run", study, "--store", tmp_path / "a") == 0
    assert call("study", "run", other, "--store", tmp_path / "b") == 0
    assert call("study", "merge", tmp_path / "b", "--into", tmp_path / "a") == 2
    assert "different plans: other seeds" in capsys.readouterr().err
    assert call("study", "merge", tmp_path / "a", "--into", tmp_path / "a") == 2
    assert call("study", "merge", tmp_path / "none", "--into", tmp_path / "a") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "expected a mapping"),
        (STUDY + "optimisers: [x]", "unknown key 'optimisers'; did you mean 'optimizers'"),
        ("functions: sphere\ndims: 2", "the key 'optimizers' is missing"),
        (STUDY.replace("sphere", "sfere"), "did you mean 'sphere'"),
        (STUDY.replace("dims: [2]", "dims: two"), "dims is"),
    ],
)
def test_a_wrong_study_is_refused(text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong study gives exit code 2 and a message that names the mistake."""
    (tmp_path / "study.yaml").write_text(text)
    assert call("study", "run", tmp_path / "study.yaml", "--store", tmp_path / "store") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_a_folder_that_is_not_a_store_has_no_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says that the folder is not a store."""
    assert call("study", "status", tmp_path) == 2
    assert "is not a store" in capsys.readouterr().err


def test_a_summary_is_an_artifact_of_a_few_kilobytes(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A summary is valid by its schema, and small enough to be committed."""
    assert call("study", "run", study, "--store", tmp_path / "store") == 0
    out = tmp_path / "summary.json.zst"
    assert call("study", "summary", tmp_path / "store", "--out", out, "--brief") == 0
    assert call("validate", out) == 0
    assert out.stat().st_size < 3000
    capsys.readouterr()
    for path in (out, tmp_path / "store" / "manifest.json.zst"):
        assert call("show", path) == 0
    assert "4 entries" in capsys.readouterr().out


def test_diff_says_why_a_number_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 0 for equal content and 4 for different content."""
    paths = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        record = bb.run("random_search", "sphere", dim=2, seed=seed, budget=20)
        paths.append(bb.save(record, tmp_path / f"{name}.json.zst"))
    assert call("diff", paths[0], paths[1]) == 0
    assert "the contents are identical" in capsys.readouterr().out
    assert call("diff", paths[0], paths[2]) == 4
    assert "seed: 1 then, 2 now" in capsys.readouterr().out


def test_options_for_stores_need_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A single artifact has no sample to verify."""
    path = bb.save(bb.run("random_search", "sphere", dim=2, budget=20), tmp_path / "r.json.zst")
    assert call("verify", path, "--sample", 1) == 2
    assert "are for stores" in capsys.readouterr().err


def test_the_steps_of_a_study_are_reported_when_piped(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each step reports its start and end on standard error, with elapsed time and ETA; --quiet reports nothing."""
    assert call("study", "run", study, "--store", tmp_path / "store") == 0
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("study study: step ")]
    assert len(told) >= 2
    assert re.search(r"step 1 of \d+, .*, started; elapsed .*, left ", told[0])
    assert re.search(r"step (\d+) of \1, .*, completed; elapsed .*, left ", told[-1])
    assert call("study", "run", study, "--store", tmp_path / "other", "--quiet") == 0
    assert "step" not in capsys.readouterr().err
