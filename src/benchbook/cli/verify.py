"""`benchbook verify`."""

from __future__ import annotations

from pathlib import Path

import click

from benchbook.cli.options import artifact_argument
from benchbook.errors import ExitCode


@click.command("verify")
@artifact_argument()
def command(*, file: Path) -> int:
    """Run again from an artifact and compare.

    Prints "bit-identical" and ends with 0 where history, solution and counts agree to the last bit; else says what
    differs, in content, code, arithmetic and environment, and ends with 4.
    """
    from benchbook.artifacts.io import load
    from benchbook.studies.verify import verify

    result = verify(load(file))
    if result.identical:
        click.echo(f"bit-identical: {file}")
        for reason in result.reasons:
            click.echo(f"  although {reason}")
        return ExitCode.DONE
    click.echo(f"differs: {file}")
    for difference in result.differences:
        click.echo(f"  {difference}")
    reasons = result.reasons or (
        "nothing: same code, arithmetic and environment, so the optimizer is not deterministic",
    )
    click.echo("what else is not as it was then:")
    for reason in reasons:
        click.echo(f"  {reason}")
    return ExitCode.VERIFY_DIFFERS
