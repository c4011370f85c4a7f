"""`benchbook site`."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("site")
def command() -> None:
    """Build and publish pages from executed specs."""


@command.command("build")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder of the pages. [docs/_build/html]")
def build(*, out: Path | None) -> None:
    """Turn executed specs into pages that work offline."""
    from benchbook.site import build_site

    click.echo(f"site: {build_site(out=out)}")


@command.command("publish")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def publish(*, folder: Path) -> None:
    """Write the pages to a folder that can be served unchanged.

    Requires BENCHBOOK_PUBLISH=1.

    Refuses to publish if a spec does not hold (exit code 1), runs are missing (7), or an artifact is invalid (3).
    """
    from benchbook.site import publish_site

    click.echo(f"published: {publish_site(folder)}")
