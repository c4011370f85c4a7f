"""`benchbook compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchbook.analysis.study_files import open_runs
from benchbook.cli.options import print_json
from benchbook.errors import ExitCode

if TYPE_CHECKING:
    from benchbook.analysis.comparison.compare import Comparison
    from benchbook.analysis.comparison.verdicts import Row
    from benchbook.typing import JsonObject

HEADERS = ("Verdict", "Optimizer", "Function", "Dim", "Metric", "Baseline", "Current", "Delta", "% Delta", "p", "Why")
_RIGHT = ("Dim", "Baseline", "Current", "Delta", "% Delta", "p")


@click.command("compare")
@click.argument("baseline")
@click.argument("candidate", type=click.Path(path_type=Path))
@click.option("--thresholds", type=click.Path(path_type=Path), default=None, help="YAML file with the thresholds.")
@click.option("--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
@click.option("--all", "everything", is_flag=True, help="In table and Markdown, also list rows without a difference.")
@click.option("--strict", is_flag=True, help="Exit with 7 if something was not compared, or nothing was decided.")
def command(
    *, baseline: str, candidate: Path, thresholds: Path | None, form: str, everything: bool, strict: bool
) -> int:
    """Compare a study with a baseline; nothing is run.

    BASELINE is the name of a published baseline or a study; CANDIDATE is a study: a store, a run artifact, or a folder
    of run artifacts. Exit code 5: something became worse; a cell of the baseline that the candidate lacks counts as
    worse. With --strict, exit code 7: the comparison is not conclusive, because cells of the baseline are missing,
    budgets differ, or nothing was decided about quality.
    """
    from benchbook.analysis.comparison.compare import compare
    from benchbook.analysis.comparison.study_or_baseline import find_baseline_or_study
    from benchbook.analysis.comparison.thresholds import load_thresholds

    limits = load_thresholds(thresholds) if thresholds else None
    result = compare(find_baseline_or_study(baseline).summary, open_runs([candidate]), limits)
    if form == "json":
        print_json(as_document(result))
    elif form == "markdown":
        click.echo(as_markdown(result, everything=everything))
    else:
        _print(result, everything=everything)
    measured_worse = any(not row.gap for row in result.worse)
    if strict and result.gaps and not measured_worse:
        return ExitCode.INCOMPLETE
    return ExitCode.COMPARE_WORSE if result.worse else ExitCode.DONE


def cells_of(row: Row) -> list[str]:
    """Return the texts of a row, in the order of the headers."""
    relative = row.relative
    return [
        row.verdict.value,
        row.optimizer,
        row.function,
        "all" if row.dim is None else str(row.dim),
        row.metric,
        _number(row.baseline),
        _number(row.current),
        _number(row.delta, sign=True),
        "–" if relative is None else f"{100 * relative:+.1f} %",
        "–" if row.p is None else f"{row.p:.2g}",
        row.reason,
    ]


def summary_lines(result: Comparison) -> list[str]:
    """Return the overall result of the comparison, and the differences it could have detected."""
    from benchbook.analysis.comparison.verdicts import Verdict

    counts = ", ".join(f"{result.count(verdict)} {verdict.value}" for verdict in Verdict if result.count(verdict))
    lines = [f"{len(result.rows)} rows: {counts or 'nothing to compare'}", *result.notes, *result.gaps]
    for optimizer, loss in result.detectable.items():
        if loss is not None:
            power = f"{100 * result.thresholds.power:.0f} %"
            lines.append(f"{optimizer}: a loss of mean AOCC of {loss:.3g} is found with a power of {power}")
    return lines


def as_document(result: Comparison) -> JsonObject:
    """Return the comparison as JSON; infinite numbers are null, and the reason contains `successes`."""
    rows: list[JsonObject] = [
        {
            "lane": row.lane,
            "optimizer": row.optimizer,
            "function": row.function,
            "dim": row.dim,
            "metric": row.metric,
            "baseline": _finite(row.baseline),
            "current": _finite(row.current),
            "delta": _finite(row.delta),
            "relative_delta": _finite(row.relative),
            "interval": [_finite(row.low), _finite(row.high)],
            "p": row.p,
            "verdict": row.verdict.value,
            "reason": row.reason,
        }
        for row in result.rows
    ]
    return {
        "worse": len(result.worse),
        "rows": list(rows),
        "notes": list(result.notes),
        "gaps": list(result.gaps),
        "detectable_aocc_loss": dict(result.detectable),
        "power": result.thresholds.power,
    }


def as_markdown(result: Comparison, *, everything: bool) -> str:
    """Return the comparison as Markdown, with one table per lane."""
    parts = []
    for lane in ("quality", "time"):
        rows = shown(result, lane, everything=everything)
        parts.append(f"### {lane.capitalize()}\n")
        if rows:
            lines = [HEADERS, tuple("--:" if header in _RIGHT else ":--" for header in HEADERS)]
            texts = [*lines, *(tuple(text.replace("|", "\\|") for text in cells_of(row)) for row in rows)]
            parts.append("\n".join(f"| {' | '.join(line)} |" for line in texts) + "\n")
        else:
            parts.append("No row with a difference.\n")
    parts.append("\n".join(f"- {line}" for line in summary_lines(result)))
    return "\n".join(parts)


def shown(result: Comparison, lane: str, *, everything: bool) -> Sequence[Row]:
    """Return the rows of a lane, worst first; of cells only those with a difference, unless all are requested."""
    order = ["worse", "better", "undecided", "not comparable", "unchanged"]
    rows = [row for row in result.rows if row.lane == lane]
    if not everything:
        rows = [row for row in rows if row.verdict.value in ("worse", "better") or row.function == "all"]
    return sorted(rows, key=lambda row: order.index(row.verdict.value))


def _print(result: Comparison, *, everything: bool) -> None:
    from benchbook.cli.terminal import console, table

    screen = console()
    for lane in ("quality", "time"):
        rows = [cells_of(row) for row in shown(result, lane, everything=everything)]
        if rows:
            screen.print(table(HEADERS, rows, right=_RIGHT, title=lane))
            screen.print()
    for line in summary_lines(result):
        screen.print(line)
    if not everything:
        screen.print("--all lists every row")


def _number(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    if abs(value) == float("inf"):
        return "∞" if value > 0 else "-∞"
    return f"{value:+.4g}" if sign else f"{value:.4g}"


def _finite(value: float | None) -> float | None:
    return None if value is None or abs(value) == float("inf") else value
