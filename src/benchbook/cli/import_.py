"""`benchbook import`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

import click

from benchbook.errors import UsageError

_FORMS = ["coco", "ioh", "nevergrad", "optuna", "pycma", "benchopt", "rds"]


@click.command("import")
@click.argument("source", metavar="SOURCE")
@click.option("--from", "form", required=True, type=click.Choice(_FORMS), help="The format.")
@click.option("--into", "store", required=True, type=click.Path(path_type=Path, file_okay=False), help="The store.")
@click.option(
    "--optimum",
    "optima",
    multiple=True,
    metavar="[FUNCTION=]VALUE",
    help="The optimum of a function that benchbook does not know, or of all such functions; may be repeated. [unknown]",
)
@click.option("--suite", default=None, help="ioh, rds: the suite of logs that name none, such as BBOB or SBOX.")
@click.option(
    "--objective",
    default=None,
    help="ioh: the column to read; optuna: the objective, counted from 0. [required for several objectives]",
)
def command(
    *, source: str, form: str, store: Path, optima: tuple[str, ...], suite: str | None, objective: str | None
) -> None:
    """Import data of COCO, IOHprofiler, Optuna and other tools.

    SOURCE is a folder, a file, or an archive (.zip, .tgz, .tar.gz); for Optuna also a storage URL. The runs are marked
    as imported, and values that the source does not contain stay missing. They are written to the folder `imported/` of
    the store. Runs that are already in the store are not imported again. If a file is malformed, nothing is imported. A
    reference algorithm of cocopp becomes a reference curve in the folder `references/`.
    """
    from benchbook.analysis.measures import coco_references
    from benchbook.artifacts import interop

    if suite is not None and form not in ("ioh", "rds"):
        raise UsageError(f"--suite is for --from ioh and --from rds, but --from is {form}")
    if objective is not None and form not in ("ioh", "optuna"):
        raise UsageError(f"--objective is for --from ioh and --from optuna, but --from is {form}")
    if source.lower().endswith(".rds") and form != "rds":
        raise UsageError(f"{source} is a file of R; import it with --from rds")
    given = _optima(optima)
    with nullcontext(source) if "://" in source else interop.opened(Path(source)) as folder:
        if form == "coco" and coco_references.holds_reference(Path(folder)):
            path = coco_references.import_reference(Path(folder), store, source=Path(source))
            click.echo(f"reference curve, not runs: {path}; bb.reference({str(path)!r}) reads it")
            return
        runs = interop.read(folder, form, suite=suite, objective=objective)
        added = interop.add_imported(interop.with_optima(runs, given) if given else runs, store)
    again = f"; {added.known:,} were there already" if added.known else ""
    click.echo(f"{added.new:,} runs imported into {store / 'imported'}{again}")


def _optima(texts: Iterable[str]) -> dict[str | None, float]:
    found: dict[str | None, float] = {}
    for text in texts:
        name, _, value = text.rpartition("=")
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not abs(number) < float("inf"):
            raise UsageError(f"--optimum is {text!r}, expected a number or FUNCTION=number")
        found[name or None] = number
    return found
