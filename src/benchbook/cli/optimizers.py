"""`benchbook optimizers`."""

from __future__ import annotations

import click

from benchbook.cli.options import json_option


@click.group("optimizers")
def command() -> None:
    """List the optimizers, or show one."""


@command.command("list")
@json_option("the names")
def list_(*, as_json: bool) -> None:
    """List the optimizers that can be run as they are."""
    import json

    from benchbook.cli.terminal import console, table
    from benchbook.optimizers import describe, names

    if as_json:
        click.echo(json.dumps(names()))
        return
    console().print(table(["optimizer", "what it does"], [[name, describe(name).summary] for name in names()]))


@command.command("show")
@click.argument("name")
def show(*, name: str) -> None:
    """Show what an optimizer is, its settings and its source."""
    from benchbook.cli.terminal import console, table
    from benchbook.optimizers import describe, settings_of

    screen = console()
    screen.print(f"{name}\n\n{describe(name).text}\n")
    rows = [[item.name, str(item.default), item.meaning] for item in settings_of(name)]
    screen.print(table(["setting", "default", "meaning"], rows))
