"""Specs on an installation without the libraries of adapters, like that of `make quick`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.specs.outcome import read_outcome

# Every Python process below hides these modules from its imports; SciPy is a dependency, and always available.
HIDDEN = sorted({module for library in LIBRARIES.values() for module in library.imports if library.prefix != "scipy"})
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
    """The exit code is 0, one line names them with the install command, and a claim on a reference is undecided."""
    for name in ("nevergrad-OnePlusOne", "pymoo-GA", "whale"):
        copy_spec(name)
    done = benchbook("spec", "run")
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line for line in done.stderr.splitlines() if "nevergrad-OnePlusOne" in line]
    assert len(told) == 1
    assert "not installed: nevergrad-OnePlusOne, pymoo-GA; to install them: pip install" in told[0]
    assert "nevergrad" not in done.stdout
    assert "whale: mealpy:OriginalWOA needs the library mealpy, which is not installed" in done.stderr
    row = " ".join(next(line for line in done.stdout.splitlines() if line.startswith("whale")).split())
    assert row.startswith("whale held, 1 undecided 6 of 7 hold, 1 undecided 4 of 4 pass")
    assert read_outcome(project / "artifacts" / "specs" / "whale")["status"] == "held"
    assert not (project / "artifacts" / "specs" / "pymoo-GA").exists()
