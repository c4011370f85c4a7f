"""Progress of a study: a bar with the remaining time, or a function of the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def reporting(progress: bool | Callable[[int, int], None], planned: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes the number of further finished runs."""
    done = 0
    if callable(progress):
        tell = progress

        def call(more: int) -> None:
            nonlocal done
            done += more
            tell(done, planned)

        yield call
    elif progress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("runs", total=planned)
            yield lambda more: bar.update(task, advance=more)
    else:
        yield lambda more: None  # noqa: ARG005  # progress is not shown
