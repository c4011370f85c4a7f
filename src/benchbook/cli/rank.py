"""`benchbook rank`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.cli.options import (
    Seconds,
    Whole,
    Workers,
    check_tracking,
    json_option,
    print_json,
    settings_from,
    tracking_options,
)
from benchbook.errors import ExitCode, UsageError


@click.command("rank")
@click.argument("optimizer")
@click.option("--baseline", default=None, help="Name or study. [field-bbob if available, otherwise native-bbob]")
@click.option("--dims", default=None, metavar="2,5", help="Dimensions. [those with the most optimizers]")
@click.option("--functions", default=None, metavar="NAME,...", help="Functions or groups. [all of the baseline]")
@click.option(
    "--budget-per-dim", type=Whole(), default=None, metavar="N", help="Evaluations per variable. [as the baseline]"
)
@click.option("--workers", type=Workers(), default=None, help="Processes. [one per processor]")
@click.option(
    "--timeout-per-run", type=Seconds(), default=None, metavar="S", help="End a run after S seconds; it failed. [never]"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder for runs, artifact and report. [rank/NAME in the folder of artifacts]",
)
@click.option("--label", default=None, help="What the optimizer is called in the ranking. [its name]")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the optimizer; may be repeated."
)
@tracking_options
@click.option("-q", "--quiet", is_flag=True, help="Show no progress and no expected time.")
@json_option("the artifact")
def command(
    *,
    optimizer: str,
    baseline: str | None,
    dims: str | None,
    functions: str | None,
    budget_per_dim: int | None,
    workers: int | None,
    timeout_per_run: float | None,
    out: Path | None,
    label: str | None,
    settings: tuple[str, ...],
    no_track: bool,
    tensorboard: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Rank one optimizer among those of a published baseline.

    OPTIMIZER is package.module:Name, or a name in the catalog. Only this optimizer is run; runs that are stored from an
    earlier call are not repeated. The summary has its mean rank among the optimizers of the baseline after 10, 100 and
    1,000 evaluations per variable with 95 % intervals, whether it is better or worse than each of them, where it is
    best and worst, and its running times compared with best-2009. Artifact and report have the details. The runs are
    tracked as the pipeline "rank OPTIMIZER", which `benchbook track watch` shows while they are done.

    \b
    Example:
      benchbook rank my_package.solvers:Hill --dims 2,5 --budget-per-dim 100

    Exit code 0: ranked; 1: ranked, but runs failed, which count as having reached nothing; 2: the optimizer has no ask
    or tell, a name is unknown, or the baseline cannot be compared with.
    """  # noqa: D301  # click keeps the lines behind this very character
    import sys

    from benchbook.studies.rank import rank

    check_tracking(no_track=no_track, tensorboard=tensorboard)
    ranked = rank(
        optimizer,
        baseline=baseline,
        dims=None if dims is None else _dims(dims),
        functions=None if functions is None else [name.strip() for name in functions.split(",") if name.strip()],
        budget_per_dim=budget_per_dim,
        workers=workers,
        timeout_per_run=timeout_per_run,
        out=out,
        label=label,
        settings=settings_from(settings),
        progress=not quiet and sys.stderr.isatty(),
        track=not no_track,
        tensorboard=tensorboard,
        announce=(lambda text: None) if quiet else (lambda text: click.echo(text, err=True)),  # noqa: ARG005  # unsaid
    )
    if as_json:
        from benchbook.analysis.ranking.document import to_document

        print_json(to_document(ranked.ranking))
    else:
        click.echo(str(ranked))
        click.echo(f"report: {ranked.page}; artifact: {ranked.artifact.name}")
    return ExitCode.FAILED if ranked.ranking.failed else ExitCode.DONE


def _dims(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise UsageError(f"--dims is {text!r}, expected whole numbers with commas between them") from error
