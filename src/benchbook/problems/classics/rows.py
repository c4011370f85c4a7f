"""Sums and products of variables, one after another: a point's value never depends on the points next to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TypeAlias

import numpy as np

from benchbook.typing import FloatArray

Rows: TypeAlias = Sequence[FloatArray]  # one array of shape `(n,)` for each variable


def total(rows: Rows) -> FloatArray:
    """Add rows one after another, so that a point's value does not depend on the points next to it.

    Examples:
        >>> total([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
        array([4., 6.])
    """
    added: FloatArray = reduce(np.add, rows)
    return added


def product(rows: Rows) -> FloatArray:
    """Multiply rows one after another.

    Examples:
        >>> product([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
        array([3., 8.])
    """
    multiplied: FloatArray = reduce(np.multiply, rows)
    return multiplied


def as_rows(points: FloatArray) -> Rows:
    """Return the variables of points `(n, dim)`, one array for each.

    Examples:
        >>> as_rows(np.array([[1.0, 2.0], [3.0, 4.0]]))[1]
        array([2., 4.])
    """
    return list(np.ascontiguousarray(points.T))
