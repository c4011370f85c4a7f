"""One damaged file among several is listed as unreadable or named in a warning, and all others are shown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.cli.main import main

DAMAGED = {"bytes": b"\x00\xff", "nested": b"[" * 20_000, "empty": b"", "list": b"[1, 2]", "cut": b'{"kind": "run"'}
CELLS = [
    5,
    {},
    {"cell_type": "code"},
    {"cell_type": "code", "source": [1]},
    {"cell_type": "code", "source": "", "metadata": 1},
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with its own artifacts, as the working directory."""
    for name in ("notebooks", "params"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", os.fspath(tmp_path / "artifacts"))
    return tmp_path


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_preset_is_listed(damage: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other presets are shown with their numbers."""
    (project / "params" / "quick.yaml").write_bytes(DAMAGED[damage])
    assert main(["params", "list", "--json"]) == 0
    quick, *others = json.loads(capsys.readouterr().out)
    assert quick["purpose"].startswith("unreadable: ")
    assert quick["runs"] is None
    assert all(other["runs"] > 0 for other in others)


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_baseline_is_listed(damage: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other baselines are shown."""
    folder = project / "artifacts" / "baselines"
    folder.mkdir(parents=True)
    (folder / "bad.json.zst").write_bytes(DAMAGED[damage])
    assert main(["baseline", "list", "--json"]) == 0
    rows = {row["name"]: row["published"] for row in json.loads(capsys.readouterr().out)}
    assert rows.pop("bad") == "unreadable"
    assert rows
    assert "unreadable" not in rows.values()


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_artifact_in_a_folder_is_left_out(
    damage: str, project: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The runs of the others are used, and a warning names it."""
    folder = project / "runs"
    folder.mkdir()
    bb.save(bb.run("random_search", "sphere", dim=2, seed=1, budget=10), folder / "good.json.zst")
    (folder / "bad.json.zst").write_bytes(DAMAGED[damage])
    assert main(["export", str(folder), str(project / "out"), "--to", "csv"]) == 0
    assert "bad.json.zst" in caplog.text + capsys.readouterr().err


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_notebook_is_listed(damage: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check names the damaged notebook."""
    (project / "notebooks" / "bad.ipynb").write_bytes(DAMAGED[damage])
    assert main(["spec", "list"]) == 0
    assert "bad" in capsys.readouterr().out
    assert main(["spec", "check"]) == 6
    assert "is not a notebook" in capsys.readouterr().err


@pytest.mark.parametrize("cell", CELLS)
def test_a_damaged_cell_is_found(cell: object, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value of the wrong type in a notebook does not stop the check of the others."""
    (project / "notebooks" / "bad.ipynb").write_text(json.dumps({"cells": [cell]}))
    assert main(["spec", "list"]) == 0
    assert main(["spec", "check"]) == 6
    assert "cell 1 has no type" in capsys.readouterr().err
