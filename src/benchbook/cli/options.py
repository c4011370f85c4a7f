"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from benchbook.errors import StorageError, UsageError

F = TypeVar("F", bound=Callable[..., Any])


class Whole(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """A whole number, which may be written as `1e4`."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        from benchbook.whole_numbers import whole

        try:
            return int(value)
        except ValueError:
            with suppress(ValueError):
                number = whole(float(value))
                if isinstance(number, int):
                    return number
            return self.fail(f"{value!r} is not a valid integer.", param, ctx)


class _Checked(click.ParamType):  # type: ignore[type-arg]  # generic in the newest click only
    """A number with limits; what is wrong with it is said in the words of the check."""

    def check(self, name: str, value: Any) -> Any:
        """Return the number, or raise `UsageError`."""
        raise NotImplementedError

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        try:
            return self.check(self.name if param is None else param.opts[0], value)
        except UsageError as error:
            return self.fail(str(error), param, ctx)


class Seconds(_Checked):
    """A number of seconds that a timer can measure."""

    name = "seconds"

    def __init__(self, least_s: float | None = None) -> None:
        """Allow any above 0, or those from a least one."""
        self._least_s = least_s

    def check(self, name: str, value: Any) -> float:
        """Return the number, or raise `UsageError`."""
        from benchbook.limits import check_seconds

        return check_seconds(name, value, self._least_s)


class Workers(_Checked):
    """A number of processes."""

    name = "integer"

    def check(self, name: str, value: Any) -> int:
        """Return the number, or raise `UsageError`."""
        from benchbook.limits import check_workers

        with suppress(ValueError):
            value = int(value)
        return check_workers(name, value)


class Share(_Checked):
    """A number from 0 to 1."""

    name = "share"

    def check(self, name: str, value: Any) -> float:
        """Return the number, or raise `UsageError`."""
        try:
            share = float(value)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise UsageError(f"{name} is {value!r}, expected a number from 0 to 1")
        return share


def json_option(what: str) -> Callable[[F], F]:
    """Return the option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON.")


def json_text(value: Any) -> str:
    """Return JSON values, dataclasses and NumPy arrays as indented JSON."""
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode()


def print_json(value: Any) -> None:
    """Print JSON values, dataclasses and NumPy arrays as indented JSON."""
    click.echo(json_text(value))


def tracking_options(function: F) -> F:
    """Add the options `--no-track` and `--tensorboard`."""
    track = click.option("--no-track", is_flag=True, help="Do not track the work as a pipeline; see: benchbook track.")
    folder = click.Path(path_type=Path, file_okay=False)
    mirror = click.option(
        "--tensorboard", type=folder, default=None, help="Mirror the pipeline to this folder for TensorBoard."
    )
    return track(mirror(function))


def check_tracking(*, no_track: bool, tensorboard: Path | None) -> None:
    """Check that the options of `tracking_options` are compatible.

    Raises:
        UsageError: A mirror is requested without tracking.
    """
    if no_track and tensorboard is not None:
        raise UsageError("--tensorboard mirrors a tracked pipeline: it cannot be combined with --no-track")


def artifact_argument() -> Callable[[F], F]:
    """Return the argument FILE: an artifact."""
    return click.argument("file", type=click.Path(path_type=Path))


def settings_from(texts: Sequence[str]) -> dict[str, Any]:
    """Return settings from texts `key=value`; values are read as YAML.

    Raises:
        UsageError: A text is not of this form.
    """
    from benchbook.params.load import override

    return dict(override({}, texts))


def check_writable(path: Path) -> None:
    """Check before the work that the result can be written.

    Raises:
        UsageError: The path does not have the suffix of an artifact.
        StorageError: The folder cannot be made or written to.
    """
    import os
    import tempfile

    from benchbook.artifacts.codec import suffix_of

    suffix_of(path)
    if path.is_dir():
        raise UsageError(f"{path} is a folder, expected a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
