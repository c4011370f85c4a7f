"""The execution of one notebook by papermill, with the engine's kernels, and its results."""

from __future__ import annotations

import json
import logging
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from benchbook.errors import ExecutionError
from benchbook.files import write_atomic
from benchbook.specs.engine.execution import NotebookClient
from benchbook.specs.notebooks.discover import PARAMETERS_TAG, notebook_text, parameters_fault, read_notebook, tags
from benchbook.specs.notebooks.execution.normalise import normalise
from benchbook.specs.notebooks.parameter_cell import assigned, collects, needed
from benchbook.typing import JsonObject
from benchbook_papermill import BenchbookEngine

Say = Callable[..., None]
_ENGINE = "benchbook"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_EXCERPT_LINES = 8


class Execution:
    """The execution of one notebook.

    Args:
        job: `notebook` and `out` are its paths, `params` its parameters, `timeout_s` the seconds it may take or None,
            `outputs` whether to report its output.
        say: Called with the fields of each event.
    """

    def __init__(self, job: dict[str, Any], say: Say) -> None:
        """Nothing runs yet."""
        self._job = job
        self._say = say
        self._client: NotebookClient | None = None
        self._index = 0
        self._overdue = False

    def run(self) -> dict[str, Any]:
        """Execute, write the executed copy, and return the error, its cell, and the lines around it."""
        timeout_s = self._job["timeout_s"]
        timer = threading.Timer(timeout_s, self._expire) if timeout_s is not None else None
        if timer is not None:
            timer.start()
        try:
            error, excerpt = self._execute()
        finally:
            if timer is not None:
                timer.cancel()
        if self._overdue and error is not None:
            error, excerpt = f"ended after {timeout_s:g} s, the time-out", []
        return {"error": error, "excerpt": excerpt, "cell": self._cell(error), "written": self._write(error)}

    def abandon(self) -> None:
        """Kill the kernel and remove its sockets, without waiting."""
        if self._client is not None:
            self._client.abandon()

    def _expire(self) -> None:
        self._overdue = True
        if self._client is not None:
            self._client.stop()

    def _execute(self) -> tuple[str | None, list[str]]:
        notebook = Path(self._job["notebook"])
        source, params = read_notebook(notebook), self._job["params"]
        fault = parameters_fault(source) if params else None
        if fault is not None:  # papermill would insert them where the notebook's own values replace them
            return f"{notebook.name} {fault}", []
        # papermill warns about parameters that the cell does not assign, but `bb.parameters` takes them anyway.
        logging.getLogger("papermill").setLevel(logging.ERROR)
        papermill_engines.register(_ENGINE, BenchbookEngine)  # its entry point may not be installed
        try:
            papermill.execute_notebook(
                str(notebook),
                None,  # written once, at the end
                parameters=_injected(source, params),
                cwd=str(notebook.parent),
                engine_name=_ENGINE,
                progress_bar=False,
                log_output=False,
                autosave_cell_every=0,
                request_save_on_cell_execute=False,
                watcher=self,
                coalesce_streams=True,
            )
        except PapermillExecutionError as failure:
            return f"{failure.ename}: {failure.evalue}", _excerpt(failure.traceback)
        except DeadKernelError:
            return f"the kernel died{_how(self._client)}", []
        except CellTimeoutError as failure:
            return " ".join(str(failure).splitlines()[:2]), []
        except ExecutionError as failure:
            return str(failure), []
        except RuntimeError as failure:  # what jupyter_client raises if a kernel does not start
            return f"the kernel did not start: {failure}", []
        return None, []

    def _cell(self, error: str | None) -> str | None:
        """Return the id of the last cell that began, if something went wrong."""
        if error is None or self._client is None:
            return None
        return str(self._cells()[self._index].get("id", ""))

    def _write(self, error: str | None) -> bool:
        """Write the executed copy so far, and return whether there is one."""
        if self._client is None:
            return False
        executed = json.loads(nbformat.writes(self._client.nb))  # type: ignore[no-untyped-call]
        record = {"params": self._job["params"], "status": "completed" if error is None else "failed"}
        write_atomic(Path(self._job["out"]), notebook_text(normalise(executed, record)).encode())
        return True

    def _cells(self) -> list[Any]:
        """Return the cells without those that papermill adds to show where the error is."""
        cells: list[Any] = [] if self._client is None else self._client.nb.cells
        return [cell for cell in cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]

    # called by the engine

    def started(self, client: NotebookClient) -> None:
        """Execution begins."""
        self._client = client
        if self._overdue:
            client.stop()

    def cell_started(self, index: int) -> None:
        """Report which cell begins."""
        self._index = index
        cells = self._cells()
        self._say(event="cell", done=index, total=len(cells), cell=str(cells[index].get("id", "")))

    def wrote(self, output: Any) -> None:
        """Report the output of a cell, if there is a listener."""
        if not self._job["outputs"]:
            return
        text = output["text"] if output["output_type"] == "stream" else output.get("data", {}).get("text/plain")
        if text:
            self._say(event="output", text=text if output["output_type"] == "stream" else f"{text}\n")


def _injected(notebook: dict[str, Any], params: JsonObject) -> JsonObject:
    """Return the parameters that papermill puts into a notebook: all, or those that `bb.parameters` does not know."""
    code = {"".join(cell["source"]): tags(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"}
    if not params or not collects(code):
        return params
    own = [assigned(source) for source, names in code.items() if PARAMETERS_TAG in names]
    return needed(params, own[0] or {})


def _how(client: NotebookClient | None) -> str:
    """Return the signal that ended a kernel, or its return code."""
    code = client.exit_code if client is not None else None
    if not code:
        return ""
    return f", killed by {signal.Signals(-code).name}" if code < 0 else f" with exit code {code}"


def _excerpt(traceback: list[str]) -> list[str]:
    """Return the lines of the cell around the error, without colours."""
    lines = _ANSI.sub("", "\n".join(traceback)).splitlines()
    starts = [number for number, line in enumerate(lines) if line.lstrip().startswith("Cell In[")]
    if not starts:
        return lines[-_EXCERPT_LINES:]
    block = lines[starts[-1] + 1 :]
    end = next((number for number, line in enumerate(block) if not line.strip()), len(block))
    return block[: min(end, _EXCERPT_LINES)]
