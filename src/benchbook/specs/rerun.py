"""Proofs compute again: runs repeated in another process, without any store."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from benchbook.errors import ExecutionError
from benchbook.records import RunSpec, as_plain
from benchbook.studies.runs.run import run

_TIMEOUT_S = 600


def digests_in_another_process(specs: Sequence[RunSpec]) -> list[str]:
    """Return the content digests of runs done again in a fresh Python process.

    Raises:
        ExecutionError: The process failed.
    """
    try:
        done = subprocess.run(  # this Python, a fixed module
            [sys.executable, "-m", "benchbook.specs.rerun"],
            input=json.dumps([as_plain(spec) for spec in specs]),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ExecutionError(f"repeating {len(specs)} runs in another process took over {_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise ExecutionError(f"repeating runs in another process failed: {done.stderr.strip()[-2000:]}")
    return [str(digest) for digest in json.loads(done.stdout)]


def _main() -> None:
    specs = json.load(sys.stdin)
    digests = [
        run(
            spec["optimizer"],
            spec["function"],
            dim=spec["dim"],
            instance=spec["instance"],
            seed=spec["seed"],
            budget=spec["budget"],
            target=spec["target"],
            stagnation=spec["stagnation"],
            settings=spec["settings"],
        ).content_digest
        for spec in specs
    ]
    json.dump(digests, sys.stdout)


if __name__ == "__main__":
    _main()
