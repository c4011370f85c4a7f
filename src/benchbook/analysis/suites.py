"""Suites that are judged in their own way, so that their results are never pooled with those of others.

The precision of a run with two objectives is a difference of hypervolumes, that of a run with constraints may contain
violations: neither is comparable with a difference of function values, and COCO has other targets for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.targets import BIOBJ_TARGETS, CONSTRAINED_TARGETS, STANDARD_TARGETS
from benchbook.errors import UsageError
from benchbook.typing import FloatArray

SINGLE = "one objective"
CONSTRAINED, BIOBJ = "bbob_constrained", "bbob_biobj"
TARGETS = MappingProxyType({SINGLE: STANDARD_TARGETS, CONSTRAINED: CONSTRAINED_TARGETS, BIOBJ: BIOBJ_TARGETS})


def suite_of(function: str) -> str:
    """Return the suite of a function that is judged in its own way, or `one objective`.

    Examples:
        >>> suite_of("bbob_biobj_f12"), suite_of("bbob_f12"), suite_of("sphere")
        ('bbob_biobj', 'one objective', 'one objective')
    """
    family = function.rpartition("_f")[0]
    return family if family in TARGETS else SINGLE


def suites_of(functions: Iterable[str]) -> list[str]:
    """Return the suites of functions, each once, in the order of appearance."""
    return list(dict.fromkeys(map(suite_of, functions)))


def targets_of(functions: Iterable[str]) -> FloatArray:
    """Return COCO's targets for functions of one suite; where there are several suites, or none, the standard 51.

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
        what: What has them, for the message.

    Raises:
        UsageError: They are of several suites.
    """
    suites = suites_of(functions)
    if len(suites) > 1:
        raise UsageError(
            f"{what} has functions of {len(suites)} suites ({', '.join(suites)}), expected one: their precisions are "
            "not comparable; choose functions of one"
        )
    return suites[0] if suites else SINGLE


def split(table: Columns) -> list[tuple[str, Columns]]:
    """Return the runs of each suite, in the order of appearance, with the optimizers and functions that they have."""
    suites = suites_of(table.functions)
    if len(suites) == 1:
        return [(suites[0], table)]
    place = np.array([suites.index(suite_of(name)) for name in table.functions], dtype=np.int64)
    rows = place[table.function] if len(table) else np.empty(0, dtype=np.int64)
    found = [(suite, np.flatnonzero(rows == number)) for number, suite in enumerate(suites)]
    return [(suite, _without_absent(table.pick(own))) for suite, own in found if len(own)]


def _without_absent(table: Columns) -> Columns:
    """Return runs without the names of optimizers and functions that have none."""
    optimizers, optimizer = np.unique(table.optimizer, return_inverse=True)
    functions, function = np.unique(table.function, return_inverse=True)
    return replace(
        table,
        optimizers=tuple(table.optimizers[code] for code in optimizers),
        functions=tuple(table.functions[code] for code in functions),
        optimizer=optimizer,
        function=function,
    )
