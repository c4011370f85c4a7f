"""`benchbook diff`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.errors import ExitCode


@click.command("diff")
@click.argument("a", type=click.Path(path_type=Path), metavar="A")
@click.argument("b", type=click.Path(path_type=Path), metavar="B")
def command(*, a: Path, b: Path) -> int:
    """Explain why a number changed between two runs.

    A and B are run artifacts. Lists the differences in the requested run, in the content, and in code, settings,
    libraries and arithmetic. Exit code 0: the contents are the same; 4: they differ.
    """
    from benchbook.artifacts.io import load
    from benchbook.studies.verify.diff import differences

    found = differences(load(a), load(b))
    if found.identical:
        click.echo("the contents are identical")
    else:
        click.echo("the contents differ:")
        for text in found.content:
            click.echo(f"  {text}")
    click.echo("what else differs:" if found.circumstances else "nothing else differs")
    for text in found.circumstances:
        click.echo(f"  {text}")
    if not found.identical and not found.asked and not found.circumstances:
        click.echo("so the optimizer is not deterministic")
    return ExitCode.DONE if found.identical else ExitCode.VERIFY_DIFFERS
