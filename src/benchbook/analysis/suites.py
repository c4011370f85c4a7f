"""Suites with measures of their own, whose results are never pooled with those of other suites.

The precision of a run with two objectives is a difference of hypervolumes, and that of a run with constraints may
contain violations. Neither is comparable with a difference of function values, and COCO has different targets for each.
The problems of the literature, and your own functions, have those of the suite with the same kind of measure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.targets import BIOBJ_TARGETS, CONSTRAINED_TARGETS, STANDARD_TARGETS
from benchbook.errors import BenchbookError, UsageError
from benchbook.problems.catalog import describe, is_loaded, problem, shipped_names
from benchbook.protocols import constraints_of, objectives_of
from benchbook.typing import FloatArray

SINGLE = "one objective"
CONSTRAINED, BIOBJ = "bbob_constrained", "bbob_biobj"
OWN_CONSTRAINED, OWN_BIOBJ = "own functions with constraints", "own functions with two objectives"
_CONSTRAINED = (CONSTRAINED, "cec2006", "engineering", OWN_CONSTRAINED)
_BIOBJ = (BIOBJ, "zdt", "dtlz", OWN_BIOBJ)
TARGETS = MappingProxyType(
    {
        SINGLE: STANDARD_TARGETS,
        **dict.fromkeys(_CONSTRAINED, CONSTRAINED_TARGETS),
        **dict.fromkeys(_BIOBJ, BIOBJ_TARGETS),
    }
)
# Targets of tables; the last one is the hardest that COCO's tables have.
TABLE_TARGETS = MappingProxyType(
    {
        SINGLE: (1e1, 1e0, 1e-1, 1e-3, 1e-5, 1e-8),
        **dict.fromkeys(_CONSTRAINED, (1e1, 1e0, 1e-1, 1e-3, 1e-5, 1e-6)),
        **dict.fromkeys(_BIOBJ, (1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5)),
    }
)


def suite_of(function: str) -> str:
    """Return the suite of a function if it has its own measures, otherwise `one objective`.

    A function of your own is asked for its constraints and objectives if its module is imported. It is not imported for
    this, because its name may come from a file of somebody else.

    Examples:
        >>> suite_of("bbob_biobj_f12"), suite_of("bbob_f12"), suite_of("zdt1")
        ('bbob_biobj', 'one objective', 'zdt')
    """
    return _families().get(function) or _suite_of_own(function)


@cache
def _families() -> dict[str, str]:
    described = map(describe, shipped_names())
    return {info.name: info.family if info.family in TARGETS else SINGLE for info in described}


def _suite_of_own(function: str) -> str:
    if not is_loaded(function):
        return SINGLE
    try:
        info = describe(function)
        made = problem(function, info.dims[0] if info.dims else info.min_dim)
    except BenchbookError:  # a name in a file need not be that of a function
        return SINGLE
    if objectives_of(made) > 1:
        return OWN_BIOBJ
    return OWN_CONSTRAINED if constraints_of(made) else SINGLE


def suites_of(functions: Iterable[str]) -> list[str]:
    """Return the suites of functions, each once, in the order of appearance."""
    return list(dict.fromkeys(map(suite_of, functions)))


def targets_of(functions: Iterable[str]) -> FloatArray:
    """Return COCO's targets for functions of one suite; for several suites or none, the standard 51.

    Examples:
        >>> [len(targets_of([name])) for name in ("bbob_f1", "bbob_constrained_f1", "bbob_biobj_f1")]
        [51, 41, 58]
    """
    suites = suites_of(functions)
    return TARGETS[suites[0]] if len(suites) == 1 else STANDARD_TARGETS


def one_suite(functions: Iterable[str], what: str) -> str:
    """Return the suite of all functions.

    Args:
        functions: Their names.
        what: What contains them, for the message.

    Raises:
        UsageError: They belong to several suites.
    """
    suites = suites_of(functions)
    if len(suites) > 1:
        raise UsageError(
            f"{what} has functions of {len(suites)} suites ({', '.join(suites)}), expected one: their precisions are "
            "not comparable; choose functions of one"
        )
    return suites[0] if suites else SINGLE


def split(table: Columns) -> list[tuple[str, Columns]]:
    """Return the runs of each suite in order of appearance, with their optimizers and functions."""
    suites = suites_of(table.functions)
    if len(suites) == 1:
        return [(suites[0], table)]
    place = np.array([suites.index(suite_of(name)) for name in table.functions], dtype=np.int64)
    rows = place[table.function] if len(table) else np.empty(0, dtype=np.int64)
    found = [(suite, np.flatnonzero(rows == number)) for number, suite in enumerate(suites)]
    return [(suite, _without_absent(table.pick(own))) for suite, own in found if len(own)]


def _without_absent(table: Columns) -> Columns:
    """Return the runs without the names of optimizers and functions that have no runs."""
    optimizers, optimizer = np.unique(table.optimizer, return_inverse=True)
    functions, function = np.unique(table.function, return_inverse=True)
    return replace(
        table,
        optimizers=tuple(table.optimizers[code] for code in optimizers),
        functions=tuple(table.functions[code] for code in functions),
        optimizer=optimizer,
        function=function,
    )
