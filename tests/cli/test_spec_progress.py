"""What is shown while specs run."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from benchbook.cli import spec_progress
from benchbook.cli.spec_progress import SpecProgress
from benchbook.specs.notebooks.execution.execute import CellOutput, CellStarted, SpecResult


def result(name: str, status: str) -> SpecResult:
    """Return the result of a spec."""
    return SpecResult(
        name=name, outcome={"status": status}, notebook=Path("out"), source=Path("in"), elapsed_s=1.5, failure=None
    )


def test_a_terminal_shows_the_claim_that_a_notebook_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one line for all specs and one per running spec; when a spec ends its status stays."""
    screen = Console(force_terminal=True, width=120, highlight=False, markup=False)
    monkeypatch.setattr(spec_progress, "console", lambda *, stderr: screen)
    with screen.capture() as captured, SpecProgress(2) as progress:
        progress.hear(CellStarted(spec="whale", done=3, total=9, text="Then: It beats chance."))
        progress._bars.refresh()
        progress.hear(CellStarted(spec="whale", done=4, total=9, text=""))
        progress.hear(result("whale", "held"))
    shown = captured.get()
    assert "Then: It beats chance." in shown
    assert "3/9" in shown
    assert "held   whale  1.5 s" in shown


def test_where_there_is_no_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs of continuous integration stay short."""
    with SpecProgress(1) as progress:
        progress.hear(CellStarted(spec="whale", done=3, total=9, text="Then"))
        progress.hear(result("whale", "held"))
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


def test_outputs_are_printed_line_by_line_behind_their_spec(capsys: pytest.CaptureFixture[str]) -> None:
    """Incomplete lines wait for their rest, since several notebooks write at once; the last line needs no newline."""
    with SpecProgress(2) as progress:
        for spec, text in (("a", "one "), ("b", "x\ny"), ("a", "two\n"), ("a", "three\n")):
            progress.hear(CellOutput(spec=spec, text=text))
    assert capsys.readouterr().out == "b | x\na | one two\na | three\nb | y\n"
