"""Sphinx extension: the reference of the command line, from the commands themselves, so that it is complete."""

from __future__ import annotations

from typing import Any

import click

from benchbook.cli.main import cli

PAGE = "reference/cli"
SLOT = "<!-- benchbook: commands -->"


def setup(app: Any) -> dict[str, bool]:
    """Fill the slot when the page is read, and read the page in every build, as the commands may have changed."""
    app.connect("source-read", _fill)
    app.connect("env-get-outdated", _outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _outdated(_app: Any, environment: Any, *_: Any) -> list[str]:
    return [PAGE] if PAGE in environment.all_docs else []


def _fill(_app: Any, name: str, content: list[str]) -> None:
    if name == PAGE:
        content[0] = content[0].replace(SLOT, commands_page(cli))


def commands_page(group: click.Group) -> str:
    """Return one section a command, in MyST: its usage and help, as `--help` prints them."""
    return "\n".join(_section(path, command) for path, command in walk(group, ("benchbook",)))


def walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    """Return a command and all below it, with their names."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        with click.Context(command, info_name=path[-1]) as context:
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                if below is not None:
                    found += walk(below, (*path, name))
    return found


def _section(path: tuple[str, ...], command: click.Command) -> str:
    # 88 columns: what a page shows without scrolling.
    parent: click.Context | None = None
    for name in path[:-1]:
        parent = click.Context(click.Group(name), parent=parent, info_name=name, **cli.context_settings)
    with click.Context(command, parent=parent, info_name=path[-1], max_content_width=88, terminal_width=88) as context:
        text = command.get_help(context)
    level = "##" if len(path) <= 2 else "###"
    return f"{level} `{' '.join(path)}`\n\n``````text\n{text}\n``````\n"
