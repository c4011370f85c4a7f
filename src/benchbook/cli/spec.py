"""`benchbook spec`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchbook.cli.options import Seconds, Workers, check_tracking, json_option, print_json, tracking_options
from benchbook.cli.spec_strength import calibrate_command, strength_command
from benchbook.errors import ExitCode

if TYPE_CHECKING:
    from benchbook.specs.notebooks.discover import SpecFile
    from benchbook.specs.notebooks.execution.execute import SpecResult
    from benchbook.specs.notebooks.rules import Finding
    from benchbook.typing import JsonObject


@click.group("spec")
def command() -> None:
    """Create, run and check spec notebooks; measure their claims."""


command.add_command(strength_command)
command.add_command(calibrate_command)


@command.command("list")
@json_option("the names")
def list_(*, as_json: bool) -> None:
    """List the specs with their last results."""
    from benchbook.cli.terminal import console, table
    from benchbook.specs.notebooks.discover import specs

    files = specs()
    if as_json:
        print_json([file.name for file in files])
        return
    rows = [[file.name, file.title, *_last(file)] for file in files]
    console().print(table(["spec", "title", "last outcome", "claims", "parameters", "when"], rows))


@command.command("run")
@click.argument("names", nargs=-1)
@click.option(
    "--params",
    "which",
    default="quick",
    show_default=True,
    help="quick (or fast), balanced, full (or quality), or a YAML file.",
)
@click.option(
    "-p",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a parameter, with results in artifacts/scratch; may be repeated.",
)
@click.option("--workers", type=Workers(), default=None, help="Notebooks run in parallel. [one per processor]")
@click.option(
    "--timeout",
    "timeout_s",
    type=Seconds(),
    default=None,
    help="Time limit of each notebook in seconds. [no limit]",
)
@tracking_options
@click.option("--stdout", "stream", is_flag=True, help="Print the output of the notebooks while they run.")
@click.option("--shard", default=None, metavar="k/n", help="Run only every n-th spec, starting with the k-th.")
@click.option("--changed", is_flag=True, help="Skip specs that held and whose inputs have not changed.")
@click.option("--site", "with_site", is_flag=True, help="Build the site afterwards.")
def run(
    *,
    names: tuple[str, ...],
    which: str,
    overrides: tuple[str, ...],
    workers: int | None,
    timeout_s: float | None,
    no_track: bool,
    tensorboard: Path | None,
    stream: bool,
    shard: str | None,
    changed: bool,
    with_site: bool,
) -> int:
    """Run all specs, or the named ones.

    NAMES are names of specs, names of optimizers, or paths of notebooks.

    The executed notebook, outcome and runs of each spec are written to artifacts/specs/NAME/; where -p changes a
    parameter, to artifacts/scratch/specs/NAME/, so that results and site stay as they are. Exit code 1: a claim does
    not hold or a notebook fails; the notebook is kept. If the library of a spec is not installed, the spec is not run,
    which is not a failure. The specs are tracked as the pipeline "specs PARAMS", which `benchbook track watch` shows
    while they run.

    With --changed, a spec whose claims held is not executed again unless its notebook, the parameters, the code of
    benchbook or of the optimizer, Python or any installed library has changed.

    Kernels are forked from a process that has imported the libraries; BENCHBOOK_KERNELS=ordinary starts ordinary
    kernels.
    """
    from benchbook.errors import UsageError
    from benchbook.files import scratch_root, spec_root
    from benchbook.params.load import load
    from benchbook.specs.notebooks.discover import find, shard_of

    check_tracking(no_track=no_track, tensorboard=tensorboard)
    files = find(names)
    if shard is not None:
        files = shard_of(files, shard)
    params = load(which, overrides)
    scratch = params != load(which)
    if scratch and with_site:
        raise UsageError("--site shows the results of parameter sets, and -p tries others: give one of them")
    place = scratch_root() if scratch else None
    name = f"specs {params['preset']} scratch" if scratch else None
    tracking = None if no_track else {"tensorboard": tensorboard, "name": name}
    results = _execute(
        files,
        params,
        tracking,
        place=place,
        workers=workers,
        timeout_s=timeout_s,
        outputs=stream,
        only_changed=changed,
    )
    pages: Path | None = None
    if with_site:
        from benchbook.site import build_site

        pages = build_site()
    _report(results, place or spec_root(), pages)
    if scratch:
        click.echo("\ntried with -p, so apart from the results of the preset, which stay as they are", err=True)
    return ExitCode.DONE if all(result.held or result.not_run for result in results) else ExitCode.FAILED


@command.command("accept")
@click.argument("names", nargs=-1)
def accept_(*, names: tuple[str, ...]) -> None:
    """Store the verdicts of the last quick run in the notebooks.

    Claims that are new (+) or no longer there (-) are printed; a changed threshold shows as one of each.

    nbval compares these outputs in pull requests; all other outputs are stripped.
    """
    from benchbook.specs.notebooks.accept import accept
    from benchbook.specs.notebooks.discover import find

    for file in find(names):
        accepted = accept(file)
        click.echo(f"{file.name}: {'changed' if accepted.changed else 'unchanged'}")
        for line in accepted.lines:
            click.echo(f"  {line}")


@command.command("new")
@click.argument("name")
def new(*, name: str) -> None:
    """Write a complete, passing spec notebook for the optimizer NAME.

    Then run it, store its verdicts and edit its text: benchbook spec run NAME; benchbook spec accept NAME.
    """
    from benchbook.specs.notebooks.check import quick_params
    from benchbook.specs.notebooks.discover import notebook_folder
    from benchbook.specs.notebooks.scaffold import new_notebook

    path = new_notebook(name, notebook_folder(), quick_params())
    click.echo(f"{_near(path)}: now run it with: benchbook spec run {name}; benchbook spec accept {name}")


@command.command("check")
@click.argument("names", nargs=-1)
@click.option("--fix", is_flag=True, help="Apply automatic fixes: parameters, tags, outputs, ids, metadata.")
def check(*, names: tuple[str, ...], fix: bool) -> int:
    """Check that specs are complete.

    Without NAMES, other notebooks are checked, too. In benchbook's own repository, also checks that every native
    optimizer and every adapted library has a spec, that native optimizers have an example in their docstring, and that
    the strength of their specs was measured since spec or optimizer last changed. Exit code 6: something is missing;
    each finding is listed on a line.
    """
    from benchbook.specs.notebooks.check import check_notebook, check_project, other_notebooks, quick_params
    from benchbook.specs.notebooks.discover import find, notebook_folder
    from benchbook.specs.notebooks.fix import fix_notebook
    from benchbook.specs.noticing.filed import check_strength

    quick, files, folder = quick_params(), find(names), notebook_folder()
    others = [] if names else other_notebooks(folder, files)
    if fix:
        for path in [*(file.path for file in files), *others]:
            if fix_notebook(path, quick):
                click.echo(f"{path.stem}: mended")
    if names:
        findings = [finding for file in files for finding in check_notebook(file.path, quick)]
    else:
        findings = [*check_project(folder, files, quick), *check_strength(folder, files)]
    _list_findings(findings)
    counted = _counted(len(files), "spec") + (f" and {_counted(len(others), 'other notebook')}" if others else "")
    click.echo(f"{counted} checked, {_counted(len(findings), 'finding')}", err=bool(findings))
    return ExitCode.SPEC_CHECK if findings else ExitCode.DONE


def _list_findings(findings: Sequence[Finding]) -> None:
    """Print what was found, one paragraph per notebook, one line per cell."""
    by_spec: dict[str, list[Finding]] = {}
    for finding in findings:
        by_spec.setdefault(finding.spec, []).append(finding)
    for spec, found in by_spec.items():
        click.echo(spec, err=True)
        width = max(len(finding.where) for finding in found)
        for finding in found:
            hint = " (--fix fixes it)" if finding.fixable else ""
            click.echo(f"  {finding.where:<{width}}{'  ' if width else ''}{finding.what}{hint}", err=True)


def _execute(
    files: Sequence[SpecFile], params: JsonObject, tracking: dict[str, Any] | None, **options: Any
) -> list[SpecResult]:
    from benchbook.cli.spec_progress import SpecProgress
    from benchbook.specs.notebooks.execution.execute import execute_specs
    from benchbook.specs.notebooks.execution.tracked import execute_tracked

    with SpecProgress(len(files)) as screen:
        if tracking is None:
            return execute_specs(files, params, listener=screen.hear, **options)
        return execute_tracked(files, params, listener=screen.hear, **tracking, **options)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _report(results: Sequence[SpecResult], place: Path, pages: Path | None) -> None:
    from benchbook.cli.terminal import console, facts, table
    from benchbook.specs.names import left_out

    done = [result for result in results if not result.not_run]
    left = [result.name for result in results if result.not_run]
    screen = console()
    if done:
        headers = [
            "spec",
            "status",
            "quality claims",
            "contract checks",
            "runs done",
            "computation [s]",
            "notebook [s]",
        ]
        screen.print(table(headers, [_row(result) for result in done], right=headers[4:]))
    for result in done:
        _explain(result)
    _explain_undecided([result for result in done if result.held])
    if left:
        click.echo("\n{}; to install them: {}".format(*left_out(left)), err=True)
    screen.print()
    screen.print(facts([("artifacts", _near(place)), *([("site", _near(pages))] if pages else [])]))


def _row(result: SpecResult) -> list[str]:
    """Return the row of an executed spec."""
    from benchbook.specs.views.tally import status_text, tally

    o: dict[str, Any] = dict(result.outcome)
    counted = tally(o["claims"])
    runs = f"{o['runs']['done']} of {o['runs']['planned']}"
    took = "unchanged" if result.unchanged else f"{result.elapsed_s:.1f}"
    compute = f"{o['timing']['compute_s']:.2f}"
    return [o["name"], status_text(o), counted.quality_text, counted.contract_text, runs, compute, took]


def _explain_undecided(held: Sequence[SpecResult]) -> None:
    """Print why claims of specs that hold are undecided."""
    from benchbook.specs.views.tally import tally

    outcomes: list[dict[str, Any]] = [dict(result.outcome) for result in held]
    lines = [f"  {o['name']}: {reason}" for o in outcomes for reason in tally(o["claims"]).reasons]
    if lines:
        click.echo("\nundecided, which is not a failure:", err=True)
    for line in lines:
        click.echo(line, err=True)


def _explain(result: SpecResult) -> None:
    """Print what failed, and where to look."""
    o: dict[str, Any] = dict(result.outcome)
    if result.held:
        return
    failed, undecided = ([c for c in o["claims"] if c["verdict"] == which] for which in ("failed", "undecided"))
    if o["error"]:
        click.echo(f"\n{result.name}: {o['error']}", err=True)
    if failed:
        click.echo(f"\n{result.name}: claims that do not hold", err=True)
    for claim in failed:
        required = f"required {claim['relation']} {claim['threshold']} {claim['unit']}".rstrip()
        click.echo(f"  {claim['text']} measured {claim['measured']}, {required}", err=True)
    if undecided:
        click.echo(f"\n{result.name}: claims that could not be decided", err=True)
    for claim in undecided:
        click.echo(f"  {claim['text']} {claim['detail'] or 'nothing could be measured'}", err=True)
    if result.failure is not None:
        where = f", cell {result.failure.cell!r}" if result.failure.cell else ""
        click.echo(f"  in {_near(result.source)}{where}{':' if result.failure.excerpt else ''}", err=True)
        for line in result.failure.excerpt:
            click.echo(f"    {line}", err=True)
    if result.kept:
        click.echo(f"  notebook kept: {_near(result.notebook)}", err=True)


def _last(file: SpecFile) -> list[str]:
    from benchbook.errors import BenchbookError
    from benchbook.files import spec_root
    from benchbook.specs.names import what_is_missing
    from benchbook.specs.outcome import read_outcome
    from benchbook.specs.views.tally import status_text, tally

    try:
        outcome = read_outcome(spec_root() / file.name)
    except BenchbookError:
        return ["not run" if what_is_missing(file.name) is None else "library not installed", "", "", ""]
    o: dict[str, Any] = dict(outcome)
    when = str(o["created_at"])[:16].replace("T", " ")
    return [status_text(o), tally(o["claims"]).text, str(o["preset"]), when]


def _near(path: Path) -> str:
    """Return a path relative to the working directory if it is inside it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
