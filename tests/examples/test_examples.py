from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {
    "first_run.py": ("evaluations=2000/2000, stop=budget", "bit-identical: True"),
    "imitation.py": ("cart 1: the clone errs by 0.", "completed, 4 of 4 steps; the total that was predicted"),
    "own_function.py": ("rest position: [", "random search: ["),
    "own_optimizer.py": ("hill_climber", "rastrigin"),
    "study.py": (" of 36 runs are kept", "resumed: 36 of 36 runs"),
    "centre_bias.py": ("Median precision at the end: sphere:",),
}


def run(name: str, *arguments: str, cwd: Path) -> str:
    """Run an example as a user does, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / "examples" / name), *arguments],
        cwd=cwd,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "has its optimum at the centre of the box" not in line] == []
    return done.stdout


@pytest.mark.parametrize("name", sorted({path.name for path in (ROOT / "examples").glob("*.py")} - {"centre_bias.py"}))
def test_an_example_runs_and_prints_what_it_promises(name: str, tmp_path: Path) -> None:
    """Examples run from any folder, without warnings."""
    printed = run(name, cwd=tmp_path)
    assert all(text in printed for text in EXPECTED.get(name, ()))
    assert printed
    assert list(tmp_path.iterdir()) == [] or name != "first_run.py"


def test_the_readme_picture_is_made_by_its_script(tmp_path: Path) -> None:
    """The committed picture is small, and shows what the script draws."""
    committed = ROOT / "docs" / "_static" / "centre-bias.svg"
    printed = run("centre_bias.py", "new.svg", cwd=tmp_path)
    assert all(text in printed for text in EXPECTED["centre_bias.py"])
    assert committed.stat().st_size < 150_000
    # Sizes, not bytes: curves may differ slightly with another version of the plotting library.
    old, new = (ET.parse(path).getroot() for path in (committed, tmp_path / "new.svg"))  # noqa: S314  # our own files
    assert old.get("viewBox") == new.get("viewBox")
    assert sum(1 for _ in old.iter()) == pytest.approx(sum(1 for _ in new.iter()), rel=0.1)
