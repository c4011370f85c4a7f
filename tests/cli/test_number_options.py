"""Impossible numbers on the command line give exit code 2 and a message."""

from __future__ import annotations

import math
from collections.abc import Iterator

import click
import pytest

from benchbook.cli.main import cli, main
from benchbook.cli.options import Seconds, Share, Workers
from benchbook.errors import UsageError
from benchbook.limits import check_seconds, check_workers

BAD = {
    Workers: ["0", "-1", "1000000", "nan", "1.5", "9" * 30],
    Seconds: ["0", "-1", "nan", "inf", "1e300", "soon"],
    Share: ["-0.1", "1.1", "nan", "most"],
}


def options(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    """Yield all options of all commands, with the words that name them."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from options(command, *path, name)
        elif command is not None:
            for param in command.params:
                if isinstance(param, click.Option):
                    yield (*path, name), param


OPTIONS = list(options(cli))
CHECKED = [(words, option) for words, option in OPTIONS if type(option.type) in BAD]


@pytest.mark.parametrize(
    ("words", "option"), CHECKED, ids=[f"{' '.join(words)} {option.name}" for words, option in CHECKED]
)
def test_a_number_out_of_range_is_refused(
    words: tuple[str, ...], option: click.Option, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message names the option, the value and what was expected."""
    (name,) = option.opts
    for value in BAD[type(option.type)]:
        assert main([*words, name, value]) == 2
        said = capsys.readouterr().err
        assert f"{name} is " in said
        assert value in said
        assert "expected" in said


def test_processes_and_seconds_are_checked_wherever_they_are_given() -> None:
    """No command has its own type for processes or seconds, or one that accepts NaN."""
    for words, option in OPTIONS:
        if option.name in {"workers", "timeout", "timeout_s", "timeout_per_run", "interval"}:
            assert type(option.type) in {Workers, Seconds}, words
        assert not isinstance(option.type, click.FloatRange), (words, option.name)
    assert len(CHECKED) >= 12


@pytest.mark.parametrize("value", [0, -1, 10**6, 1.5, math.nan, "2", None, True])
def test_workers_in_python(value: object) -> None:
    """Python functions have the same limits, and the message names the argument."""
    with pytest.raises(UsageError, match=r"^workers is .*, expected"):
        check_workers("workers", value)


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 10**400, None, "soon"])
def test_seconds_in_python(value: object) -> None:
    """Python functions have the same limits, and the message names the argument."""
    with pytest.raises(UsageError, match=r"^timeout is .*, expected seconds > 0 and at most 1e\+08"):
        check_seconds("timeout", value)
