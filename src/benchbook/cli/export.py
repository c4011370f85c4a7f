"""`benchbook export`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.analysis.study_files import open_runs
from benchbook.errors import UsageError

_FORMS = ["coco", "ioh", "csv", "parquet", "ro-crate"]


@click.command("export")
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--to", "form", required=True, type=click.Choice(_FORMS), help="The format.")
@click.option("--title", default=None, help="ro-crate: the title. [the name of the study]")
@click.option("--license", "licence", default=None, help="ro-crate: SPDX identifier or URL. [that of the project]")
@click.option("--author", "authors", multiple=True, help="ro-crate: 'Name' or 'Name <ORCID>'; may be repeated.")
@click.option(
    "--notebook",
    "notebooks",
    multiple=True,
    type=click.Path(path_type=Path),
    help="ro-crate: a notebook to include; may be repeated. [the specs of its optimizers]",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def command(
    *,
    study: Path,
    form: str,
    title: str | None,
    licence: str | None,
    authors: tuple[str, ...],
    notebooks: tuple[Path, ...],
    folder: Path,
) -> None:
    """Export a study to COCO, IOHprofiler, tables or RO-Crate.

    STUDY is the folder of a store, a run artifact, or a folder of run artifacts. COCO accepts only BBOB functions. DIR
    gets one folder per optimizer. An RO-Crate contains the study itself with tables, schemas and notebooks, and records
    who made it, when, with what, and under which licence. Licence and authors default to those of the project around
    the working directory.
    """
    from benchbook.artifacts import interop

    if form == "ro-crate":
        _crate(study, folder, title=title, licence=licence, authors=authors, notebooks=notebooks)
        return
    given = {"--title": title, "--license": licence, "--author": authors, "--notebook": notebooks}
    for name, value in given.items():
        if value:
            raise UsageError(f"{name} is for --to ro-crate, but --to is {form}")
    write = {
        "coco": interop.write_coco,
        "ioh": interop.write_ioh,
        "csv": interop.write_csv,
        "parquet": interop.write_parquet,
    }[form]
    for path in write(open_runs([study]), folder):
        click.echo(str(path))


def _crate(
    study: Path,
    folder: Path,
    *,
    title: str | None,
    licence: str | None,
    authors: tuple[str, ...],
    notebooks: tuple[Path, ...],
) -> None:
    from benchbook.artifacts.interop.crate import write_crate
    from benchbook.artifacts.interop.crate_entities import Label
    from benchbook.artifacts.interop.credits import author, project_credits
    from benchbook.files import project_root
    from benchbook.specs.notebooks.crate_notebooks import notebook_documents, spec_documents

    root = project_root()
    known_licence, known_authors = project_credits(root)
    runs = open_runs([study])
    label = Label(
        name=title or f"Study {study.resolve().name.removesuffix('.zst').removesuffix('.json')}",
        license=licence or known_licence,
        authors=[author(text) for text in authors] or known_authors,
    )
    chosen = notebook_documents(notebooks) if notebooks else spec_documents(runs.optimizers, root)
    for path in write_crate(runs, study, folder, label=label, notebooks=chosen):
        click.echo(str(path))
