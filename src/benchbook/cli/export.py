"""`benchbook export`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.cli.studies import open_runs


@click.command("export")
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--to", "form", required=True, type=click.Choice(["coco", "ioh", "csv", "parquet"]), help="The format.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def command(*, study: Path, form: str, folder: Path) -> None:
    """Write a study for other tools: COCO, IOHprofiler, or as tables.

    STUDY is the folder of a store, a run artifact, or a folder of run artifacts. COCO takes the BBOB functions only;
    a folder for each optimizer is made in DIR.
    """
    from benchbook.artifacts import interop

    write = {
        "coco": interop.write_coco,
        "ioh": interop.write_ioh,
        "csv": interop.write_csv,
        "parquet": interop.write_parquet,
    }[form]
    for path in write(open_runs([study]), folder):
        click.echo(str(path))
