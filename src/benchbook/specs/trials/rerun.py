"""Runs repeated in another process without a store, for proofs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from benchbook.errors import ExecutionError
from benchbook.numerics import fingerprint
from benchbook.parent_death import dying_with_us
from benchbook.records import Environment, RunSpec, as_plain
from benchbook.studies.runs.run import run
from benchbook.typing import JsonObject

_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Runs that were repeated in a fresh Python process.

    Attributes:
        digests: Their content digests.
        arithmetic: The arithmetic of that process, in the form of a record.
    """

    digests: list[str]
    arithmetic: JsonObject

    def unlike(self, then: Sequence[Environment]) -> list[str]:
        """Return in words how its arithmetic differs from that of environments; empty if all are equal."""
        found: dict[str, None] = {}
        for environment in then:
            for name, value in cast("JsonObject", as_plain(environment.arithmetic)).items():
                if value != self.arithmetic[name]:
                    found[f"{name} {_words(value)} in the store, {_words(self.arithmetic[name])} now"] = None
        return list(found)


def in_another_process(specs: Sequence[RunSpec]) -> Repeated:
    """Repeat runs in a fresh Python process, without a store.

    Raises:
        ExecutionError: The process failed.
    """
    # If NumPy was loaded before benchbook here, it is there, too: both then have the arithmetic that NumPy chose.
    first = "" if fingerprint().pinned else "import numpy; "
    code = f"{first}from benchbook.specs.trials.rerun import main; main()"
    try:
        done = subprocess.run(  # this Python, a fixed module
            dying_with_us([sys.executable, "-c", code]),
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
    found = json.loads(done.stdout)
    return Repeated(digests=found["digests"], arithmetic=found["arithmetic"])


def _words(value: object) -> str:
    return " ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def main() -> None:
    """Do the runs described on standard input, and write their results to standard output."""
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
    json.dump({"digests": digests, "arithmetic": as_plain(fingerprint())}, sys.stdout)
