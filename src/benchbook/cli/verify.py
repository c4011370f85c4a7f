"""`benchbook verify`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from benchbook.cli.options import Workers
from benchbook.errors import ExitCode, UsageError

_NOT_DETERMINISTIC = "nothing: code, arithmetic and environment are the same, so the optimizer is not deterministic"


@click.command("verify")
@click.argument("path", type=click.Path(path_type=Path), metavar="DIR|FILE|BASELINE")
@click.option(
    "--sample", type=click.IntRange(min=1), default=None, help="Of a store or baseline, repeat this many runs. [all]"
)
@click.option("--workers", type=Workers(), default=None, help="Of a store, number of processes. [1]")
def command(*, path: Path, sample: int | None, workers: int | None) -> int:
    """Repeat runs from an artifact, a store or a baseline.

    A baseline can be given by its name; see: benchbook baseline list.

    Prints "bit-identical" and exits with 0 if history, solution and counts agree to the last bit. Otherwise lists the
    differences in content, code, arithmetic and environment, and exits with 4. Runs of a store are repeated alone and
    in lockstep. For a baseline, the evaluations, first hits and AOCC of its runs are compared.
    """
    path = _named_baseline(path)
    if path.is_dir():
        return _store(path, sample, 1 if workers is None else workers)
    from benchbook.artifacts.io import load, load_document
    from benchbook.artifacts.kinds import Kind
    from benchbook.studies.verify.run import verify

    if load_document(path)["kind"] == Kind.BASELINE:
        if workers is not None:
            raise UsageError(f"--workers is for stores; {path} is a baseline")
        return _baseline(path, sample)
    if sample is not None or workers is not None:
        raise UsageError(f"--sample and --workers are for stores and baselines; {path} is neither")
    result = verify(load(path))
    if result.identical:
        click.echo(f"bit-identical: {path}")
        for reason in result.reasons:
            click.echo(f"  although {reason}")
        return ExitCode.DONE
    click.echo(f"differs: {path}")
    _explain(result.differences, result.reasons)
    return ExitCode.VERIFY_DIFFERS


def _named_baseline(path: Path) -> Path:
    """Return the file of a named baseline; other paths unchanged."""
    from benchbook.analysis.comparison.baselines import baseline_path

    found = None if path.exists() else baseline_path(str(path))
    return found or path


def _store(path: Path, sample: int | None, workers: int) -> int:
    from benchbook.studies.verify.store import verify_store

    same = differing = 0
    for verified in verify_store(path, sample=sample, workers=workers):
        if verified.identical:
            same += 1
            continue
        differing += 1
        click.echo(f"differs: {verified.record!r}")
        _explain(verified.differences, verified.reasons)
    if not same + differing:
        raise UsageError(f"{path} has no runs that can be repeated: all are imported or failed")
    click.echo(f"{path}: {same} runs bit-identical, {differing} differ")
    return ExitCode.VERIFY_DIFFERS if differing else ExitCode.DONE


def _baseline(path: Path, sample: int | None) -> int:
    from benchbook.analysis.comparison.baselines import load_baseline
    from benchbook.studies.verify.baseline import verify_baseline

    same = differing = 0
    for entry in verify_baseline(load_baseline(path), sample=sample):
        if not entry.differences:
            same += 1
            continue
        differing += 1
        click.echo(f"differs: {entry.name}")
        for difference in entry.differences:
            click.echo(f"  {difference}")
    click.echo(f"{path}: {same} runs match the published ones, {differing} differ")
    return ExitCode.VERIFY_DIFFERS if differing else ExitCode.DONE


def _explain(differences: Sequence[str], reasons: Sequence[str]) -> None:
    for difference in differences:
        click.echo(f"  {difference}")
    click.echo("what else has changed:")
    for reason in reasons or (_NOT_DETERMINISTIC,):
        click.echo(f"  {reason}")
