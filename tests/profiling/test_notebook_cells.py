import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchbook.errors import UsageError
from benchbook.profiling.notebook_cells import BETWEEN, SNAPSHOT, CellProfile, follow, label_of
from benchbook.profiling.profile_document import from_document


class Shell:
    """A minimal kernel, which calls registered functions around each cell."""

    def __init__(self) -> None:
        """Start without registered functions."""
        self.events = self
        self.calls: dict[str, list] = {"pre_run_cell": [], "post_run_cell": []}

    def register(self, name: str, call) -> None:
        """Register a function."""
        self.calls[name].append(call)

    def unregister(self, name: str, call) -> None:
        """Unregister a function."""
        self.calls[name].remove(call)

    def run(self, source: str, work=lambda: None) -> None:
        """Run a cell."""
        for call in list(self.calls["pre_run_cell"]):
            call(SimpleNamespace(raw_cell=source))
        error = None
        try:
            work()
        except ValueError as raised:
            error = raised
        for call in list(self.calls["post_run_cell"]):
            call(SimpleNamespace(error_before_exec=None, error_in_exec=error))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the document is written."""
    return tmp_path / "profile.json"


def test_each_cell_is_a_stage_and_so_is_what_lies_between(path: Path) -> None:
    """Each cell is a stage, and so is the time between cells; the cells that begin and end the profile do not count."""
    shell = Shell()
    made: list[CellProfile] = []
    shell.run("begin", lambda: made.append(CellProfile("nb", shell, path, [1, 2], functions=False)))
    shell.run("# a comment\n\nx = 1")
    shell.run("y = 2\nz = 3")
    shell.run("end", lambda: made[0].finish() and None)
    found = from_document(json.loads(path.read_bytes()))
    cells = [stage for stage in found.stages if stage.name not in {BETWEEN, SNAPSHOT}]
    assert [(stage.path, stage.calls) for stage in cells] == [(("cell 1: x = 1",), 1), (("cell 2: y = 2",), 1)]
    assert found.status == "completed"
    assert sum(stage.own_s for stage in found.stages) + found.other_s == pytest.approx(found.total_s, abs=1e-6)
    assert shell.calls == {"pre_run_cell": [], "post_run_cell": []}


def test_a_cell_that_fails_has_its_profile_written(path: Path) -> None:
    """The profile is written although no later cell runs."""
    shell = Shell()
    shell.run("begin", lambda: CellProfile("nb", shell, path, [1, 2], functions=False) and None)
    shell.run("x = 1")

    def broken() -> None:
        raise ValueError("no value")

    shell.run("broken()", broken)
    document = json.loads(path.read_bytes())
    assert (document["status"], document["error"]) == ("failed", "ValueError: no value")
    assert "cell 2: broken()" in {stage["path"][0] for stage in document["stages"]}
    shell.calls["post_run_cell"][0].__self__.finish()


def test_a_document_that_cannot_be_written_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The error is logged, and the cells continue."""
    (tmp_path / "file").write_text("")
    shell = Shell()
    made: list[CellProfile] = []
    below = tmp_path / "file" / "profile.json"
    shell.run("begin", lambda: made.append(CellProfile("nb", shell, below, [1], functions=False)))
    shell.run("x = 1")
    assert made[0].finish().status == "completed"
    assert "the profile so far is not kept" in caplog.text


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("", "cell 7"),
        ("# only a comment", "cell 7"),
        ("%%time\nrun()", "cell 7: run()"),
        ("a" * 60, f"cell 7: {'a' * 41}..."),
    ],
)
def test_cells_are_named_by_their_first_line_of_code(source: str, label: str) -> None:
    """Comments and cell magics are skipped, and long lines are cut."""
    assert label_of(7, source) == label


def test_outside_of_a_notebook_there_are_no_cells(path: Path) -> None:
    """Outside of a notebook the call is refused."""
    with pytest.raises(UsageError, match="in a notebook only"):
        follow("nb", str(path), [1])
