"""`benchbook params`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from benchbook.cli.options import json_option, print_json


@click.group("params")
def command() -> None:
    """List and show parameter sets, and print their paths."""


@command.command("list")
@json_option("the sets")
def list_(*, as_json: bool) -> None:
    """List the presets with aliases, purpose, and number of runs."""
    from benchbook.cli.terminal import console, table
    from benchbook.errors import ParamsError
    from benchbook.params import ALIASES, PRESETS, load, preset_path, purpose, size

    rows: list[dict[str, Any]] = []
    for preset in PRESETS:
        try:
            runs, evaluations = size(load(preset))
            unreadable = None
        except ParamsError as error:
            runs, evaluations, unreadable = None, None, str(error)
        aliases = [alias for alias, name in ALIASES.items() if name == preset]
        path = preset_path(preset)
        rows.append(
            {
                "preset": preset,
                "aliases": aliases,
                "runs": runs,
                "evaluations": evaluations,
                "purpose": purpose(path) if unreadable is None else f"unreadable: {unreadable}",
                "file": str(path),
            }
        )
    if as_json:
        print_json(rows)
        return
    headers = ["preset", "also", "runs", "evaluations at most", "for"]
    texts = [
        [r["preset"], ", ".join(r["aliases"]), _count(r["runs"]), _count(r["evaluations"]), r["purpose"]] for r in rows
    ]
    console().print(table(headers, texts, right=headers[2:4]))
    click.echo("runs and evaluations: of each optimizer; benchbook params show NAME shows every field")


@command.command("show")
@click.argument("which", metavar="[NAME|FILE]", default="quick")
@click.option("-p", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a parameter; may be repeated.")
@json_option("the fields")
def show(*, which: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show every field of a parameter set with value, source and meaning.

    A value given with -p overrides the preset or file. The default is the preset quick.
    """
    from benchbook.cli.terminal import console, table
    from benchbook.params import described

    fields = described(which, overrides)
    if as_json:
        print_json(fields)
        return
    rows = [[field.name, _text(field.value), _near(field.source), field.meaning] for field in fields]
    console().print(table(["field", "value", "from", "meaning"], rows))


@command.command("path")
@click.argument("which", metavar="[NAME|FILE]", default="quick")
def path_(*, which: str) -> None:
    """Print the path of a parameter set, for papermill -f."""
    from benchbook.params import preset_path

    click.echo(str(preset_path(which)))


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _text(value: Any) -> str:
    """Return a value as one would write it in YAML."""
    import yaml

    return yaml.safe_dump(value, default_flow_style=True, width=10_000).removesuffix("...\n").strip()


def _near(source: str) -> str:
    return source.replace(f"{Path.cwd()}/", "")
