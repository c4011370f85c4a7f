"""The full set as the nightly run executes it: it takes hours and runs only on request."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchbook.cli.main import main
from benchbook.specs.notebooks.discover import specs
from benchbook.specs.outcome import read_outcome

ROOT = Path(__file__).parents[2]
PRESET = "full"


@pytest.mark.benchmark_full
def test_every_spec_holds_with_full_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """All claims hold with long budgets, and all artifacts are valid."""
    if "benchmark_full" not in str(request.config.getoption("markexpr")):
        pytest.skip("takes hours; select it with: pytest -m benchmark_full")
    for folder in ("notebooks", "params"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    assert main(["spec", "run", "--params", PRESET]) == 0
    done = tmp_path / "artifacts" / "specs"
    outcomes = [dict(read_outcome(done / file.name)) for file in specs(tmp_path / "notebooks")]
    assert {outcome["status"] for outcome in outcomes} == {"held"}
    assert main(["validate", "-q", str(done)]) == 0
