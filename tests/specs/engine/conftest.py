"""Notebooks made from source text and executed by one worker process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchbook.specs.notebooks.execution.workers import NotebookWorker, NotebookWorkers

ENGINE = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@dataclass
class Ended:
    """How a notebook ended, and its output."""

    error: str | None
    cell: str | None
    excerpt: list[str]
    output: str
    copy: Path
    cells: list[str] = field(default_factory=list)

    def values(self) -> Any:
        """Return the JSON that the notebook printed."""
        return json.loads(self.output)


Execute = Callable[..., Ended]


def notebook(folder: Path, name: str, sources: Sequence[str]) -> Path:
    """Write a notebook whose cells are named first, second, and so on."""
    names = ("first", "second", "third", "fourth")
    cells = [
        {"cell_type": "code", "id": cell_id, "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for cell_id, source in zip(names, sources, strict=False)
    ]
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": ENGINE, "nbformat": 4, "nbformat_minor": 5}))
    return path


def execute_with(worker: NotebookWorker, folder: Path, *sources: str, timeout_s: float | None = None) -> Ended:
    """Execute a notebook in a folder with a worker."""
    path = notebook(folder, "notebook", sources)
    events: list[dict[str, Any]] = []
    copy = folder / "out" / "copy.ipynb"
    job: Any = {"notebook": str(path), "out": str(copy), "params": {}, "timeout_s": timeout_s, "outputs": True}
    end = worker.run(job, events.append)
    return Ended(
        error=end["error"],
        cell=end["cell"],
        excerpt=end["excerpt"],
        output="".join(event["text"] for event in events if event["event"] == "output"),
        copy=copy,
        cells=[event["cell"] for event in events if event["event"] == "cell"],
    )


@pytest.fixture(scope="module")
def workers() -> Iterator[NotebookWorkers]:
    """The workers of a test module, with their fork server."""
    pool = NotebookWorkers()
    yield pool
    pool.close()


@pytest.fixture
def execute(workers: NotebookWorkers, tmp_path: Path) -> Iterator[Execute]:
    """Return a function that executes sources as the cells of a notebook, in a new folder."""
    worker = workers.take()
    yield lambda *sources, **options: execute_with(worker, options.pop("folder", tmp_path), *sources, **options)
    workers.give_back(worker)


@pytest.fixture(scope="module")
def ordinary() -> Iterator[NotebookWorker]:
    """Return a worker whose kernels are started in the ordinary way."""
    worker = NotebookWorker()
    yield worker
    worker.close()
