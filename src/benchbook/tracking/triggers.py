"""When loggers of the field write a line: at evaluations spaced evenly on a log scale, and at targets.

As a history of improvements is lossless, triggers are a view of it, taken afterwards.
"""

from __future__ import annotations

import numpy as np

from benchbook.records import History
from benchbook.typing import FloatArray, IntArray

_PER_DECADE = 20
_OF_DIMENSION = (1, 2, 5)


def evaluation_triggers(budget: int, dim: int) -> IntArray:
    """Return the evaluations up to `budget` at which COCO's loggers write, rising, shape `(k,)`.

    These are the whole parts of 10 ** (i / 20), and dim x (1, 2, 5, 10, 20, 50, ...).

    Examples:
        >>> evaluation_triggers(12, 3).tolist()
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]
    """
    decades = int(np.ceil(np.log10(max(budget, 1)))) + 1
    spaced = np.floor(10.0 ** (np.arange(decades * _PER_DECADE + 1) / _PER_DECADE))
    of_dimension = dim * np.outer(10.0 ** np.arange(decades), _OF_DIMENSION).ravel()
    found = np.unique(np.concatenate([spaced, of_dimension])).astype(np.int64)
    return found[found <= budget]


def best_at(history: History, evaluations: IntArray) -> FloatArray:
    """Return the best value after each number of evaluations; infinite before the first finite value.

    Examples:
        >>> history = History(evaluations=np.array([2, 5]), best_values=np.array([3.0, 1.0]))
        >>> best_at(history, np.array([1, 2, 4, 9])).tolist()
        [inf, 3.0, 3.0, 1.0]
    """
    rows = np.searchsorted(history.evaluations, evaluations, side="right")
    return np.concatenate(([np.inf], history.best_values))[rows]
