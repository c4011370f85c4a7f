"""What `benchbook spec run` shows while notebooks run: one line for each, with its current claim or section."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from benchbook.cli.terminal import STYLES, console

if TYPE_CHECKING:
    from benchbook.specs.notebooks.execution.execute import CellStarted, Happening, SpecResult

_NAME_WIDTH = 24


class SpecProgress:
    """The screen of an execution; it shows nothing if standard error is not a terminal.

    Args:
        count: Specs to be executed.
    """

    def __init__(self, count: int) -> None:
        """Prepare the lines; nothing is shown yet."""
        screen = console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}", table_column=Column(min_width=_NAME_WIDTH, no_wrap=True)),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[text]}", style="dim", table_column=Column(ratio=1, no_wrap=True)),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
            expand=True,
        )
        self._all = self._bars.add_task("all specs", total=count, text="")
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, str] = {}  # incomplete lines
        self._lock = threading.Lock()

    def __enter__(self) -> SpecProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bars.stop()
        with self._lock:
            for spec in list(self._begun):
                self._print(spec, "\n" if self._begun[spec] else "")

    def hear(self, happening: Happening) -> None:
        """Show what happened; called from several threads."""
        from benchbook.specs.notebooks.execution.execute import CellOutput, CellStarted, SpecResult

        with self._lock:
            if isinstance(happening, CellStarted):
                self._advance(happening)
            elif isinstance(happening, CellOutput):
                self._print(happening.spec, happening.text)
            elif isinstance(happening, SpecResult):
                self._end(happening)

    def _advance(self, cell: CellStarted) -> None:
        if cell.spec not in self._tasks:
            self._tasks[cell.spec] = self._bars.add_task(cell.spec, total=cell.total, text="")
        task = self._tasks[cell.spec]
        self._bars.update(task, completed=cell.done, total=cell.total)
        if cell.text:
            self._bars.update(task, text=cell.text)

    def _end(self, result: SpecResult) -> None:
        if result.name in self._tasks:
            self._bars.remove_task(self._tasks.pop(result.name))
        self._bars.advance(self._all)
        if not self._bars.disable:
            status = str(result.outcome["status"])
            self._bars.console.print(f"{status:6} {result.name}  {result.elapsed_s:.1f} s", style=STYLES.get(status))

    def _print(self, spec: str, text: str) -> None:
        """Print the complete lines, each after the name of its spec."""
        *lines, self._begun[spec] = (self._begun.get(spec, "") + text).split("\n")
        for line in lines:
            click.echo(f"{spec} | {line}")
