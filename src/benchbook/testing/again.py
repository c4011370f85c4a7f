"""One run in a separate process: `python -m benchbook.testing.again` reads a job and prints the points' digest."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from benchbook.errors import ExecutionError
from benchbook.observers import PointTrace
from benchbook.parent_death import dying_with_us
from benchbook.problems import problem
from benchbook.protocols import Optimizer
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.run import planned


def can_be_found(optimizer: str | Callable[..., Optimizer]) -> bool:
    """Return whether another process can find the optimizer: by its name in the catalog, or in its source file."""
    if isinstance(optimizer, str):
        return True
    return "<locals>" not in optimizer.__qualname__ and _file(optimizer) is not None


def points_digest(optimizer: str | Callable[..., Optimizer], settings: Mapping[str, Any], *, hash_seed: int) -> str:
    """Return the SHA-256 (hex) of all points that the optimizer asks for in a fresh process.

    Args:
        optimizer: A name in the catalog, or a class at the top level of a source file.
        settings: Its settings.
        hash_seed: Hash seed of that process (PYTHONHASHSEED).

    Raises:
        ExecutionError: The process failed.
    """
    where: dict[str, Any] = {"name": optimizer}
    if not isinstance(optimizer, str):
        where = {"module": optimizer.__module__, "qualname": optimizer.__qualname__, "file": _file(optimizer)}
    done = subprocess.run(  # our own interpreter and module, no shell
        dying_with_us([sys.executable, "-m", "benchbook.testing.again"]),
        input=json.dumps({**where, "settings": dict(settings), "path": sys.path}),
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ExecutionError(f"the fresh process ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout.split()[-1]


def main() -> None:
    """Do the run that standard input describes, and print the digest of its points."""
    job = json.load(sys.stdin)
    sys.path[:] = job["path"]
    trace = PointTrace()
    execute(
        planned(
            job.get("name") or _load(job), problem("rastrigin", 3, 2), settings=job["settings"], seed=7, budget=250
        ),
        observers=[trace],
    )
    sys.stdout.write(f"{hashlib.sha256(trace.points.tobytes()).hexdigest()}\n")


def _load(job: dict[str, Any]) -> Any:
    found: Any = _module(job["module"], Path(job["file"]))
    for part in job["qualname"].split("."):
        found = getattr(found, part)
    return found


def _module(name: str, file: Path) -> ModuleType:
    """Import a module by its name if that finds the same file, otherwise from the file."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is not None and found.origin is not None and Path(found.origin) == file:
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ExecutionError(f"cannot import {file}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _file(optimizer: Callable[..., Optimizer]) -> str | None:
    file = getattr(sys.modules.get(optimizer.__module__), "__file__", None)
    return file if file and file.endswith(".py") else None


if __name__ == "__main__":
    main()
