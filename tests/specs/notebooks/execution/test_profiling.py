import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbook.errors import ExecutionError, UsageError
from benchbook.params import load
from benchbook.specs.notebooks.execution import profiling
from benchbook.specs.notebooks.execution.profiling import profile_notebook

RUN = 'import benchbook as bb\nrecord = bb.run("random_search", functions[0], dim=dims[0], budget=budget_per_dim)'


def test_a_notebook_is_profiled_cell_by_cell(write_notebook: Callable[..., Path], project: Path) -> None:
    """Parameters are injected, runs in cells name their stages, and neither notebook nor artifacts change."""
    path = write_notebook("nb", RUN, 'open("here.txt", "w").write(str(record.evaluations))', "")
    before = path.read_bytes()
    found = profile_notebook(path, load("quick", ["budget_per_dim=70"]))
    cells = [stage for stage in found.stages if len(stage.path) == 1 and stage.name.startswith("cell ")]
    assert [stage.name[:15] for stage in cells] == [
        "cell 1: preset ",
        "cell 2: preset ",
        "cell 3: import ",
        'cell 4: open("h',
    ]
    assert found.status == "completed"
    assert (path.parent / "here.txt").read_text() == "70"
    assert {"loop", "ask", "evaluate", "encode"} <= {stage.name for stage in found.stages if len(stage.path) > 1}
    assert path.read_bytes() == before
    assert not (project / "artifacts").exists()
    assert sum(stage.own_s for stage in found.stages) + found.other_s == pytest.approx(found.total_s, rel=1e-6)


def test_a_failing_cell_ends_the_profile_and_is_named(write_notebook: Callable[..., Path]) -> None:
    """The measurements are kept, and later cells are not executed."""
    found = profile_notebook(write_notebook("nb", "x = 1", 'raise ValueError("no <value>")', "y = 2"))
    assert (found.status, found.error) == ("failed", "ValueError: no <value>")
    assert [stage.name for stage in found.stages if stage.name.startswith("cell ")][1:] == [
        "cell 2: x = 1",
        'cell 3: raise ValueError("no <value>")',
    ]


def test_a_kernel_that_dies_leaves_what_it_wrote(write_notebook: Callable[..., Path]) -> None:
    """The profile reports the death of the kernel, and nothing hangs."""
    found = profile_notebook(write_notebook("nb", "import os; os._exit(3)"))
    assert found.status == "failed"
    assert "the kernel died" in str(found.error)


def test_ctrl_c_interrupts_the_cell_that_runs(
    write_notebook: Callable[..., Path], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel still writes its measurements."""
    monkeypatch.setattr(profiling, "_PATIENCE_S", 20.0)
    waits = 'import time\nopen("ready", "w").close()\ntime.sleep(120)'
    path = write_notebook("nb", waits, "y = 2")

    def press() -> None:
        deadline = time.monotonic() + 100
        while not (path.parent / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    found = profile_notebook(path)
    assert (found.status, found.error) == ("interrupted", "KeyboardInterrupt")
    assert "cell 2: import time" in {stage.name for stage in found.stages}
    assert "y = 2" not in str([stage.name for stage in found.stages])


def test_what_cannot_be_executed_is_reported(write_notebook: Callable[..., Path], project: Path) -> None:
    """Files that are not notebooks, other languages and kernels that cannot start give a message."""
    with pytest.raises(UsageError, match="no such file"):
        profile_notebook(project / "none.ipynb")
    path = write_notebook("nb", "x = 1")
    notebook = json.loads(path.read_text())
    notebook["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    path.write_text(json.dumps(notebook))
    with pytest.raises(UsageError, match="is a notebook of R, expected Python"):
        profile_notebook(path)
    notebook["metadata"]["kernelspec"] = {"name": "no-such-kernel", "language": "python", "display_name": "-"}
    path.write_text(json.dumps(notebook))
    with pytest.raises(ExecutionError, match=r"nb\.ipynb was not profiled: .*no-such-kernel"):
        profile_notebook(path)
