"""Errors that benchbook raises on purpose.

Every one of them derives from `BenchbookError`, carries a message that names the argument, what was expected
and what was given, and knows the exit code with which the command line ends.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from enum import IntEnum

_SHORTEST_PART = 3  # shorter texts are contained in too many names


class ExitCode(IntEnum):
    """The exit codes of the whole command line.

    Examples:
        >>> int(ExitCode.INVALID_ARTIFACT)
        3
    """

    DONE = 0
    FAILED = 1
    USAGE = 2
    INVALID_ARTIFACT = 3
    VERIFY_DIFFERS = 4
    COMPARE_WORSE = 5
    SPEC_CHECK = 6
    INCOMPLETE = 7


class BenchbookError(Exception):
    """Root of all errors raised by benchbook."""

    exit_code: ExitCode = ExitCode.FAILED


class UsageError(BenchbookError, ValueError):
    """An argument, setting or parameter is wrong; nothing has been computed or written."""

    exit_code = ExitCode.USAGE


class UnknownNameError(UsageError, LookupError):
    """A name is not in the catalog it was looked up in."""


class ParamsError(UsageError):
    """A parameter file or override is not valid."""


class ShapeError(BenchbookError, ValueError):
    """An array has another shape than its protocol asks for."""


class ObjectiveError(BenchbookError):
    """The objective raised, or did not return one number per point.

    Attributes:
        partial: Values of the points of the batch that were evaluated before, in order.
    """

    def __init__(self, message: str, partial: Sequence[float] = ()) -> None:
        """Keep the values that were obtained before the failure."""
        super().__init__(message)
        self.partial = partial


class ArtifactError(BenchbookError):
    """An artifact is damaged, does not match its schema, or is of a newer schema version."""

    exit_code = ExitCode.INVALID_ARTIFACT


class StorageError(BenchbookError, OSError):
    """A file or folder cannot be read or written."""


class ClaimsFailedError(BenchbookError):
    """At least one claim of a spec does not hold."""


class ExecutionError(BenchbookError):
    """A notebook or a child process ended before its work was done."""


class WorkerLostError(ExecutionError):
    """The worker process ended, or was ended because it exceeded its time limit.

    Attributes:
        timed_out: Whether it was ended because it exceeded its time limit.
        after_s: Seconds until then; None if it ended by itself.
    """

    def __init__(self, message: str, *, timed_out: bool = False, after_s: float | None = None) -> None:
        """Keep why it ended."""
        super().__init__(message)
        self.timed_out = timed_out
        self.after_s = after_s


class TimeUp(BaseException):  # an objective's own `except Exception` must not swallow it  # no error
    """Raised in a run that exceeds its time limit within one call; the run ends with its results so far.

    Attributes:
        partial: Values of the points of the batch that were evaluated before, in order.
    """

    def __init__(self) -> None:
        """Start without values; a problem that evaluates point by point adds those it has."""
        super().__init__()
        self.partial: Sequence[float] = ()


class KernelError(BenchbookError, ImportError):
    """The compiled kernel is missing, or was built for another version of benchbook."""


class MissingExtraError(BenchbookError, ImportError):
    """An optional library is not installed; the message says how to install it."""


def unicode_of(text: str) -> str:
    """Return a text with what UTF-8 cannot hold, such as parts of odd file names, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names that are most similar to `name`, best first; those that contain it come first.

    Examples:
        >>> nearest("manta", ["random_search", "manta_ray_foraging"])
        ['manta_ray_foraging']
        >>> nearest("rastrign", ["sphere", "rastrigin", "ackley"])
        ['rastrigin']
    """
    by_lower = {item.lower(): item for item in known}
    wanted = name.lower()
    containing = [item for item in by_lower if len(wanted) >= _SHORTEST_PART and wanted in item]
    similar = difflib.get_close_matches(wanted, by_lower, n=limit, cutoff=0.5)
    return [by_lower[item] for item in dict.fromkeys([*containing, *similar])][:limit]


_MOST_NAMES = 24  # that an error lists


def unknown_name(kind: str, name: str, known: Iterable[str], hint: str = "") -> UnknownNameError:
    """Build the error for a name that is not in its catalog, with the nearest names, or else the first of all.

    Examples:
        >>> print(unknown_name("function", "sfere", ["sphere", "ackley"]))
        unknown function 'sfere'; did you mean 'sphere'?
        >>> print(unknown_name("column", "x", (f"run {k}" for k in range(10, 99))))  # doctest: +ELLIPSIS
        unknown column 'x'; known are run 10, run 11, ..., run 33 and 65 more
    """
    known = list(dict.fromkeys(known))
    close = nearest(name, known)
    if close:
        message = f"unknown {kind} {name!r}; did you mean {' or '.join(repr(item) for item in close)}?"
    else:
        shown = sorted(known)[:_MOST_NAMES]
        more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
        message = f"unknown {kind} {name!r}; known are {', '.join(shown) or 'none'}{more}"
    return UnknownNameError(f"{message} {hint}".rstrip())


def text_of(error: BaseException) -> str:
    """Return what an arbitrary exception says, as text that UTF-8 can hold; its name if it says nothing.

    Examples:
        >>> text_of(ValueError("too large")), text_of(ValueError())
        ('too large', 'ValueError')
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # its `__str__` may raise anything
        return f"{type(error).__name__} (it cannot be shown as text)"
    return unicode_of(text) or type(error).__name__
