"""`benchbook profile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchbook.cli.options import Whole, check_writable, json_option, print_json, settings_from
from benchbook.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from benchbook.records.profile import Profiled

_INTERRUPTED = 130
_ARTIFACTS = (".json", ".json.zst", ".json.gz")


@click.command("profile")
@click.argument("target")
@click.option("--function", default=None, help="Function to run an optimizer on: benchbook problems list.")
@click.option("--dim", type=int, default=None, help="Number of variables.")
@click.option("--instance", type=int, default=None, help="0: textbook; k >= 1: shifted; BBOB: from 1. [the first]")
@click.option("--seed", type=Whole(), default=None, help="Integer >= 0. [0]")
@click.option("--budget", type=Whole(), default=None, help="Evaluations allowed. [1000 x dim]")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the optimizer.")
@click.option("--params", "which", default=None, help="Run a parameter set: benchbook params list.")
@click.option("-p", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a parameter; may be repeated.")
@click.option(
    "--cell", default=None, metavar="OPTIMIZER/FUNCTION/DIM", help="Treat TARGET as a store, and run this cell again."
)
@click.option(
    "--notebook", "as_notebook", is_flag=True, help="Treat TARGET as the notebook of a spec, also with --params."
)
@click.option(
    "--repeats",
    type=click.IntRange(min=0),
    default=None,
    help="Repetitions without and with the profiler; 0: run once. [depends on the duration; notebooks: 0]",
)
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path),
    default=None,
    help="Write the artifact, a trace for Perfetto and a flame graph to this folder.",
)
@json_option("the artifact")
def command(*, target: str, repeats: int | None, output_dir: Path | None, as_json: bool, **how: Any) -> int:
    """Show where the time goes: stages, functions, bottlenecks.

    TARGET is an optimizer (with --function and --dim for one run, or with --params for all runs of a parameter set), a
    run artifact (its run is repeated), a store with --cell (the runs of that cell are repeated), a notebook or the name
    of a spec (profiled cell by cell), or module:function (called without arguments).

    Short work is repeated to measure the profiler's overhead and to count calls.

    \b
    Examples:
      benchbook profile cma_es --function rastrigin --dim 10 --budget 20000 --output-dir profile/
      benchbook profile cma_es --params quick
      benchbook profile notebooks/cma_es.ipynb
      benchbook profile result.json.zst
      benchbook profile artifacts/my-study --cell cma_es/bbob_f8/5
      benchbook profile package.module:function
    """  # noqa: D301  # click keeps the lines behind this very character
    from benchbook.profiling.profile_document import from_document, to_document

    if output_dir is not None:
        if output_dir.exists() and not output_dir.is_dir():
            raise UsageError(f"{output_dir} is a file, expected a folder")
        check_writable(output_dir / "profile.json.zst")
    # Rounded as in the artifact, so that both show the same digits.
    found = from_document(to_document(_profiled(target, repeats, how)))
    written = []
    if output_dir is not None:
        from benchbook.studies.profile_files import write_profile

        written = write_profile(found, output_dir)
    _show(found, written, as_json=as_json)
    if found.status == "interrupted":
        click.echo("interrupted; what was measured is kept", err=True)
        return _INTERRUPTED
    if found.status == "failed":
        click.echo(f"error: {found.name} failed: {found.error}", err=True)
        return ExitCode.FAILED
    return ExitCode.DONE


def _profiled(target: str, repeats: int | None, how: dict[str, Any]) -> Profiled:
    """Determine what to profile, and do it."""
    from benchbook.optimizers import names

    run = {name: how[name] for name in ("function", "dim", "instance", "seed", "budget") if how[name] is not None}
    which, overrides = how["which"], how["overrides"]
    if how["cell"] is not None or target.endswith(_ARTIFACTS) or Path(target).is_dir():
        _refuse(target, "what was done before", {**run, "params": which, "p": overrides, "set": how["settings"]})
        return _recorded(Path(target), how["cell"], repeats)
    if target.endswith(".ipynb") or how["as_notebook"]:
        return _notebook(target, repeats, how, run)
    own = _is_own_optimizer(target)
    if ":" in target and target not in names() and not own:  # names of other libraries' optimizers contain it
        _refuse(target, "a function", {**run, "params": which, "p": overrides, "set": how["settings"]})
        return _call(target, repeats)
    if own and not (run or which or overrides):
        raise UsageError(f"{target!r} is an optimizer: give --function and --dim for one run, or --params")
    if not own and (target not in names() or not (run or which or overrides)):
        return _notebook(target, repeats, how, run)
    settings = settings_from(how["settings"])
    if run:
        _refuse(target, "one run", {"params": which, "p": overrides})
        return _run(target, repeats, settings, run)
    from benchbook.optimizers import optimizer
    from benchbook.params import load
    from benchbook.studies.profiling import profile_params

    return profile_params(optimizer(target, **settings), load(which or "quick", overrides), repeats=repeats)


def _recorded(path: Path, cell: str | None, repeats: int | None) -> Profiled:
    from benchbook.studies.profile_recorded import profile_artifact, profile_cell

    if not path.exists():
        raise UsageError(f"no such artifact or store: {path}")
    if path.is_dir():
        if cell is None:
            raise UsageError(f"--cell is missing: {path} is a folder, of which one cell is profiled")
        return profile_cell(path, cell, repeats=repeats)
    if cell is not None:
        raise UsageError(f"--cell does not go with {str(path)!r}, which is a file and no store")
    return profile_artifact(path, repeats=repeats)


def _is_own_optimizer(target: str) -> bool:
    """Return whether the target is the location of your own optimizer rather than of a function."""
    from benchbook.optimizers import optimizer
    from benchbook.optimizers.catalog import is_own_place

    if not is_own_place(target):
        return False
    try:
        optimizer(target)
    except UsageError:
        return False
    return True


def _run(target: str, repeats: int | None, settings: dict[str, Any], run: dict[str, Any]) -> Profiled:
    from benchbook.studies.profiling import profile_run

    for name in ("function", "dim"):
        if name not in run:
            raise UsageError(f"--{name} is missing: one run of {target!r} needs --function and --dim")
    return profile_run(target, run.pop("function"), repeats=repeats, settings=settings, **run)


def _call(target: str, repeats: int | None) -> Profiled:
    from benchbook.cli.experiment import function_named
    from benchbook.studies.profiling import profile_call

    return profile_call(target, function_named(target), repeats=repeats)


def _notebook(target: str, repeats: int | None, how: dict[str, Any], run: dict[str, Any]) -> Profiled:
    from benchbook.params import load
    from benchbook.specs.notebooks.execution.profiling import profile_notebook

    path, is_spec = _path_of(target)
    _refuse(target, "a notebook", {**run, "set": how["settings"], "repeats": repeats})
    which, overrides = how["which"], how["overrides"]
    asked = which is not None or bool(overrides) or is_spec
    return profile_notebook(path, load(which or "quick", overrides) if asked else None)


def _path_of(target: str) -> tuple[Path, bool]:
    """Return the notebook, and whether it is a spec and so takes parameters."""
    from benchbook.errors import unknown_name
    from benchbook.files import project_root
    from benchbook.optimizers import names
    from benchbook.specs.notebooks.discover import specs

    known = {file.name: file.path for file in specs()} if project_root() is not None else {}
    if target.endswith(".ipynb"):
        path = Path(target)
        if not path.is_file():
            raise UsageError(f"no such notebook: {path}")
        return path, path.resolve() in {file.resolve() for file in known.values()}
    if target in known:
        return known[target], True
    if target in names():
        raise UsageError(
            f"there is no spec of {target!r} here; to profile runs of it, give --function and --dim, or --params"
        )
    raise unknown_name(
        "optimizer or spec", target, [*names(), *known], "(a notebook ends in .ipynb, a function is module:function)"
    )


def _refuse(target: str, what: str, options: dict[str, Any]) -> None:
    for name, value in options.items():
        if value not in (None, ()):
            raise UsageError(f"--{name} does not go with {target!r}, which is {what}")


def _show(found: Profiled, written: list[Path], *, as_json: bool) -> None:
    if as_json:
        from benchbook.studies.profile_files import profile_document

        print_json(profile_document(found))
        return
    show_profile(found)
    for path in written:
        click.echo(f"written: {path}")
    if not written:
        click.echo("kept: nothing; --output-dir DIR keeps it, with a trace for Perfetto and a flame graph")


def show_profile(found: Profiled) -> None:
    """Print a profile, in ASCII if the terminal needs it."""
    from benchbook.cli.terminal import console
    from benchbook.profiling.tables import tables

    screen = console()
    screen.print(tables(found, width=screen.width, ascii_only=screen.options.ascii_only))
