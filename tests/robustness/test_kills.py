"""When commands are killed no finished run is lost, everything opens, and no process or temporary folder remains."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("killed_commands.py")
FEW = {"study": 3, "merge": 3, "export": 3, "publish": 3, "track": 2}
MANY = {"study": 50, "processes": 20, "dask": 4, "merge": 30, "export": 30, "publish": 20, "track": 26}
MANY |= {"spec": 12, "site": 8}


def killed(kills: dict[str, int], patience_s: float) -> list[str]:
    """Kill commands a number of times, print the counts, and return what is wrong."""
    seed = random.SystemRandom().randrange(10**6)
    words = [f"{name}={count}" for name, count in kills.items()]
    with tempfile.TemporaryDirectory(prefix="k") as folder:  # sockets need a short name
        command = [sys.executable, str(HARNESS), folder, str(seed), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience_s)
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-3000:]}"
    wrong = []
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            print(line)  # noqa: T201  # the counts
            ((name, seen),) = json.loads(line).items()
            wrong += [f"seed {seed}, {name}: {what}" for what in (*seen["wrong"], *seen["left"])]
            assert seen["kills"] == kills.pop(name)
    assert kills == {}
    return wrong


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt what others leave behind")
def test_a_few_kills_cost_nothing_that_was_finished() -> None:
    """A study, a merge, an export, a baseline and a tracked pipeline are killed."""
    assert killed(dict(FEW), 300) == []


@pytest.mark.exhaustive
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt what others leave behind")
def test_two_hundred_kills_cost_nothing_that_was_finished() -> None:
    """Worker processes, Dask clusters, notebooks and the site are included."""
    assert sum(MANY.values()) == 200
    assert killed(dict(MANY), 3600) == []
