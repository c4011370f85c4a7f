"""First hits of the 51 standard targets, read from the lossless history of improvements."""

from __future__ import annotations

import numpy as np

from benchbook.records import History

# 10 ** (2, 1.8, ..., -8), as COCO has them
STANDARD_TARGETS: tuple[float, ...] = tuple(10.0 ** (k / 5) for k in range(10, -41, -1))
_FALLING = -np.array(STANDARD_TARGETS)


def target_hits(history: History, f_opt: float | None) -> tuple[int, ...] | None:
    """Return the evaluation at which each standard target was first hit, starting with the easiest, as far as hit.

    None if the optimum value is not known. As the best value only falls, no target is hit before an easier one.

    Examples:
        >>> history = History(evaluations=np.array([1, 7]), best_values=np.array([50.0, 0.99]))
        >>> hits = target_hits(history, 0.0)
        >>> len(hits), hits[0], hits[-1], STANDARD_TARGETS[len(hits) - 1]
        (11, 1, 7, 1.0)
    """
    if f_opt is None:
        return None
    rows = np.searchsorted(f_opt - history.best_values, _FALLING, side="left")
    hit = rows[rows < len(history.evaluations)]
    return tuple(history.evaluations[hit].tolist())
