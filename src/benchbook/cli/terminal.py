"""How the command line writes tables: readable in a terminal, plain when piped."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPED_WIDTH = 160
STYLES = {
    "held": "green",
    "done": "green",
    "failed": "bold red",
    "error": "bold red",
    "undecided": "yellow",
    "worse": "bold red",
    "better": "green",
}


def console(*, stderr: bool = False) -> Console:
    """Return a console; wide when piped, so that lines are not wrapped for other programs."""
    stream = sys.stderr if stderr else sys.stdout
    width = shutil.get_terminal_size().columns if stream.isatty() else _PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


def table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[str] = (), title: str = ""
) -> Table:
    """Return a table of texts; the columns named in `right` are aligned to the right.

    Verdicts are coloured, even with an addition such as `held, 1 undecided`.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", title=title or None, title_justify="left")
    for header in headers:
        made.add_column(header, justify="right" if header in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(text, style=_style(text)) for text in row))
    return made


def facts(rows: Sequence[tuple[str, str]]) -> Table:
    """Return names and values in two columns."""
    made = Table(box=None, pad_edge=False, show_header=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in rows:
        made.add_row(Text(name), Text(value, style=STYLES.get(value, "")))
    return made


def _style(text: str) -> str:
    verdict, undecided, _ = text.partition(", ")
    if undecided and verdict == "held" and text.endswith("undecided"):
        verdict = "undecided"
    return STYLES.get(verdict if text.endswith("undecided") else text, "")


@contextmanager
def steps_told(*, quiet: bool) -> Iterator[None]:
    """Write the steps of tracked pipelines to standard error as they start and end, piped or not; unless quiet."""
    if quiet:
        yield
        return
    steps = logging.getLogger("benchbook.tracking.steps")
    handler, before = _ToStandardError(logging.INFO), (steps.level, steps.propagate)
    steps.addHandler(handler)
    steps.setLevel(logging.INFO)
    steps.propagate = False  # the handler of the command line would write each line again
    try:
        yield
    finally:
        steps.setLevel(before[0])
        steps.propagate = before[1]
        steps.removeHandler(handler)


class _ToStandardError(logging.Handler):
    """Looks the stream up at each record, so that a progress bar on it stays intact."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)
