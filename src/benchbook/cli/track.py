"""`benchbook track`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchbook.cli.options import Seconds, json_text, print_json
from benchbook.errors import ExitCode, UsageError
from benchbook.records.pipeline import DIED, UNREADABLE, StepStatus

if TYPE_CHECKING:
    from benchbook.tracking.files.reader import Line, Seen

_STATUSES = (
    *(status.value for status in StepStatus if status not in (StepStatus.PENDING, StepStatus.SKIPPED)),
    DIED,
    UNREADABLE,
)
_COLOURS = {"completed": "green", "running": "cyan", "failed": "red", DIED: "red", "cancelled": "yellow"}
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FORMATS = click.Choice(["text", "json", "markdown"])
_format = click.option("--format", "form", type=_FORMATS, default="text", show_default=True, help="How to print.")
_run = click.argument("run", default="latest", metavar="[RUN]")
_ABOUT_RUN = (
    "RUN is an id, the beginning or end of an id, the name of a pipeline (its newest run), or `latest` (default)."
)


@click.group("track")
def command() -> None:
    """List, watch, show and prune tracked pipelines."""


@command.command("list")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(_STATUSES),
    help="Only pipelines with this status; may be repeated.",
)
@click.option(
    "--since", default=None, metavar="WHEN", help="Only pipelines since a date, or since an age such as 90m, 24h, 7d."
)
@click.option("--until", default=None, metavar="WHEN", help="Only pipelines until then; the same forms as --since.")
@click.option("--spec", default=None, help="Only pipelines of this name, or those that ran this spec.")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Maximum number; 0: all.")
@click.option("--nested", is_flag=True, help="Also list pipelines that are part of another.")
@_format
def list_command(
    *,
    statuses: tuple[str, ...],
    since: str | None,
    until: str | None,
    spec: str | None,
    limit: int,
    nested: bool,
    form: str,
) -> None:
    """List the tracked pipelines, newest first.

    What the notebook of a spec tracks is part of the run of that spec, and is listed with --nested.
    """
    from benchbook.records import as_plain
    from benchbook.tracking.files.reader import list_runs

    after, before = _moment("since", since), _moment("until", until)
    if after is not None and before is not None and after >= before:
        raise UsageError(f"--since {since} is not before --until {until}: no pipeline can be between them")
    asked: dict[str, Any] = {"since": after, "until": before, "status": statuses, "spec": spec}
    lines, count = list_runs(**asked, limit=limit or None, nested=nested)
    if form == "json":
        print_json([as_plain(line) for line in lines])
        return
    headers = ["run", "status", "steps", "time", "started"]
    rows = [_row(line) for line in lines]
    if form == "markdown":
        click.echo("\n".join(f"| {' | '.join(row)} |" for row in (headers, ["---"] * len(headers), *rows)))
        return
    # Not a table of rich: ten thousand lines of it would take ten seconds.
    widths = [max(len(row[k]) for row in (headers, *rows)) for k in range(len(headers))]
    for row in (headers, *rows):
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
        cells[1] = click.style(cells[1], fg=_COLOURS.get(row[1]))
        click.echo("  ".join(cells).rstrip())
    if count > len(lines):
        click.echo(f"{count - len(lines):,} more; --limit 0 lists all")
    if not lines and not nested and (hidden := list_runs(**asked, nested=True)[1]):
        click.echo(f"{hidden:,} that are part of other pipelines; --nested lists them")


def _row(line: Line) -> list[str]:
    from benchbook.tracking.output.reports import duration_text

    failed = f" ({line.failed} failed)" if line.failed else ""
    return [
        line.run_id,
        line.status,
        f"{line.done}/{line.total}{failed}",
        duration_text(line.duration_s),
        line.created_at[:19].replace("T", " "),
    ]


@command.command("status", epilog=_ABOUT_RUN)
@_run
@_format
def status_command(*, run: str, form: str) -> int:
    """Show the state of a pipeline in a few lines.

    Exit code 1: the pipeline failed, was cancelled or died.
    """
    from benchbook.tracking.output.reports import duration_text, tally

    seen = _seen(run)
    state = seen.state
    facts: dict[str, Any] = {
        "run": state.run_id,
        "status": seen.status,
        "steps": tally(state),
        "running": ", ".join(step.label for step in state.running) or None,
        "elapsed_s": round(seen.elapsed_s, 3),
        "left_s": None if seen.eta is None else round(seen.eta.remaining_s, 3),
        "left_low_s": None if seen.eta is None else round(seen.eta.low_s, 3),
        "left_high_s": None if seen.eta is None else round(seen.eta.high_s, 3),
        "last_sign_of_life": seen.heartbeat_at,
        "reason": state.reason,
    }
    if form == "json":
        print_json(facts)
    else:
        bullet = "- " if form == "markdown" else ""
        for name, value in facts.items():
            if value is not None:
                shown = duration_text(value) if name.endswith("_s") else value
                click.echo(f"{bullet}{name.removesuffix('_s').replace('_', ' ')}: {shown}")
    return _code(seen)


@command.command("watch", epilog=_ABOUT_RUN)
@_run
@click.option("--once", is_flag=True, help="Print the page once.")
@click.option("--interval", type=Seconds(0.1), default=1.0, show_default=True, help="Seconds between updates.")
def watch_command(*, run: str, once: bool, interval: float) -> int:
    """Show a pipeline while it runs: steps, ETA, telemetry, claims.

    The page closes when the pipeline ends; Ctrl-C closes the page but does not stop the pipeline. Exit code 1: the
    pipeline failed, was cancelled or died.
    """
    from rich.console import Console

    from benchbook.tracking.files.folders import find_run
    from benchbook.tracking.files.reader import read_run
    from benchbook.tracking.live_page import live, page
    from benchbook.tracking.telemetry.sampling import read_samples

    folder = find_run(run)
    console = Console(highlight=False)
    if once or not console.is_terminal:
        seen = read_run(folder)
        console.print(page(seen, read_samples(folder, most=100)))
        return _code(seen)
    return _code(live(folder, interval, console))


@command.command("show", epilog=_ABOUT_RUN)
@_run
@_format
def show_command(*, run: str, form: str) -> None:
    """Show everything that is known about a pipeline."""
    if form == "text":
        from rich.console import Console
        from rich.markdown import Markdown

        Console(highlight=False).print(Markdown(_content(_seen(run), "markdown")))
        return
    click.echo(_content(_seen(run), form))


@command.command("export", epilog=_ABOUT_RUN)
@_run
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="File, or folder for all formats.")
@_format
def export_command(*, run: str, output: Path, form: str) -> None:
    """Write a pipeline to a file, or with its timeline to a folder.

    A folder gets report.md, pipeline.json and timeline.svg.
    """
    from benchbook.files import write_atomic

    seen = _seen(run)
    if output.suffix:
        write_atomic(output, _content(seen, "markdown" if form == "text" else form).encode())
        click.echo(str(output))
        return
    from benchbook.analysis.plots.timing.timeline import timeline_of, with_timeline
    from benchbook.tracking.files.folders import REPORT, SNAPSHOT, TIMELINE

    for name, data in (
        (REPORT, with_timeline(_content(seen, "markdown")).encode()),
        (SNAPSHOT, _content(seen, "json").encode()),
        (TIMELINE, timeline_of(seen)),
    ):
        write_atomic(output / name, data)
        click.echo(str(output / name))


@command.command("prune")
@click.option("--keep", type=click.IntRange(min=20), required=True, metavar="N", help="Keep the newest N, at least 20.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def prune_command(*, keep: int, dry_run: bool) -> None:
    """Delete old pipelines; running ones are kept."""
    from benchbook.tracking.files.reader import prune

    gone = prune(keep, dry_run=dry_run)
    for run_id in gone:
        click.echo(run_id)
    click.echo(f"{len(gone)} {'would be ' if dry_run else ''}deleted")


def _seen(run: str) -> Seen:
    from benchbook.tracking.files.folders import find_run
    from benchbook.tracking.files.reader import read_run

    return read_run(find_run(run))


def _content(seen: Seen, form: str) -> str:
    from benchbook.tracking.files.pipeline_document import to_document
    from benchbook.tracking.output.reports import markdown

    if form == "json":
        return json_text(to_document(seen.state))
    return markdown(seen.state, seen.folder, seen.status)


def _code(seen: Seen) -> int:
    return ExitCode.DONE if seen.status in (StepStatus.RUNNING, StepStatus.COMPLETED) else ExitCode.FAILED


def _moment(option: str, text: str | None) -> datetime | None:
    """Return a moment from a date or an age.

    Raises:
        UsageError: The text is neither.
    """
    from datetime import UTC, timedelta

    from benchbook.clock import SYSTEM_CLOCK

    if text is None:
        return None
    try:
        if text[-1:] in _UNITS:
            return SYSTEM_CLOCK.now() - timedelta(seconds=float(text[:-1]) * _UNITS[text[-1]])
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--{option} is {text!r}, expected a date such as 2026-01-31, or an age such as 24h"
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
