"""`benchbook report`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.analysis.study_files import open_runs


@click.command("report")
@click.argument("study", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the pages.")
@click.option("--title", default=None, help="Heading. [the names of the studies]")
def command(*, study: tuple[Path, ...], out: Path, title: str | None) -> None:
    """Write a self-contained HTML report of studies, and LaTeX tables.

    STUDY is the folder of a store, a run artifact, or a folder of run artifacts.
    """
    from benchbook.analysis.report.pages import write_report
    from benchbook.analysis.report.report import report
    from benchbook.artifacts.store.manifest import usable_manifest

    runs = open_runs(study)
    plans = [usable_manifest(path) if path.is_dir() else None for path in study]
    planned = sum(len(item.plan) for item in plans if item is not None) if all(plans) else None
    made = report(runs, title=title or f"Report on {', '.join(path.name for path in study)}", planned=planned)
    for path in write_report(made, out):
        click.echo(str(path))
