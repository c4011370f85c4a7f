"""Specs where the libraries of adapters are not installed, as `make quick` installs no more than benchbook needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbook.optimizers.adapters.libraries import SHELF
from benchbook.specs.outcome import read_outcome

# Every Python process below hides these modules from its imports.
HIDDEN = sorted({module for library in SHELF.values() for module in library.imports})
SITE_CUSTOMIZE = f"""
import sys
from importlib.machinery import PathFinder

class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {HIDDEN!r} else super().find_spec(name, path, target)

sys.meta_path = [Finder if finder is PathFinder else finder for finder in sys.meta_path]
"""


@pytest.fixture
def benchbook(project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Call the command line in a process without those libraries."""
    shim = project / "shim"
    shim.mkdir()
    (shim / "sitecustomize.py").write_text(SITE_CUSTOMIZE)
    path = os.pathsep.join([str(shim), *filter(None, [os.environ.get("PYTHONPATH")])])

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "benchbook", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "PYTHONPATH": path, "COLUMNS": "160"},
            check=False,
        )

    return call


def test_specs_of_libraries_are_not_run_and_all_others_hold(
    benchbook: Callable[..., subprocess.CompletedProcess[str]], copy_spec: Callable[[str], Path], project: Path
) -> None:
    """Exit code 0: what is missing is listed with what to install, the claim on a reference is undecided."""
    for name in ("scipy-nelder_mead", "whale"):
        copy_spec(name)
    done = benchbook("spec", "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "scipy:nelder_mead needs the library scipy, which is not installed: pip install" in done.stderr
    rows = {line.split()[0]: " ".join(line.split()) for line in done.stdout.splitlines() if line.strip()}
    assert rows["scipy-nelder_mead"] == "scipy-nelder_mead not run a library is missing"
    assert "7 held, 0 failed, 1 undecided" in rows["whale"]
    assert read_outcome(project / "artifacts" / "specs" / "whale")["status"] == "held"
    assert not (project / "artifacts" / "specs" / "scipy-nelder_mead").exists()
