"""The strengths that the how-to about strength shows are those of its claims."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.records import RunRecord, Verdict
from benchbook.specs.noticing.faults import faults_of, planting
from benchbook.specs.noticing.trial import trial

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "write-claims-that-can-fail.md"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Enough to distinguish the steps of the page; all 26 take a minute.
TRIED = ("noise", "permuted", "ignores_seed", "knows_optimum")


def steps() -> list[tuple[list[str], str]]:
    """Return the cells of the page up to each strength, and the strength."""
    cells: list[str] = []
    found = []
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "python":
            cells.append(text)
        elif "These claims" in text:
            found.append((list(cells), " ".join(text.partition("particle_swarm: ")[2].split())))
    return found


def write(folder: Path, sources: list[str]) -> Path:
    """Write the cells as a spec."""
    parameters = {"cell_type": "code", "id": "parameters", "metadata": {"tags": ["parameters"]}, "source": "n = 1"}
    cells = [{"cell_type": "code", "id": f"c{k}", "metadata": {}, "source": text} for k, text in enumerate(sources)]
    notebook = {"cells": [parameters, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "notebooks" / "particle_swarm.ipynb"
    path.write_text(json.dumps(notebook))
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a new project."""
    for name in ("notebooks", "params"):
        (tmp_path / name).mkdir()
    for source in (ROOT / "params").glob("*.yaml"):
        (tmp_path / "params" / source.name).write_text(source.read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    return tmp_path


def test_the_strength_rises_as_the_page_says(project: Path) -> None:
    """Of the faults tried here, each step notices those that the page adds at that step."""
    noticed = []
    finished: dict[str, RunRecord] = {}
    for cells, _ in steps():
        path = write(project, cells)
        intact = trial(path, {}, change=None, finished=finished)
        assert {claim.verdict for claim in intact.claims} == {Verdict.HELD}
        noticed.append({fault for fault in TRIED if _notices(path, fault, finished)})
    assert noticed == [
        set(),
        {"ignores_seed"},
        {"ignores_seed", "noise", "permuted"},
        set(TRIED),
        set(TRIED),
    ]


def _notices(path: Path, name: str, finished: dict[str, RunRecord]) -> bool:
    fault = next(f for f in faults_of(bb.optimizer("particle_swarm"), [name]) if f.severity == "severe")
    tried = trial(path, {}, change=planting(fault, "particle_swarm"), finished=dict(finished))
    return any(claim.verdict is not Verdict.HELD for claim in tried.claims)


@pytest.mark.exhaustive
def test_the_page_shows_the_strength_that_its_claims_have(project: Path) -> None:
    """With all faults, the strength equals the number on the page to its last digit."""
    for cells, sentence in steps():
        write(project, cells)
        assert bb.strength("particle_swarm", faults=["wrapped"]).sentence() == sentence
