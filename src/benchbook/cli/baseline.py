"""`benchbook baseline`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchbook.analysis.study_files import open_runs
from benchbook.cli.options import json_option, print_json

if TYPE_CHECKING:
    from benchbook.analysis.comparison.baselines import Baseline, Unreadable


@click.group("baseline")
def command() -> None:
    """Publish, list and show baselines."""


@command.command("publish")
@click.argument("study", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the baseline.")
@click.option("--replace", is_flag=True, help="Replace the baseline of this name.")
@click.option("--add", is_flag=True, help="Add the study to the baseline of this name.")
def publish(*, study: tuple[Path, ...], name: str, replace: bool, add: bool) -> None:
    """Write the summary of a study to artifacts/baselines/.

    Of several studies, one baseline is made. Where they have an optimizer on the same problem with several budgets, as
    the control of each, the runs with the largest budget count. A baseline of more than 1.4 MB is written into several
    files, NAME.part2.json.zst and so on.

    With --add, a baseline grows without the stores that it was made of: the runs of an optimizer on a function in a
    dimension replace those in the baseline unless their budget is smaller, and all others stay.
    """
    from benchbook.analysis.comparison import baselines

    if add and replace:
        raise click.UsageError("--add keeps what --replace would replace: give one of the two")
    found = open_runs(study) if len(study) == 1 else baselines.largest_budgets(open_runs(study))
    if add:
        made, new, replaced = baselines.extend(found, name)
        click.echo(f"{new} cells added, {replaced} replaced", err=True)
    else:
        made = baselines.publish(found, name, replace=replace)
    runs = sum(len(cell) for cell in made.summary.cells.values())
    size = sum(path.stat().st_size for path in made.files)
    files = f" in {len(made.files)} files" if len(made.files) > 1 else ""
    click.echo(f"{made.path}: {len(made.summary.cells)} cells, {runs:,} runs, {size / 1000:.1f} kB{files}")


@command.command("list")
@json_option("the list")
def list_(*, as_json: bool) -> None:
    """List the baselines, and the reference curves of benchbook."""
    from benchbook.analysis.comparison.baselines import published
    from benchbook.analysis.measures.references import reference, reference_names
    from benchbook.cli.terminal import console, table

    rows = list(map(_row, published()))
    published_rows = len(rows)
    # A portfolio has no runs, and no version of benchbook.
    rows += [
        [
            item.name,
            "reference",
            str(len(item.evaluations)),
            "–",
            "–",
            f"{len({name for cell in item.algorithms.values() for name in cell})} algorithms",
        ]
        for item in map(reference, reference_names())
    ]
    headers = ["name", "published", "cells", "runs", "version", "optimizers"]
    if as_json:
        print_json([dict(zip(headers, row, strict=True)) for row in rows])
    else:
        console().print(table(headers, rows, right=["cells", "runs"]))
        if not published_rows:
            click.echo("there are no baselines yet; publish one with: benchbook baseline publish STUDY --name NAME")


def _row(item: Baseline | Unreadable) -> list[str]:
    from benchbook.analysis.comparison.baselines import Unreadable

    if isinstance(item, Unreadable):
        return [item.name, "unreadable", "?", "?", "?", item.reason]
    return [
        item.name,
        item.created_at[:10],
        str(len(item.summary.cells)),
        str(sum(len(cell) for cell in item.summary.cells.values())),
        item.summary.version,
        ", ".join(dict.fromkeys(key[0] for key in item.summary.cells)),
    ]


@command.command("show")
@click.argument("name")
@json_option("the whole baseline")
def show(*, name: str, as_json: bool) -> None:
    """Show a baseline: its cells, with ERT and AOCC."""
    from benchbook.analysis.comparison.baselines import find_baseline, to_document
    from benchbook.analysis.statistics.intervals import ert_of
    from benchbook.cli.terminal import console, facts, table

    found = find_baseline(name)
    summary = found.summary
    if as_json:
        print_json(to_document(summary, found.name, found.created_at))
        return
    host = summary.host
    screen = console()
    screen.print(
        facts(
            [
                ("baseline", f"{found.name} ({found.path})"),
                ("published", found.created_at),
                ("benchbook", summary.version),
                ("commit", summary.commit or "unknown or mixed"),
                ("packages", ", ".join(f"{k} {v}" for k, v in (summary.packages or {}).items()) or "unknown or mixed"),
                ("host", f"{host.name}, {host.cpu}, {host.arithmetic}" if host else "unknown or mixed"),
            ]
        )
    )
    rows = []
    for cell in summary.cells.values():
        reached = sum(hit < float("inf") for hit in cell.hits)
        ert = ert_of(cell.hits, cell.evaluations.astype(float))
        rows.append(
            [
                cell.optimizer,
                cell.function,
                str(cell.dim),
                str(len(cell)),
                "–" if cell.target is None else f"{cell.target:g}",
                "–" if cell.target is None else f"{ert:,.0f}",
                "–" if cell.target is None else f"{reached}/{len(cell)}",
                "–" if cell.aocc is None else f"{cell.aocc.mean():.4f}",
            ]
        )
    headers = ["optimizer", "function", "dim", "runs", "target", "ERT", "reached", "AOCC"]
    screen.print()
    screen.print(table(headers, rows, right=headers[2:]))
