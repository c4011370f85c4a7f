from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.comparison.baselines import Baseline, load_baseline, publish
from benchbook.artifacts.io import load_document, save_document
from benchbook.cli.main import main
from benchbook.errors import ExitCode, UsageError
from benchbook.studies.verify.baseline import verify_baseline


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a baseline of two optimizers, one of them with two settings, whose runs stop at a target."""
    runs = [
        bb.run(name, "sphere", dim=2, instance=k, seed=k, budget=300, target=1e-1, settings=settings)
        for name, settings in (("random_search", {}), ("whale", {"population": 10}), ("whale", {"population": 20}))
        for k in (1, 2, 3)
    ]
    folder = tmp_path_factory.mktemp("baselines")
    return publish(RunTable(runs), "made", folder=folder).path


def changed(path: Path, folder: Path, **cell: Any) -> Baseline:
    """Return the baseline with a change in its first cell."""
    document: Any = load_document(path)
    document["cells"][0].update(cell)
    return load_baseline(save_document(document, folder / "changed.json.zst"))


def test_every_run_comes_out_as_published(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """This includes settings that are distinguished only by a label in brackets."""
    entries = list(verify_baseline(load_baseline(made)))
    assert len(entries) == 9
    assert [entry for entry in entries if entry.differences] == []
    assert main(["verify", str(made), "--sample", "4"]) == ExitCode.DONE
    assert "4 runs match the published ones, 0 differ" in capsys.readouterr().out


def test_a_changed_number_is_found_and_named(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Evaluations, first hits and AOCC are compared one by one."""
    first = load_baseline(made).summary.cells
    hits = next(iter(first.values())).first_hits
    assert hits is not None
    wrong = [[1 + int(hit) for hit in run] for run in hits]
    baseline = changed(made, tmp_path, first_hits=wrong, aocc=[0.5, 0.5, 0.5])
    entry = next(iter(verify_baseline(baseline)))
    assert any(text.startswith("first hits: ") for text in entry.differences)
    assert any(text.startswith("AOCC: 0.5 then") for text in entry.differences)
    assert main(["verify", str(tmp_path / "changed.json.zst")]) == ExitCode.VERIFY_DIFFERS
    assert "differs: random_search on sphere, 2-D, instance 1, seed 1" in capsys.readouterr().out


def test_a_baseline_of_the_first_schema_is_compared_by_its_target(made: Path, tmp_path: Path) -> None:
    """Such a baseline has no first hits except that of the cell's target."""
    document: Any = load_document(made)
    document["schema_version"] = 1
    del document["targets"]
    for cell in document["cells"]:
        for name in ("first_hits", "stop_target", "stagnation"):
            del cell[name]
    old = load_baseline(save_document(document, tmp_path / "old.json.zst"))
    assert old.summary.targets is None
    assert [entry for entry in verify_baseline(old) if entry.differences] == []


def test_what_cannot_be_repeated_is_refused(made: Path, tmp_path: Path) -> None:
    """A missing seed, an empty sample and workers for a baseline are refused."""
    with pytest.raises(UsageError, match="does not know its seed"):
        list(verify_baseline(changed(made, tmp_path, seeds=[None, None, None])))
    with pytest.raises(UsageError, match="sample is 0"):
        list(verify_baseline(load_baseline(made), sample=0))
    assert main(["verify", str(made), "--workers", "2"]) == ExitCode.USAGE
