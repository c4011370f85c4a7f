"""Which values are equal: those whose difference is one of rounding, or below what is measured."""

from __future__ import annotations

import numpy as np

from benchbook.typing import FloatArray

HARDEST_TARGET = 1e-8
# An evaluation is a sum around f_opt, which rounds its last bits: up to some 1e-13 where f_opt is 1,000.
ROUNDING = 1e-12


def tied(values: FloatArray) -> FloatArray:
    """Return values with equal ones made the same number, shape `(n,)`; NaN and infinities stay.

    Values within the hardest target of 0 are equal, and so are neighbours that differ by no more than rounding.

    Examples:
        >>> tied(np.array([2.8e-14, 0.3, 0.1 + 0.2, 0.0, 0.31])).tolist()
        [0.0, 0.3, 0.3, 0.0, 0.31]
    """
    if not len(values):
        return values
    solved = np.where(np.abs(values) <= HARDEST_TARGET, 0.0, values)
    order = np.argsort(solved, kind="stable")
    ordered = solved[order]
    with np.errstate(invalid="ignore"):
        near_by = np.diff(ordered) <= ROUNDING * np.maximum(1.0, np.abs(ordered[1:]))
    same = (ordered[1:] == ordered[:-1]) | (near_by & np.isfinite(ordered[1:]))
    first = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(values)), 0))
    found = np.empty_like(ordered)
    found[order] = ordered[first]
    return found
