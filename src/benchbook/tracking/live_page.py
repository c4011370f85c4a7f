"""The live page: steps with bars, ETA, curves of the telemetry, claims and recommendations; 80 columns are enough."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchbook.records.pipeline import FINAL, PipelineState, Sample, StepState, StepStatus
from benchbook.tracking.files.folders import find_run
from benchbook.tracking.files.reader import Seen, read_run
from benchbook.tracking.output.reports import duration_text, metrics_text, position, sparkline, tally, value_text
from benchbook.tracking.telemetry.sampling import read_samples

WIDTH = 80
STYLES = {
    "completed": "green",
    "held": "green",
    "running": "bold cyan",
    "failed": "bold red",
    "died": "bold red",
    "critical": "bold red",
    "cancelled": "yellow",
    "warning": "yellow",
    "undecided": "yellow",
    "skipped": "dim",
    "pending": "dim",
}
_CURVES = (
    ("cpu_tree_percent", "CPU, this"),
    ("cpu_system_percent", "CPU, all"),
    ("rss_bytes", "memory, this"),
    ("memory_used_share", "memory, all"),
    ("evaluations_per_s", "evaluations"),
)
_BAR, _SPARK, _LABEL, _INDENT = 10, 44, 38, 4
_STEP_LINES, _MOST_CLAIMS, _MOST_ADVICE = 22, 3, 3


def page(seen: Seen, samples: Sequence[Sample]) -> RenderableType:
    """Return the page of a pipeline."""
    parts: list[RenderableType] = [_head(seen), Text(), _steps(seen)]
    if samples:
        parts += [Text(), _curves(samples)]
    if seen.state.missing:
        names = ", ".join(sorted(seen.state.missing))
        parts.append(_line((f"missing: {names} (why: benchbook track show)", "dim")))
    if seen.state.advice:
        parts += [Text(), _told((advice.severity, advice.message) for advice in seen.state.advice[-_MOST_ADVICE:])]
    if seen.state.claims:
        parts += [Text(), _told((claim.verdict, claim.text) for claim in seen.state.claims[-_MOST_CLAIMS:])]
    return Group(*parts)


def _told(sentences: Iterable[tuple[str, str]]) -> RenderableType:
    """Return sentences, each after the word that says how it is meant; long ones continue on further lines."""
    table = Table(box=None, pad_edge=False, show_header=False, width=WIDTH)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for word, sentence in sentences:
        table.add_row(Text(f"{word}:", style=STYLES.get(word, "")), Text(sentence))
    return table


def _line(*parts: str | tuple[str, str]) -> Text:
    return Text.assemble(*parts, overflow="fold")


def _head(seen: Seen) -> RenderableType:
    state = seen.state
    lines = [
        _line((state.name, "bold"), "  ", (seen.status, STYLES.get(seen.status, "")), f"  step {_where(state)}"),
        _line((state.run_id, "dim")),
    ]
    clock = f"elapsed {duration_text(seen.elapsed_s)}"
    if seen.eta is not None:
        low, high = duration_text(seen.eta.low_s), duration_text(seen.eta.high_s)
        rests = f"{seen.eta.earlier} earlier run{'s' * (seen.eta.earlier > 1)}" if seen.eta.earlier else "its own steps"
        clock += f", left {duration_text(seen.eta.remaining_s)} ({low} to {high}; from {rests})"
    elif seen.status == StepStatus.RUNNING:
        clock += ", left: not known yet"
    elif seen.status == "died":
        clock += f", last sign of life {seen.heartbeat_at}"
    return Group(*lines, _line(clock), *([_line(("reason: ", "bold"), state.reason)] if state.reason else []))


def _where(state: PipelineState) -> str:
    """Return the position of the running step; if none runs, the number of finished steps."""
    return position(state.running[-1], state) if state.running else tally(state)


def _steps(seen: Seen) -> RenderableType:
    state = seen.state
    shown = _shown(state)
    parts: list[RenderableType] = []
    rows: Table | None = None
    for step in shown:
        status = "died" if step.status is StepStatus.RUNNING and seen.status == "died" else step.status.value
        took = step.duration_s
        if step.status is StepStatus.RUNNING and step.started_t is not None:
            took = max(0.0, seen.elapsed_s - step.started_t)
        if rows is None:
            rows = _step_table(state)
            parts.append(rows)
        rows.add_row(
            f"{step.index}/{state.planned_text}",
            Text(step.label, overflow="fold"),
            _bar(step),
            Text(status, style=STYLES.get(status, "")),
            duration_text(took),
        )
        if step.metrics:
            text = Text(metrics_text(step), style="dim", overflow="fold")
            parts.append(Constrain(Padding(text, (0, 0, 0, _INDENT)), WIDTH))
            rows = None  # the next step starts a table with columns of the same widths
    left = state.planned - len(state.steps)
    hidden = len(state.steps) - len(shown)
    notes = [f"{hidden} more steps"] * bool(hidden) + [f"{left} still to come"] * bool(left and seen.eta)
    return Group(*parts, *([_line((", ".join(notes), "dim"))] if notes else []))


def _step_table(state: PipelineState) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, width=WIDTH)
    table.add_column(justify="right", no_wrap=True, width=2 * len(state.planned_text) + 1)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True, width=_BAR)
    table.add_column(no_wrap=True, width=len("completed"))
    table.add_column(justify="right", no_wrap=True, width=len("59 min 59 s"))
    return table


def _shown(state: PipelineState) -> Sequence[StepState]:
    """Return the steps around the running one that there is room for; if none runs, the last ones."""
    steps = state.steps
    now = next((k for k, step in enumerate(steps) if step.status not in FINAL), len(steps) - 1)
    first, last, room = now, now, _STEP_LINES - (_height(steps[now]) if steps else 0)
    for further in range(1, len(steps)):
        for k in (now - further, now + further):
            if k in (first - 1, last + 1) and 0 <= k < len(steps) and _height(steps[k]) <= room:
                room -= _height(steps[k])
                first, last = min(first, k), max(last, k)
    return steps[first : last + 1]


def _height(step: StepState) -> int:
    """Return how many lines a step takes, or one more where words are long."""
    return max(1, ceil(len(step.label) / _LABEL)) + ceil(len(metrics_text(step)) / (WIDTH - _INDENT))


def _bar(step: StepState) -> Text:
    if step.status is StepStatus.PENDING or step.status is StepStatus.SKIPPED:
        return Text("·" * _BAR, style="dim")
    full = _BAR if step.status is StepStatus.COMPLETED else round(_BAR * (step.fraction or 0.0))
    if step.status is StepStatus.RUNNING and step.fraction is None:
        return Text("░" * _BAR, style="cyan")
    return Text.assemble(("█" * full, STYLES.get(step.status.value, "")), ("·" * (_BAR - full), "dim"))


def _curves(samples: Sequence[Sample]) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False, width=WIDTH)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, width=_SPARK)
    table.add_column(justify="right", no_wrap=True)
    gpus = sorted({name for name in samples[-1].values if name.startswith("gpu") and name.endswith("_percent")})
    for name, label in (*_CURVES, *((name, name.partition("_")[0].upper()) for name in gpus)):
        values = [sample.values.get(name) for sample in samples[-_SPARK:]]
        if any(value is not None for value in values):
            latest = next((value for value in reversed(values) if value is not None), None)
            table.add_row(label, Text(sparkline(values, _SPARK), style="cyan"), value_text(name, latest))
    return table


def live(folder: Path, interval_s: float, console: Console) -> Seen:
    """Show the page and update it until the pipeline ends; return what was read last."""
    seen = read_run(folder)
    with Live(page(seen, read_samples(folder, _SPARK)), console=console, auto_refresh=False, transient=False) as screen:
        while seen.status == StepStatus.RUNNING:
            time.sleep(interval_s)
            seen = read_run(folder)
            screen.update(page(seen, read_samples(folder, _SPARK)), refresh=True)
    return seen


class Watched:
    """A page as a notebook shows it, and as text."""

    def __init__(self, seen: Seen, samples: Sequence[Sample]) -> None:
        """Keep what is shown."""
        self._page = page(seen, samples)

    def __repr__(self) -> str:
        """Return the page as text."""
        console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
        with console.capture() as capture:
            console.print(self._page)
        return capture.get().rstrip()

    def _repr_html_(self) -> str:
        console = Console(file=io.StringIO(), width=WIDTH, record=True, highlight=False, force_terminal=True)
        console.print(self._page)
        style = "font-family:Menlo,Consolas,'DejaVu Sans Mono',monospace;line-height:1.25"
        return console.export_html(inline_styles=True, code_format=f'<pre style="{style}"><code>{{code}}</code></pre>')


def watch(run: str = "latest", *, follow: bool = False, interval_s: float = 1.0, root: Path | None = None) -> Watched:
    """Return the page of a tracked pipeline, for a notebook's cell; no widget is needed.

    Args:
        run: Its id, the beginning or end of the id, its name (the newest run), or `latest`.
        follow: Whether to update it until the pipeline ends.
        interval_s: Seconds between two updates.
        root: Artifact root; None: the one of this project.

    Raises:
        UsageError: There is no such pipeline.
        ArtifactError: It cannot be read.
    """
    folder = find_run(run, root)
    seen = read_run(folder)
    shown = Watched(seen, read_samples(folder, _SPARK))
    if follow and seen.status == StepStatus.RUNNING:
        from IPython.display import display

        handle: Any = display(shown, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types here
        while seen.status == StepStatus.RUNNING:
            time.sleep(interval_s)
            seen = read_run(folder)
            shown = Watched(seen, read_samples(folder, _SPARK))
            if handle is not None:
                handle.update(shown)
    return shown


def as_html(folder: Path) -> str:
    """Return the page of a pipeline as HTML."""
    return Watched(read_run(folder), read_samples(folder, _SPARK))._repr_html_()
