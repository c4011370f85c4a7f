"""`benchbook init`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), metavar="[DIR]", default=".")
@click.option(
    "--optimizer",
    default=None,
    metavar="NAME",
    help="Write a spec for package.module:Class, or for a name in the catalog.",
)
@click.option("--workflow", type=click.Choice(["github"]), default=None, help="Add a workflow with a quality gate.")
def command(*, folder: Path, optimizer: str | None, workflow: str | None) -> None:
    """Create a project: notebooks/, params/, a README.

    The command asks no questions and does not change existing files. With --workflow github, it also writes the
    workflow for pull requests and nightly runs, and the study and thresholds of the quality gate.
    """
    from benchbook.specs.notebooks.new_project import new_project

    if optimizer is not None:
        _check(optimizer, folder)
    written, left = new_project(folder, optimizer=optimizer, workflow=workflow is not None)
    if optimizer is not None:
        with _inside(folder):
            (written if _first_spec(optimizer) else left).append("a spec in notebooks/")
    click.echo(f"{folder}: wrote {', '.join(written) or 'nothing'}")
    if left:
        click.echo(f"left as they are: {', '.join(left)}")
    place = "" if folder.resolve() == Path.cwd() else f"cd {folder}; "
    new = "" if optimizer else "benchbook spec new random_search; "
    click.echo(f"next: {place}{new}benchbook spec run; benchbook site build")


def _check(name: str, folder: Path) -> None:
    """Reject an unavailable optimizer before anything is written; modules in the folder count."""
    from benchbook.optimizers import optimizer

    if not folder.is_dir():
        optimizer(name)
        return
    with _inside(folder):
        optimizer(name)


def _first_spec(name: str) -> bool:
    from benchbook.optimizers import optimizer
    from benchbook.specs.names import spec_name
    from benchbook.specs.notebooks.check import quick_params
    from benchbook.specs.notebooks.discover import notebook_folder
    from benchbook.specs.notebooks.scaffold import new_notebook

    folder = notebook_folder()
    if (folder / f"{spec_name(optimizer(name).name)}.ipynb").exists():
        return False
    new_notebook(name, folder, quick_params())
    return True


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
