"""`benchbook problems`."""

from __future__ import annotations

import click

from benchbook.cli.options import json_option


@click.group("problems")
def command() -> None:
    """List the functions, or show one."""


@command.command("list")
@json_option("the names")
def list_(*, as_json: bool) -> None:
    """List the functions that can be run as they are."""
    import json

    from benchbook.cli.terminal import console, table
    from benchbook.problems import describe, names

    if as_json:
        click.echo(json.dumps(names()))
        return
    rows = []
    for name in names():
        info = describe(name)
        rows.append([name, "yes" if info.separable else "no", "yes" if info.multimodal else "no", info.formula])
    console().print(table(["function", "separable", "multimodal", "formula"], rows))


@command.command("show")
@click.argument("name")
@click.option("--dim", type=int, default=2, show_default=True, help="Number of variables.")
@click.option("--instance", type=int, default=None, help="Instance. [first one]")
def show(*, name: str, dim: int, instance: int | None) -> None:
    """Show what a function is: formula, bounds, optimum."""
    from benchbook.cli.terminal import console, facts
    from benchbook.problems import describe, problem

    info, made = describe(name), problem(name, dim=dim, instance=instance)
    rows = [
        ("function", name),
        ("formula", info.formula),
        ("separable", "yes" if info.separable else "no"),
        ("multimodal", "yes" if info.multimodal else "no"),
        ("problem", f"dim {dim}, instance {made.instance}"),
        ("bounds", f"{made.lower.min():g} to {made.upper.max():g}"),
        ("f_opt", "unknown" if made.f_opt is None else f"{made.f_opt:.10g}"),
    ]
    console().print(facts(rows))
