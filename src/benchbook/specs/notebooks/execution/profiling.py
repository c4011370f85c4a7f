"""Profiles of notebooks, cell by cell: the notebook is executed in a separate kernel, which measures itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from benchbook.errors import ExecutionError, UsageError
from benchbook.files import ARTIFACT_ROOT_VARIABLE
from benchbook.profiling.profile_document import from_document
from benchbook.records.profile import Profiled
from benchbook.scratch import scratch_folder
from benchbook.specs.notebooks.discover import read_notebook

_BEGIN = (
    "from benchbook.profiling.notebook_cells import follow as _follow\n"
    "_followed = _follow({name!r}, {path!r}, {numbers!r})"
)
_TIMES_TOLD, _PATIENCE_S = 10, 2.0
_END = "_followed.finish();"


def profile_notebook(path: Path, params: Mapping[str, Any] | None = None) -> Profiled:
    """Execute a notebook and profile it: each cell is a stage, with the stages of the runs in it inside.

    The notebook itself is not changed, and its artifacts go to a temporary folder, so that nothing is replayed or
    replaced. If a cell fails, the kernel dies or Ctrl-C is pressed, the measurements so far are returned.

    Args:
        path: The notebook.
        params: Parameters to be injected, as by papermill.

    Raises:
        UsageError: There is no such file, or it is not a notebook.
        ExecutionError: The kernel did not even begin.
    """
    read_notebook(path)
    with scratch_folder("benchbook-profile-") as folder:
        document = folder / "profile.json"
        status, error = _execute(path, params, document, folder / "artifacts")
        if not document.is_file():
            raise ExecutionError(f"{path} was not profiled: {error or 'its kernel wrote nothing'}")
        found = from_document(orjson.loads(document.read_bytes()))
    if found.status == "running" or status == "interrupted":
        found = replace(found, status=status, error=error)
    return replace(found, missing={**found.missing, "overhead": "a notebook is executed once"})


def _execute(path: Path, params: Mapping[str, Any] | None, document: Path, artifacts: Path) -> tuple[str, str | None]:
    """Execute; return the status, and the reason if it did not complete."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    from benchbook.specs.engine.kernels import OrdinaryKernels

    notebook = _prepared(path, params, document)
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    try:
        KernelSpecManager().get_kernel_spec(kernel)
    except NoSuchKernel:
        return "failed", f"there is no kernel {kernel!r} here"
    place = {"metadata": {"path": str(path.resolve().parent)}}
    client = NotebookClient(
        notebook, timeout=None, kernel_name=kernel, resources=place, kernel_manager_class=OrdinaryKernels
    )
    env = {**os.environ, ARTIFACT_ROOT_VARIABLE: str(artifacts)}
    interrupted = False
    # In a separate thread, because in the main one nbclient reacts to Ctrl-C by killing the kernel, with its
    # measurements.
    with document.with_suffix(".stderr").open("wb") as complaints, ThreadPoolExecutor(1) as threads:
        execution = threads.submit(lambda: asyncio.run(client.async_execute(env=env, stderr=complaints)))
        try:
            try:
                execution.result()
            except KeyboardInterrupt:
                interrupted = True
                _interrupt(client, execution)
        except CellExecutionError as failure:
            return ("interrupted" if interrupted else "failed"), f"{failure.ename}: {failure.evalue}".rstrip(": ")
        except DeadKernelError as failure:
            return ("interrupted" if interrupted else "failed"), f"the kernel died: {failure}"
    return ("interrupted", "KeyboardInterrupt") if interrupted else ("completed", None)


def _interrupt(client: Any, execution: Future[Any]) -> None:
    """Interrupt the running cell, so that the kernel writes its measurements; end a kernel that does not.

    Between two cells, and while it starts, a kernel ignores interrupts, so they are repeated.
    """
    for _ in range(_TIMES_TOLD):
        with suppress(RuntimeError):  # the kernel has not started yet, or has ended already
            asyncio.run(client.km.interrupt_kernel())
        with suppress(TimeoutError):
            execution.result(_PATIENCE_S)
            return
    asyncio.run(client.km.shutdown_kernel(now=True))
    execution.result()


def _prepared(path: Path, params: Mapping[str, Any] | None, document: Path) -> Any:
    """Return the notebook with its parameters, between the cells that begin and end the profile."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook: Any = load_notebook_node(str(path))
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise UsageError(f"{path} is a notebook of {language}, expected Python")
    if params is not None:
        notebook = parameterize_notebook(notebook, dict(params), comment="Parameters")
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    begin = _BEGIN.format(name=path.name, path=str(document), numbers=list(range(1, len(code) + 1)))
    new: Any = nbformat.v4.new_code_cell
    notebook.cells = [new(begin), *notebook.cells, new(_END)]
    return notebook
