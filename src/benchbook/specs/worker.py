"""Notebooks executed by papermill in a process of their own: a job a line comes in, events go out as JSON lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import papermill
from nbclient.exceptions import DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from benchbook.files import write_atomic
from benchbook.specs.normalise import normalise


def main() -> None:
    """Read jobs from standard input until it closes; execute each and say how it ended."""
    papermill_engines.register("benchbook-progress", _ProgressEngine)
    for line in sys.stdin:
        job = json.loads(line)
        _say(event="end", error=execute(Path(job["notebook"]), Path(job["out"]), job["params"]))


def execute(notebook: Path, out: Path, params: dict[str, Any]) -> str | None:
    """Execute a notebook with parameters, and write the executed copy; return what went wrong."""
    error = None
    working_copy = out.with_name(f".{out.name}.running")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            str(notebook),
            str(working_copy),
            parameters=params,
            cwd=str(notebook.parent),
            engine_name="benchbook-progress",
            progress_bar=False,
            log_output=False,
        )
    except PapermillExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
    except DeadKernelError as failure:
        error = f"the kernel died: {failure}"
    if working_copy.exists():
        # papermill has the last state on disk, also of a notebook that failed.
        executed = json.loads(working_copy.read_text(encoding="utf-8"))
        record = {"params": params, "status": "completed" if error is None else "failed"}
        text = json.dumps(normalise(executed, record), indent=1, ensure_ascii=False)
        write_atomic(out, f"{text}\n".encode())
        working_copy.unlink()
    return error


class _ProgressEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """papermill's own engine, telling which cell it is at."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute, and say so before each code cell."""
        started = nb_man.cell_start
        total = len(nb_man.nb.cells)

        def tell(cell: Any, cell_index: int | None = None, **more: Any) -> None:
            _say(event="cell", done=cell_index or 0, total=total, cell=str(cell.get("id", "")))
            started(cell, cell_index, **more)

        nb_man.cell_start = tell
        super().execute_managed_notebook(nb_man, kernel_name, **options)


def _say(**event: Any) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
