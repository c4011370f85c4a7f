"""`benchbook benchmark`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchbook.cli.options import print_json
from benchbook.errors import ExitCode

if TYPE_CHECKING:
    from benchbook.records.benchmark import Report
    from benchbook.selfcheck.comparing import Change

_PATH = click.Path(path_type=Path)
_HEADERS = ("Verdict", "Lane", "Metric", "Baseline", "Current", "Delta", "% Delta", "Why")


@click.command("benchmark")
@click.option(
    "--preset",
    "which",
    type=click.Choice(["quick", "balanced", "full", "fast", "quality"]),
    default="quick",
    show_default=True,
    help="How much to measure; fast means quick, quality means full.",
)
@click.option(
    "--compare",
    "pair",
    nargs=2,
    default=None,
    metavar="A B",
    help="Compare report B with report A instead of measuring.",
)
@click.option("--output-dir", type=_PATH, default=None, help="Folder of the reports. [.benchmarks in the project]")
@click.option("--write-summary", is_flag=True, help="Write the committed summary, benchmarks/summary.json, again.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(
    *, which: str, pair: tuple[str, str] | None, output_dir: Path | None, write_summary: bool, form: str
) -> int:
    """Measure accuracy and speed of benchbook itself.

    The report is written to .benchmarks/ and compared with the last ten reports and the committed summary. A and B are
    paths, ids or beginnings of ids, latest, previous, or summary. Exit code 1: an accuracy check does not hold; 5:
    accuracy or quality became worse. Slower times are reported, but do not change the exit code.
    """
    from benchbook.selfcheck.comparing import MOST_REPORTS, compare_reports, worse
    from benchbook.selfcheck.reports import earlier_reports, find_report, report_folder, summary_path, write_report
    from benchbook.selfcheck.suite import preset, run_suite

    folder = output_dir or report_folder()
    if pair is not None:
        before, after = (find_report(wanted, folder) for wanted in pair)
        changes = compare_reports([before], after)
        _print_changes(changes, form, f"{after.report_id} against {before.report_id}")
        return ExitCode.COMPARE_WORSE if worse(changes) else ExitCode.DONE
    earlier, problems = earlier_reports(folder, MOST_REPORTS)
    for problem in problems:
        click.echo(f"left out: {problem}", err=True)
    summary = find_report("summary", folder) if summary_path().is_file() else None
    tell = (lambda part: click.echo(f"measuring {part}", err=True)) if form == "text" else None
    report = run_suite(preset(which), progress=tell)
    path = write_report(report, folder / f"{report.report_id}.json")
    if write_summary:
        write_report(report, summary_path())
    _print_report(report, form)
    known = [*([summary] if summary else []), *earlier]
    changes = compare_reports(known, report, summary) if known else []
    if changes and form != "json":
        _print_changes(changes, form, "against the median of the last reports (time) and the committed summary")
    if form == "text":
        click.echo(f"\n{path}, {report.duration_s:.0f} s")
    if report.failures:
        return ExitCode.FAILED
    return ExitCode.COMPARE_WORSE if worse(changes) and not write_summary else ExitCode.DONE


def _print_report(report: Report, form: str) -> None:
    if form == "json":
        from benchbook.selfcheck.reports import to_document

        print_json(to_document(report))
        return
    checks = [
        ["held" if check.holds else "failed", check.name, f"{check.measured:.3g}", f"{check.limit:g}", check.text]
        for check in report.checks
    ]
    quality = [[item.name, f"{item.value:.4f}", f"{item.error:.4f}", str(item.runs)] for item in report.quality]
    speed = [
        [
            item.name,
            f"{item.median_s:.3f}",
            f"{100 * item.noise:.0f} %",
            f"{item.startup_s:.3f}",
            f"{item.amount / item.median_s:,.0f}" if item.median_s > 0 else "",
            f"{item.unit} /s: {item.text}",
        ]
        for item in report.speed
    ]
    _print_table(["Verdict", "Check", "Measured", "At most", "What"], checks, ("Measured", "At most"), form)
    _print_table(["Quality", "Area", "± error", "Runs"], quality, ("Area", "± error", "Runs"), form)
    right = ("CPU s", "± noise", "Start-up s", "Rate")
    _print_table(["Speed", "CPU s", "± noise", "Start-up s", "Rate", "What"], speed, right, form)


def _print_changes(changes: Sequence[Change], form: str, title: str) -> None:
    rows = [
        [
            change.verdict.value,
            change.lane,
            change.metric,
            _number(change.baseline),
            _number(change.current),
            _number(change.delta),
            "" if change.relative is None else f"{100 * change.relative:+.1f} %",
            change.why,
        ]
        for change in changes
    ]
    if form == "json":
        names = [header.lower().replace("% ", "relative_") for header in _HEADERS]
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    if form == "text":
        click.echo(f"\n{title}")
        shown = [row for row in rows if row[0] != "unchanged"]
        click.echo(f"{len(rows) - len(shown)} of {len(rows)} metrics unchanged")
        rows = shown
    if rows:
        _print_table(_HEADERS, rows, _HEADERS[3:7], form)


def _print_table(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str], form: str) -> None:
    if form == "markdown":
        lines = [headers, ["---"] * len(headers), *rows]
        click.echo("\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines))
        return
    from benchbook.cli.terminal import console, table

    screen = console()
    screen.print()
    screen.print(table(list(headers), rows, right=right))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
