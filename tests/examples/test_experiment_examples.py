from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SAYS = {
    "experiments_single.py": "large: ",
    "experiments_round_robin.py": "{'a': 3, 'b': 2, 'c': 2}",
    "experiments_shadow.py": "old inf, new 1.41421e+200: they differ",
    "experiments_multi_branch.py": "best: {'rate': 0.5, 'steps': 10}",
}


@pytest.mark.parametrize("name", SAYS)
def test_an_example_runs_and_says_what_it_shows(name, tmp_path):
    """Examples run without a warning and leave nothing behind."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert SAYS[name] in done.stdout
    assert [line for line in done.stderr.splitlines() if "has its optimum at the centre of the box" not in line] == []
    assert list(tmp_path.iterdir()) == []


def test_there_is_an_example_for_each_main_strategy():
    """Each main strategy has an example that is run here."""
    assert {path.name for path in EXAMPLES.glob("experiments_*.py")} == set(SAYS)
