"""The catalog: every function by its name."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable

from benchbook.errors import UsageError, unknown_name
from benchbook.importing.objects import is_place
from benchbook.problems.applied import APPLIED, applied_problem
from benchbook.problems.bbob import NOISY, BbobProblem, NoisyBbobProblem
from benchbook.problems.bbob import table as bbob_table
from benchbook.problems.callables.announced import announced
from benchbook.problems.callables.digests import digest_code
from benchbook.problems.callables.registered import own_function
from benchbook.problems.classics.table import CLASSICS, classic_problem
from benchbook.problems.coco import SUITES, SuiteProblem
from benchbook.problems.info import ProblemInfo, check_dim, check_instance
from benchbook.problems.instance import TextbookProblem
from benchbook.problems.suites.biobj import BIOBJ, BiobjProblem
from benchbook.problems.suites.constrained import CONSTRAINED, ConstrainedProblem
from benchbook.problems.textbook_table import TEXTBOOK
from benchbook.protocols import Problem

_INFOS = (
    {name: item.info for name, item in TEXTBOOK.items()}
    | bbob_table.BBOB
    | NOISY
    | SUITES
    | CONSTRAINED
    | BIOBJ
    | CLASSICS
    | APPLIED
)
_GROUPS = tuple(dict.fromkeys(info.family for info in _INFOS.values()))
_registered: dict[str, tuple[ProblemInfo, Callable[[int, int], Problem]]] = {}


def problem(name: str, dim: int, instance: int | None = None) -> Problem:
    """Create a problem: a function with a dimension and an instance.

    Args:
        name: Name of the function; `names()` lists them. `package.module:name` refers to a `bb.function`.
        dim: Number of variables.
        instance: Instance number. None means the first instance: 0, the function as in textbooks, or 1 for BBOB and the
            applied problems, whose instances start at 1.

    Raises:
        UnknownNameError: There is no function `name`; the message suggests similar names.
        UsageError: The function is not defined for `dim` or `instance`.
        MissingExtraError: The library that evaluates the function is not installed.

    Examples:
        >>> problem("sphere", dim=2)
        TextbookProblem('sphere', dim=2, instance=0)
    """
    info = describe(name)
    dim = check_dim(info, dim)
    instance = check_instance(info, instance)
    if _is_own(name):
        return own_function(name).problem(name, dim, instance)
    if name in _registered:
        return _registered[name][1](dim, instance)
    if name in TEXTBOOK:
        return TextbookProblem(name, dim, instance)
    if name in NOISY:
        return NoisyBbobProblem(name, dim, instance)
    if name in SUITES:
        return SuiteProblem(name, dim, instance)
    if name in CONSTRAINED:
        return ConstrainedProblem(name, dim, instance)
    if name in BIOBJ:
        made: Problem = BiobjProblem(name, dim, instance)
        return made
    if name in CLASSICS:
        return classic_problem(name, dim, instance)
    if name in APPLIED:
        return applied_problem(name, dim, instance)
    return BbobProblem(name, dim, instance)


def names() -> list[str]:
    """Return the names of all functions: textbook, BBOB with and without noise, further suites, applied, your own.

    Your own are those that were registered in this process, and those that installed packages announce by an entry
    point of the group `benchbook.functions`.

    Examples:
        >>> names()[:2], len(names()) >= 34
        (['sphere', 'ellipsoid'], True)
    """
    return [*_INFOS, *_registered, *(name for name in sorted(announced()) if name not in _INFOS)]


def shipped_names() -> list[str]:
    """Return the names of the functions that benchbook has itself.

    Examples:
        >>> "sphere" in shipped_names()
        True
    """
    return list(_INFOS)


def is_loaded(name: str) -> bool:
    """Return whether a function is known without importing a module.

    These are the functions of `names()`, and your own in modules that are already imported.

    Examples:
        >>> is_loaded("sphere"), is_loaded("my_module:valley")
        (True, False)
    """
    return name in names() or (is_place(name) and name.partition(":")[0] in sys.modules)


def describe(name: str) -> ProblemInfo:
    """Return what is known about a function.

    Raises:
        UnknownNameError: There is no function `name`; the message suggests similar names.
        UsageError: `name` is not a text.

    Examples:
        >>> describe("rastrigin").multimodal
        True
    """
    if _is_own(name):
        return own_function(name).info(name)
    here = [*_INFOS, *_registered]
    _check_name(name, here if name in here else names())
    return _registered[name][0] if name in _registered else _INFOS[name]


def expand(wanted: str | Iterable[str]) -> list[str]:
    """Return the functions that names and groups stand for, each once, in the given order.

    Groups are `textbook` (all ten), `bbob`, `bbob_largescale` and `bbob_mixint` (all 24 each), `bbob_noisy` (all 30),
    `bbob_constrained` (all 54), `bbob_biobj` (all 92), `cec2006` (all 24), `engineering` (four designs), `zdt` (five),
    `dtlz` (six), `mixed` (three), and `applied`.

    Raises:
        UnknownNameError: A name is neither a function nor a group.
        UsageError: A name is not a text.

    Examples:
        >>> expand(["rastrigin", "bbob"])[:3]
        ['rastrigin', 'bbob_f1', 'bbob_f2']
    """
    found: dict[str, None] = {}
    for name in [wanted] if isinstance(wanted, str) else wanted:
        if name in _GROUPS:
            found.update(dict.fromkeys(item for item, info in _INFOS.items() if info.family == name))
        elif _is_own(name):
            own_function(name)
            found[name] = None
        else:
            found[_check_name(name, [*_GROUPS, *names()])] = None
    return list(found)


def register(info: ProblemInfo, make: Callable[[int, int], Problem]) -> None:
    """Add your own function to the catalog of this process.

    Args:
        info: Its description, with its name.
        make: Makes the problem: `make(dim, instance)`, both checked against the description.

    Raises:
        UsageError: The name is taken or empty, or `make` cannot be called.
    """
    if not info.name or info.name in names() or info.name in _GROUPS:
        raise UsageError(f"name is {info.name!r}, expected one that is neither empty nor in the catalog already")
    if not callable(make):
        raise UsageError(f"make is {make!r}, expected something that can be called with dim and instance")
    _registered[info.name] = (info, make)


def digest(problem: Problem) -> str:
    """Return the SHA-256 (hex) of the code that determines a problem's values.

    A problem may have a method `digest() -> str` for it; otherwise its class and its attributes count.

    Examples:
        >>> digest(problem("sphere", dim=2)) == digest(problem("sphere", dim=3))
        True
    """
    own = getattr(problem, "digest", None)
    if inspect.ismethod(own) or inspect.isfunction(own):
        return str(own())
    return digest_code(problem)


def _is_own(name: object) -> bool:
    """Return whether a name is the path of your own function, or one that a package announces."""
    if not isinstance(name, str) or name in _INFOS or name in _registered:
        return False
    return is_place(name) or name in announced()


def _check_name(name: str, known: list[str]) -> str:
    if not isinstance(name, str):
        raise UsageError(f"function is {name!r}, expected a name such as 'sphere'")
    if name not in known:
        raise unknown_name("function", name, known)
    return name
