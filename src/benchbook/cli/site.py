"""`benchbook site`."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("site")
def command() -> None:
    """Build the pages from executed specs, and publish them."""


@command.command("build")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder of the pages. [docs/_build/html]")
def build(*, out: Path | None) -> None:
    """Turn executed specs into pages that open without a network."""
    from benchbook.site import build_site

    click.echo(f"site: {build_site(out=out)}")


@command.command("publish")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def publish(*, folder: Path) -> None:
    """Write the pages into a folder that can be served as it is.

    With BENCHBOOK_PUBLISH=1 only.

    Refused while a spec does not hold (exit code 1), runs are missing (7), or an artifact is invalid (3).
    """
    from benchbook.site import publish_site

    click.echo(f"published: {publish_site(folder)}")
