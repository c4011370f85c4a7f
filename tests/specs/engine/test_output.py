"""No output of a cell is lost, and each process has its own kernels."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from benchbook.errors import ExecutionError
from benchbook.specs.engine import fork_server
from benchbook.specs.engine.execution import usable_kernel
from benchbook.specs.engine.losses import QUEUE_MESSAGES, MessageNumbers
from benchbook.specs.notebooks.execution.workers import NotebookWorker

from .conftest import ENGINE, Ended, Execute, execute_with

LINES = 3000


def outputs(ended: Ended) -> list[dict[str, Any]]:
    """Return all outputs in an executed copy."""
    return [output for cell in json.loads(ended.copy.read_text())["cells"] for output in cell.get("outputs", [])]


def elsewhere() -> Any:
    """Return an empty Python notebook whose kernel has an unknown name."""
    kernel = {"name": "elsewhere", "display_name": "Elsewhere", "language": "python"}
    return nbformat.v4.new_notebook(metadata={"kernelspec": kernel})  # type: ignore[no-untyped-call]


def test_a_cell_that_flushes_every_line_keeps_them_all(execute: Execute) -> None:
    """There are more lines than any queue on the way can hold."""
    ended = execute(f"for k in range({LINES}): print(k, flush=True)")
    assert ended.error is None
    assert ended.output.split() == [str(k) for k in range(LINES)]


def test_an_ordinary_kernel_keeps_every_line_too(ordinary: NotebookWorker, tmp_path: Path) -> None:
    """An ordinary kernel's output goes through the same queue, without a limit."""
    ended = execute_with(ordinary, tmp_path, f"for k in range({LINES}): print(k, flush=True)")
    assert ended.error is None
    assert ended.output.split() == [str(k) for k in range(LINES)]


def test_what_an_ordinary_kernel_sent_before_it_left_is_kept(ordinary: NotebookWorker, tmp_path: Path) -> None:
    """There is no gap in it, and the executed copy also shows where the kernel ended.

    An ordinary kernel sends in a thread of its own, which `os._exit` ends: if it is busy, the last lines never leave.
    """
    ended = execute_with(ordinary, tmp_path, "import os\nfor k in range(500): print(k, flush=True)\nos._exit(3)")
    assert ended.error == "the kernel died with exit code 3"
    arrived = ended.output.split()
    assert arrived == [str(k) for k in range(len(arrived))] != []
    assert outputs(ended)[-1]["text"] == ["benchbook: the kernel ended here, with exit code 3\n"]


FOREIGN = """
from ipykernel.iostream import IOPubThread

send, printed = IOPubThread._really_send, 0

def dropping(self, message, *arguments, **options):
    global printed
    printed += b'"stream"' in b"".join(message)
    if b'"stream"' not in b"".join(message) or printed % 5:
        send(self, message, *arguments, **options)

IOPubThread._really_send = dropping
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


def test_a_notebook_says_that_its_kernel_dropped_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels with their own launchers may drop output, and the numbers of their messages show what is missing."""
    folder = tmp_path / "jupyter" / "kernels" / "foreign"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-c", FOREIGN, "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"display_name": "Foreign", "language": "python", "argv": argv}))
    monkeypatch.setenv("JUPYTER_PATH", str(folder.parent.parent))
    monkeypatch.setitem(ENGINE["kernelspec"], "name", "foreign")
    with contextlib.closing(NotebookWorker()) as worker:
        ended = execute_with(worker, tmp_path, "for k in range(20): print(k, flush=True)", "1 + 1")
        assert ended.error is None
        cut = "benchbook: the output of this cell is cut: the kernel dropped 4 messages\n"
        assert [output.get("text") for output in outputs(ended)][-2:] == [[cut], None]
        died = execute_with(worker, tmp_path, "import os; os._exit(3)")
    assert outputs(died)[-1]["text"] == ["benchbook: the kernel died here; what it wrote just before may be missing\n"]


def test_a_kernel_without_numbers_may_have_dropped_some_after_a_thousand() -> None:
    """A thousand messages is what a socket queues by default."""
    numbers = MessageNumbers()
    message: dict[str, Any] = {"msg_type": "stream", "header": {"msg_id": "a-b"}, "content": {}}
    for _ in range(QUEUE_MESSAGES):
        assert numbers.complaint() is None
        numbers.note(message)
    assert "may be cut" in str(numbers.complaint())
    numbers.cell_starts()
    assert numbers.complaint() is None


def test_what_was_flushed_before_the_process_left_is_kept(execute: Execute) -> None:
    """Output before `os._exit` is kept, and its exit code is reported as usual."""
    ended = execute("import os\nfor k in range(500): print(k, flush=True)\nos._exit(3)")
    assert ended.error == "the kernel died with exit code 3"
    assert ended.output.split()[-1:] == ["499"]


def test_a_child_of_a_notebook_exits_immediately(execute: Execute) -> None:
    """A process that a notebook forks ends with `os._exit`, without affecting its parent."""
    quiet = (
        "import os, warnings\nwarnings.simplefilter('ignore', DeprecationWarning)"  # of forks in a process with threads
    )
    forks = "pid = os.fork()\npid or os._exit(5)\nprint(os.waitpid(pid, 0)[1] >> 8)"
    ended = execute(quiet, forks, "print(6)")
    assert (ended.error, ended.output.split()) == (None, ["5", "6"])


def test_parameters_go_after_the_first_cell_that_is_tagged_so(tmp_path: Path) -> None:
    """As in papermill, a second tagged cell is an ordinary one that comes later."""
    import papermill

    notebook = elsewhere()
    for source in ("a = b = 1", "b = 2", "print(a, b)"):
        notebook.cells.append(nbformat.v4.new_code_cell(source))  # type: ignore[no-untyped-call]
        notebook.cells[-1].metadata["tags"] = ["parameters"] if source[0] in "ab" else []
    nbformat.write(notebook, tmp_path / "in.ipynb")  # type: ignore[no-untyped-call]
    given = {"a": 5, "b": 5}
    options: Any = {"engine_name": "benchbook", "progress_bar": False}
    done = papermill.execute_notebook(str(tmp_path / "in.ipynb"), None, parameters=given, **options)
    fork_server.close()
    assert done.cells[-1].outputs[0]["text"] == "5 2\n"


def test_an_unknown_kernel_is_this_python_or_refused_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """A Python notebook runs with a warning that names the kernel; one in another language is refused."""
    notebook = elsewhere()
    assert usable_kernel(notebook, "elsewhere") == "python3"
    assert "no kernel 'elsewhere'" in caplog.text
    notebook.metadata["kernelspec"]["language"] = "R"
    with pytest.raises(ExecutionError, match="no kernel 'ir' here, and the notebook is in R"):
        usable_kernel(notebook, "ir")


def test_a_forked_child_begins_by_itself_and_leaves_the_server_alone() -> None:
    """The child has neither link nor server of its parent, whose server still answers after the child has ended."""
    # A separate program, since the coverage of the tests follows forks and ends them in its own way.
    code = """
import multiprocessing, os
from benchbook.specs.engine import fork_server

def ask(answers):
    current = fork_server._current
    answers.put((current._link is None, current._server is None))

server = fork_server.ForkServer()
link = fork_server.Link(server.connect(), server.folder)
fork_server._current._server, fork_server._current._link = server, link
context = multiprocessing.get_context("fork")
answers = context.Queue()
child = context.Process(target=ask, args=(answers,))
child.start()
print(answers.get(timeout=60))
child.join(60)
print(child.exitcode, server.folder.is_dir(), link.code(os.getpid()))  # it answers; this is no kernel of its own
link.close()
server.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180, check=False)
    assert done.stdout.splitlines() == ["(True, True)", "0 True 0"], done.stderr
