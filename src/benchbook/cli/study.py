"""`benchbook study`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from benchbook.cli.options import Seconds, Workers, check_tracking, json_option, print_json, tracking_options
from benchbook.errors import ExitCode

_PATH = click.Path(path_type=Path)


@click.group("study")
def command() -> None:
    """Run studies and maintain their stores."""


@command.command("run")
@click.argument("file", type=_PATH, metavar="STUDY.yaml")
@click.option("--store", type=_PATH, required=True, help="Folder of the store.")
@click.option(
    "--executor",
    default=None,
    type=click.Choice(["serial", "processes", "dask"]),
    help="How the runs are executed. [processes with several --workers, otherwise serial]",
)
@click.option(
    "--workers", type=Workers(), default=None, help="Number of processes. [one per processor, for processes and dask]"
)
@click.option(
    "--scheduler", default=None, metavar="tcp://HOST:PORT", help="Address of a Dask scheduler. [a local cluster]"
)
@click.option("--shard", default=None, metavar="k/n", help="Run only the k-th of n parts of equal expected cost.")
@click.option("--timeout-per-run", type=Seconds(), default=None, metavar="S", help="End a run after S seconds. [never]")
@click.option(
    "--history",
    default=None,
    type=click.Choice(["improvements", "triggers", "population", "all"]),
    help="What to keep of each run. [as in the file, or improvements]",
)
@click.option("--reuse-stale", is_flag=True, help="Accept runs that were done by other code.")
@click.option("--retry-failed", is_flag=True, help="Repeat runs that failed or timed out.")
@tracking_options
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def run(
    *,
    file: Path,
    store: Path,
    history: str | None,
    quiet: bool,
    no_track: bool,
    tensorboard: Path | None,
    **options: Any,
) -> int:
    """Run a study; runs that are already in the store are not repeated.

    STUDY.yaml has the keys of bb.study: optimizers, functions, dims, instances, seeds, budget_per_dim or budget,
    target, stagnation, history, points, settings. The study is tracked as the pipeline "study STUDY", which `benchbook
    track watch` shows while it runs. Each step is reported on standard error when it starts and ends, with the elapsed
    time and the time left. Exit code 0: the plan (or the shard) is complete; 1: runs failed.
    """
    import sys

    from benchbook.cli.terminal import steps_told
    from benchbook.params.study import load_study
    from benchbook.studies.ledger import ledger
    from benchbook.studies.study import study

    check_tracking(no_track=no_track, tensorboard=tensorboard)
    described = load_study(file)
    made = study(**{**described, **({"history": history} if history else {})})
    track = False if no_track else f"study {file.stem}"
    shown = not quiet and sys.stderr.isatty()
    with steps_told(quiet=quiet):
        made.run(store, progress=shown, track=track, tensorboard=tensorboard, **options).close()
    found = ledger(store)
    click.echo(
        f"{store}: {found.total('planned')} planned, {found.total('done')} done, {found.total('failed')} failed, "
        f"{found.total('timed_out')} timed out, {found.total('missing')} missing"
    )
    return ExitCode.FAILED if found.total("failed") else ExitCode.DONE


@command.command("status")
@click.argument("folder", type=_PATH, metavar="DIR")
@json_option("the ledger")
def status(*, folder: Path, as_json: bool) -> int:
    """Show the ledger: planned, done, failed and missing runs.

    If the plan cannot be read, all runs in the store are counted. Exit code 0: complete; 3: the plan cannot be read;
    7: incomplete, or there is no plan.
    """
    from benchbook.artifacts.store.manifest import FILE_NAME
    from benchbook.cli.terminal import console, table
    from benchbook.studies.ledger import ledger

    found = ledger(folder)
    if as_json:
        print_json(found.document())
    else:
        names = ("planned", "done", "failed", "timed_out", "missing", "stale")
        rows = [[r.optimizer, str(r.dim), *(_count(getattr(r, name)) for name in names)] for r in found.rows]
        rows.append(["all", "", *(_count(found.total(name)) for name in names)])
        headers = ["optimizer", "dim", "planned", "done", "failed", "timed out", "missing", "by other code"]
        console().print(table(headers, rows, right=headers[1:]))
        if found.beyond:
            click.echo(f"{found.beyond:,} runs in the store are not in its plan")
        for shard, offset, reason in found.damages:
            click.echo(f"{shard}, byte {offset}: {reason}", err=True)
        if found.without_plan is not None:
            click.echo(f"the number of planned runs is unknown: {found.without_plan}", err=True)
    if found.without_plan is not None and (folder / FILE_NAME).exists():
        return ExitCode.INVALID_ARTIFACT
    return ExitCode.DONE if found.complete else ExitCode.INCOMPLETE


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


@command.command("merge")
@click.argument("folders", type=_PATH, nargs=-1, required=True, metavar="DIR...")
@click.option("--into", type=_PATH, required=True, help="The store to copy into.")
def merge(*, folders: tuple[Path, ...], into: Path) -> int:
    """Copy the runs of stores into one: a set union over run keys."""
    from benchbook.artifacts.store.merge import merge as merge_stores

    copied = merge_stores(folders, into)
    click.echo(f"{into}: {copied} runs copied from {len(folders)} stores")
    return ExitCode.DONE


@command.command("check")
@click.argument("folder", type=_PATH, metavar="DIR")
@click.option(
    "--repair",
    "repairs",
    is_flag=True,
    help="Remove damaged frames, empty shards and orphaned temporary files; move other invalid data to set-aside/.",
)
def check(*, folder: Path, repairs: bool) -> int:
    """Check every run of a store against its schema and digests.

    Exit code 3: problems were found and are listed.
    """
    from benchbook.artifacts.store.repair import inspect, repair
    from benchbook.artifacts.store.store import Store

    found = list(inspect(folder))
    if repairs and any(finding.repairable for finding in found):
        for line in repair(folder):
            click.echo(line)
        found = list(inspect(folder))
    for finding in found:
        click.echo(str(finding), err=True)
    with Store(folder) as store:
        click.echo(f"{folder}: {len(store)} runs, {len(found)} findings, content digest {store.content_digest()}")
    return ExitCode.INVALID_ARTIFACT if found else ExitCode.DONE


@command.command("summary")
@click.argument("folder", type=_PATH, metavar="DIR")
@click.option("--out", type=_PATH, required=True, help="Write the artifact: .json.zst, .json.gz or .json.")
@click.option("--brief", is_flag=True, help="Six targets instead of 51: a few kB, small enough to commit.")
def summary(*, folder: Path, out: Path, brief: bool) -> int:
    """Write the statistics of a study as an artifact.

    The artifact is of the kind aggregate and has the statistics of each cell.
    """
    from benchbook.analysis.measures.aggregate import BRIEF_TARGETS, aggregate
    from benchbook.analysis.store_table import open_store
    from benchbook.artifacts.io import save_document
    from benchbook.observers.targets import STANDARD_TARGETS

    runs = open_store(folder)
    save_document(aggregate(runs, targets=BRIEF_TARGETS if brief else STANDARD_TARGETS), out)
    click.echo(f"{out}: {len(runs)} runs")
    return ExitCode.DONE
