"""`benchbook import`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("import")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "form", required=True, type=click.Choice(["coco", "ioh", "nevergrad"]), help="The format.")
@click.option("--into", "store", required=True, type=click.Path(path_type=Path, file_okay=False), help="The store.")
def command(*, source: Path, form: str, store: Path) -> None:
    """Take in what COCO, IOHprofiler or nevergrad logged.

    The runs are marked as imported; what the source does not tell is left missing. They lie in the store's folder
    `imported/`, apart from its own.
    """
    from benchbook.artifacts import interop

    read = {"coco": interop.read_coco, "ioh": interop.read_ioh, "nevergrad": interop.read_nevergrad}[form]
    number = interop.write_imported(read(source), store)
    click.echo(f"{number:,} runs imported into {store / 'imported'}")
