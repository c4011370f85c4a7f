"""`benchbook optimizers`."""

from __future__ import annotations

import click

from benchbook.cli.options import json_option
from benchbook.errors import ExitCode, UsageError


@click.group("optimizers")
def command() -> None:
    """List, show and audit optimizers."""


@command.command("list")
@click.option(
    "--can",
    metavar="WHAT",
    multiple=True,
    help="Only those that can handle it: constraints, objectives (two of them), integers or categories. Separate "
    "several with commas.",
)
@json_option("the names")
def list_(*, can: tuple[str, ...], as_json: bool) -> None:
    """List the available optimizers.

    Optimizers of other libraries are named library:optimizer. mealpy, nevergrad, optuna and pymoo have more than are
    listed: you can run any name that the library knows, such as nevergrad:NGOpt.
    """
    import json

    from benchbook.cli.terminal import console, table
    from benchbook.files import how_to_install
    from benchbook.optimizers import able, entries
    from benchbook.optimizers.adapters.factory import available
    from benchbook.optimizers.adapters.libraries import LIBRARIES

    found = able(item.strip() for given in can for item in given.split(","))
    if as_json:
        click.echo(json.dumps(found))
        return
    chosen = set(found)
    rows = [
        [item.name, item.family, _word(item.anytime), item.source, item.summary]
        for item in entries()
        if item.name in chosen
    ]
    screen = console()
    screen.print(table(["optimizer", "family", "anytime", "source", "what it does"], rows))
    screen.print("\nmealpy, nevergrad, optuna and pymoo: any other name of theirs runs as well, as library:name.")
    if missing := [library.prefix for library in LIBRARIES.values() if not available(library)]:
        click.echo(f"Not installed: {', '.join(missing)}; all come with {how_to_install('adapters')}.")


@command.command("show")
@click.argument("name")
def show(*, name: str) -> None:
    """Show an optimizer's description, settings and source."""
    from benchbook.cli.terminal import console, table
    from benchbook.optimizers import describe, settings_of

    screen, about = console(), describe(name)
    screen.print(f"{name}\n\n{about.text}\n\n{about.references}\n")
    rows = [[item.name, str(item.default), item.meaning] for item in settings_of(name)]
    screen.print(table(["setting", "default", "meaning"], rows))


@command.command("audit")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Audit all listed optimizers.")
@json_option("the findings")
def audit_(*, name: str | None, everything: bool, as_json: bool) -> int:
    """Check whether the seed alone determines an optimizer's runs.

    Shows which global sources of randomness it uses, whether they are isolated, whether a run affects the next one,
    whether the seed is ignored, and whether two processes agree. Exit code 1: a run is not determined by its seed.
    """
    import json
    from dataclasses import asdict

    from benchbook.cli.terminal import console, table
    from benchbook.optimizers import names
    from benchbook.optimizers.audit import audit

    if (name is None) != everything:
        raise UsageError("give the name of an optimizer, or --all")
    found = audit([name] if name is not None else names())
    if as_json:
        from benchbook.optimizers import optimizer
        from benchbook.studies.runs.provenance import measurement

        rows = [{**asdict(item), "clean": item.clean, "draws_from": list(item.draws_from)} for item in found]
        packages = [package for item in found for package in optimizer(item.name).packages]
        what = "--all" if name is None else name
        made = measurement(f"benchbook optimizers audit {what} --json", packages, rows)
        click.echo(json.dumps(made, indent=1))
    else:
        headers = ["optimizer", "draws from", "contained", "leaks", "ignores seed", "deterministic", "error"]
        texts = [
            [
                item.name,
                ", ".join(item.draws_from) or "its own",
                _word(item.contained),
                _word(item.leaks),
                _word(item.ignores_seed),
                _word(item.deterministic),
                item.error or "",
            ]
            for item in found
        ]
        console().print(table(headers, texts))
    return ExitCode.DONE if all(item.clean for item in found) else ExitCode.FAILED


def _word(truth: bool | None) -> str:
    return "unknown" if truth is None else "yes" if truth else "no"
