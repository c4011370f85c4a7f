"""A small project with specs that were really executed, and its site; each is made once per session."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import yaml

from benchbook.cli.main import main
from benchbook.params.load import load
from benchbook.site import build_site
from benchbook.site.stage import stage

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("manta_ray_foraging", "random_search")
NOT_RUN = "not_run"
TINY = {"dims": [2], "seeds": 2, "bbob_functions": [], "budget_per_dim": 60}


@cache
def executed_project() -> Path:
    """Return a project with the real documentation and notebooks; all but one were executed with tiny parameters."""
    root = Path(tempfile.mkdtemp(prefix="benchbook-site-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    project = root / "project"
    leave_out = shutil.ignore_patterns("_build", "__pycache__", ".ipynb_checkpoints")
    for folder in ("docs", "params"):
        shutil.copytree(ROOT / folder, project / folder, ignore=leave_out)
    shutil.copytree(ROOT / "artifacts" / "baselines", project / "artifacts" / "baselines")
    (project / "notebooks").mkdir()
    for name in NAMES:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", project / "notebooks")
    shutil.copy(ROOT / "notebooks" / "random_search.ipynb", project / "notebooks" / f"{NOT_RUN}.ipynb")
    with inside(project):
        tiny = project / "params" / "tiny.yaml"
        tiny.write_text(yaml.safe_dump({**load("quick"), **TINY}), encoding="utf-8")
        # Such short runs need not fulfil every claim, and the pages have to show any result.
        assert main(["spec", "run", *NAMES, "--params", str(tiny)]) in (0, 1)
        tiny.unlink()
        # What is drawn here is found again by its content in all copies.
        build = project / "docs" / "_build"
        stage(project, project / "artifacts", build / "source")
    return project


@cache
def built_site() -> Path:
    """Return the folder with the executed project's pages."""
    project = executed_project()
    out = project.parent / "html"
    with inside(project):
        build_site(out)
    return out


@contextmanager
def inside(project: Path) -> Iterator[None]:
    """Make a project with its own artifacts the working directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        patch.setenv("BENCHBOOK_ARTIFACTS", str(project / "artifacts"))
        yield
