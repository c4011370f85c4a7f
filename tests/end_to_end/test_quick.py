"""The quick set as pull requests run it: every spec of this repository, by every tool that can run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbook.cli.main import main
from benchbook.specs.notebooks.discover import specs
from benchbook.specs.outcome import read_outcome

pytestmark = pytest.mark.untraced  # the specs are computed in kernels, which no tracer follows

ROOT = Path(__file__).parents[2]
NAMES = [file.name for file in specs(ROOT / "notebooks")]
# One run of a cell costs a microsecond per evaluation and optimizer; this many take less than a second everywhere.
MOST_EVALUATIONS = 600_000


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Execute the specs of a copy of the project with quick parameters; return its artifact folder."""
    project = tmp_path_factory.mktemp("project")
    for folder in ("notebooks", "params"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        patch.setenv("BENCHBOOK_ARTIFACTS", str(project / "artifacts"))
        assert main(["spec", "run", "--params", "quick"]) == 0
    return project / "artifacts" / "specs"


@pytest.mark.benchmark_quick
@pytest.mark.parametrize("name", NAMES)
def test_quick_stays_within_its_evaluations(
    quick: Path, name: str, record_property: Callable[[str, object], None]
) -> None:
    """The number of evaluations of a spec fits a pull request; times are reported but not asserted."""
    outcome: dict[str, Any] = dict(read_outcome(quick / name))
    record_property("compute_s", outcome["timing"]["compute_s"])
    assert outcome["status"] == "held"
    assert outcome["runs"]["done"] == outcome["runs"]["planned"] > 0
    assert 0 < outcome["timing"]["evaluations"] <= MOST_EVALUATIONS


@pytest.mark.parametrize("name", NAMES)
def test_executed_pictures_have_alternative_texts(quick: Path, name: str) -> None:
    """Every image has a sentence for readers who cannot see it."""
    cells = json.loads((quick / name / f"{name}.ipynb").read_text())["cells"]
    pictures = [o["data"] for c in cells for o in c.get("outputs", []) if "image/svg+xml" in o.get("data", {})]
    assert len(pictures) >= 3
    assert all(len("".join(data["text/plain"])) > 80 for data in pictures)


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_writes_to_standard_error(quick: Path, name: str) -> None:
    """No warning appears on a published page."""
    cells = json.loads((quick / name / f"{name}.ipynb").read_text())["cells"]
    assert [o for c in cells for o in c.get("outputs", []) if o.get("name") == "stderr"] == []


def test_all_artifacts_of_the_quick_set_are_valid(quick: Path) -> None:
    """All artifacts are valid by schema, digests and meaning."""
    assert main(["validate", "-q", str(quick)]) == 0


def test_plain_papermill_runs_a_spec_with_a_parameter_file(tmp_path: Path) -> None:
    """Papermill's own command reads the same YAML and gives the same verdicts."""
    out = tmp_path / "out.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "notebooks/random_search.ipynb", str(out), "-f", "params/quick.yaml"],
        cwd=ROOT,
        env={**os.environ, "BENCHBOOK_ARTIFACTS": str(tmp_path / "artifacts")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells = json.loads(out.read_text())["cells"]
    verdicts = next(cell for cell in cells if cell["id"] == "verdicts")
    assert verdicts["outputs"][0]["text"][0].startswith("held")
