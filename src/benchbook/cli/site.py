"""`benchbook site`."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("site")
def command() -> None:
    """Build the pages from executed specs."""


@command.command("build")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder of the pages. [docs/_build/html]")
def build(*, out: Path | None) -> None:
    """Turn executed specs into pages that open without a network."""
    from benchbook.site import build_site

    click.echo(f"site: {build_site(out=out)}")
