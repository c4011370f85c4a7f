"""`benchbook run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from benchbook.cli.options import Whole, check_writable, json_option, print_json, settings_from
from benchbook.errors import ExitCode


@click.command("run")
@click.option("--optimizer", "optimizer_name", required=True, help="Name in the catalog: benchbook optimizers list.")
@click.option("--function", required=True, help="Name in the catalog: benchbook problems list.")
@click.option("--dim", type=int, required=True, help="Number of variables.")
@click.option(
    "--instance", type=int, default=None, help="0: textbook; k >= 1: shifted; BBOB and applied: from 1. [the first]"
)
@click.option("--seed", type=Whole(), default=0, show_default=True, help="Integer >= 0.")
@click.option("--budget", type=Whole(), default=None, help="Evaluations allowed, a hard cap. [1000 x dim]")
@click.option("--target", type=float, default=None, help="Stop at this precision, best value minus optimum. [never]")
@click.option(
    "--stagnation", type=Whole(), default=None, help="Stop after this many evaluations without improvement. [never]"
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of the optimizer; may be repeated."
)
@click.option(
    "--history",
    default="improvements",
    show_default=True,
    type=click.Choice(["improvements", "triggers", "population", "all"]),
    help="What is kept of the run.",
)
@click.option("--points", is_flag=True, help="Keep the points, too, of the history triggers or all.")
@click.option(
    "--trace-to",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder for what is kept beyond improvements. [traces, in the folder of artifacts]",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="Write the artifact: .json.zst, .json.gz or .json."
)
@json_option("the artifact")
def command(
    *, optimizer_name: str, function: str, settings: tuple[str, ...], out: Path | None, as_json: bool, **numbers: Any
) -> int:
    """Run one optimizer on one problem.

    \b
    Example:
      benchbook run --optimizer manta_ray_foraging --function rastrigin --dim 10 \\
          --instance 1 --seed 42 --budget 2000 --out r.json.zst
      benchbook run --optimizer cma_es --function bbob_f8 --dim 5 --history all --trace-to traces/
    """  # noqa: D301  # click keeps the lines behind this very character
    if out is not None:
        check_writable(out)
    from benchbook.artifacts.io import save
    from benchbook.artifacts.run_document import to_document
    from benchbook.cli.show import run_facts
    from benchbook.cli.terminal import console, facts
    from benchbook.records import Status
    from benchbook.studies.runs.run import run

    record = run(optimizer_name, function, settings=settings_from(settings), **numbers)
    if out is not None:
        save(record, out)
    if as_json:
        print_json(to_document(record))
    else:
        console().print(facts([*run_facts(record), ("artifact", str(out) if out else "not kept; --out FILE keeps it")]))
    return ExitCode.FAILED if record.status is Status.FAILED else ExitCode.DONE
