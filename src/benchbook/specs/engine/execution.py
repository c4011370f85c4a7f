"""Executing a notebook that papermill has prepared, with a kernel of the engine."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from typing import Any, Protocol

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager, NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.log import logger

from benchbook.errors import ExecutionError
from benchbook.specs.engine.kernels import EngineKernels

_STARTUP_TIMEOUT_S = 60
_OUTPUT_TIMEOUT_S = 300  # wait for output at the end of a cell; missing output is an error, not a gap
log = logging.getLogger(__name__)
_PAPERMILLS_OWN = ("input_path", "timeout", "startup_timeout")


class Watcher(Protocol):
    """Follows an execution."""

    def started(self, client: NotebookClient) -> None:
        """Execution begins; `client.nb` is the growing notebook."""

    def cell_started(self, index: int) -> None:
        """A cell begins."""

    def wrote(self, output: Any) -> None:
        """A cell has produced output."""


class NotebookClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """papermill's client, which reports events and can be stopped."""

    def __init__(self, nb_man: Any, watcher: Watcher | None = None, **options: Any) -> None:
        """Prepare; nothing is started yet."""
        super().__init__(nb_man, kernel_manager_class=EngineKernels, **options)
        self._watcher = watcher
        self._stopped = False
        self._process: Any = None

    def execute(self, **options: Any) -> Any:
        """Execute all cells."""
        if self._watcher is not None:
            self._watcher.started(self)
        return super().execute(**options)

    def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        """Execute a cell.

        Raises:
            CellTimeoutError: It took longer than papermill's option allows, or its output did not arrive.
            DeadKernelError: The kernel died, or execution was stopped.
        """
        if self._stopped:
            raise DeadKernelError("stopped")
        if self._watcher is not None:
            self._watcher.cell_started(cell_index)
        self._process = self.km.provisioner.process
        self.kc.numbers.cell_starts()
        try:
            return super().execute_cell(cell, cell_index, **options)
        except DeadKernelError:
            self._say(cell, self._last_words())
            raise
        except CellTimeoutError:
            self._say(cell, "the output of this cell is cut: it took too long, or its end did not arrive")
            raise
        finally:
            # The known ones drop nothing; of others a cell says so itself, as the log is not published with it.
            if not self._keeps_output and (complaint := self.kc.numbers.complaint()) is not None:
                self._say(cell, complaint)

    def process_message(self, *message: Any, **options: Any) -> Any:
        """Process a message of the kernel."""
        output = super().process_message(*message, **options)
        if output is not None and self._watcher is not None:
            self._watcher.wrote(output)
        return output

    @property
    def _keeps_output(self) -> bool:
        return bool(getattr(self.km.provisioner, "keeps_output", False))

    def _last_words(self) -> str:
        """Say that a kernel is dead, and whether its output may be missing."""
        code = self.exit_code
        if code is not None and code >= 0 and self._keeps_output:
            return f"the kernel ended here, with exit code {code}"
        return "the kernel died here; what it wrote just before may be missing"

    def _say(self, cell: Any, sentence: str) -> None:
        """Add a sentence of ours to the output of a cell."""
        cell.outputs.append(new_output("stream", name="stderr", text=f"benchbook: {sentence}\n"))  # type: ignore[no-untyped-call]

    @property
    def exit_code(self) -> int | None:
        """Return code of the kernel, as in `subprocess`; None while it runs, or if unknown."""
        return None if self._process is None else self._process.returncode

    def stop(self) -> None:
        """Kill the kernel and start no other cell; may be called from any thread."""
        self._stopped = True
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        if process is None or process.poll() is not None:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):  # it has just begun, and has no process group yet
                os.killpg(process.pid, signal.SIGKILL)  # including processes that the notebook has started
        process.kill()

    def abandon(self) -> None:
        """Kill the kernel and remove its sockets, for a process that ends at once."""
        manager = self.km
        self.stop()
        if manager is not None:
            manager.remove_sockets()


def usable_kernel(notebook: Any, name: str) -> str:
    """Return the kernel for a notebook: that of this Python if the notebook names an unknown Python kernel.

    Raises:
        ExecutionError: There is no such kernel, and the notebook is in another language.
    """
    known = KernelSpecManager()
    try:
        known.get_kernel_spec(name)
    except NoSuchKernel:
        language = notebook.metadata.get("kernelspec", {}).get("language", "python")
        if language.lower() != "python":
            raise ExecutionError(f"there is no kernel {name!r} here, and the notebook is in {language}") from None
        log.warning("there is no kernel %r here: the notebook runs with this Python, %s", name, sys.executable)
        return NATIVE_KERNEL_NAME
    return name


def execute_managed(nb_man: Any, kernel_name: str, *, watcher: Watcher | None = None, **options: Any) -> None:
    """Execute a notebook for papermill, with the options of its own engine.

    Args:
        nb_man: papermill's record of the execution.
        kernel_name: The kernel.
        watcher: Follows the execution.
        **options: papermill's, such as `start_timeout` and `execution_timeout`, and those of nbclient.
    """
    timeout = options.pop("execution_timeout", None) or options.get("timeout")
    startup = options.pop("start_timeout", _STARTUP_TIMEOUT_S)
    rest = {name: value for name, value in options.items() if name not in _PAPERMILLS_OWN}
    rest = {"iopub_timeout": _OUTPUT_TIMEOUT_S, "raise_on_iopub_timeout": True, **rest}
    kernel_name = usable_kernel(nb_man.nb, kernel_name)
    settings = {**rest, "timeout": timeout, "startup_timeout": startup, "kernel_name": kernel_name, "log": logger}
    NotebookClient(nb_man, watcher, **settings).execute()
