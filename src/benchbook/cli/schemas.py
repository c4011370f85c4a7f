"""`benchbook schemas`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from benchbook.errors import ExitCode
from benchbook.files import write_atomic


@click.group("schemas")
def command() -> None:
    """Write or check the JSON Schemas."""


@command.command("write")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("schemas"))
def write(*, folder: Path) -> None:
    """Generate the schemas from the models and write them to FOLDER."""
    for name, text in _schemas().items():
        write_atomic(folder / name, text.encode())
        click.echo(str(folder / name))


@command.command("check")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("schemas"))
def check(*, folder: Path) -> int:
    """Check that the schemas in FOLDER match the models."""
    expected = _schemas()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.schema.json")}
    wrong = [name for name in sorted(expected.keys() | there.keys()) if expected.get(name) != there.get(name)]
    for name in wrong:
        state = "missing" if name not in there else "of no model" if name not in expected else "not that of its model"
        click.echo(f"{folder / name}: {state}; run: benchbook schemas write {folder}", err=True)
    return ExitCode.FAILED if wrong else ExitCode.DONE


def _schemas() -> dict[str, str]:
    from benchbook.artifacts.models import registry as artifacts
    from benchbook.params import model as params

    made: dict[str, Any] = {name: artifacts.json_schema(kind) for kind, name in artifacts.FILE_NAMES.items()}
    made.update({name: artifacts.record_schema(name) for name in artifacts.RECORDS})
    made[params.FILE_NAME] = params.json_schema()
    return {name: json.dumps(value, indent=2, ensure_ascii=False) + "\n" for name, value in made.items()}
