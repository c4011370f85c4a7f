"""The points of many optimizers in two fresh processes: starting one pair for each of them takes most of the time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

# the run of `benchbook.testing.again`, for each name in turn
CODE = """
import hashlib, json, sys

from benchbook.observers import PointTrace
from benchbook.problems import problem
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.run import planned

found = {}
for name in json.load(sys.stdin):
    trace = PointTrace()
    execute(planned(name, problem("rastrigin", 3, 2), seed=7, budget=250), observers=[trace])
    found[name] = [len(trace.points), hashlib.sha256(trace.points.tobytes()).hexdigest()]
sys.stdout.write(json.dumps(found))
"""


def points_twice(names: Sequence[str]) -> tuple[dict[str, list[object]], dict[str, list[object]]]:
    """Return number and digest of the points by optimizer, from two processes with different hash seeds and orders."""
    one, two = (_points(order, seed) for order, seed in ((list(names), "1"), (list(names)[::-1], "2")))
    return one, two


def _points(names: Sequence[str], hash_seed: str) -> dict[str, list[object]]:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        input=json.dumps(list(names)),
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[object]] = json.loads(done.stdout.splitlines()[-1])
    return found
