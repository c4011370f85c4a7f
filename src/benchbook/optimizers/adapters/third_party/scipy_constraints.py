"""Objective and constraints of a problem as SciPy asks for them: by two functions of the same points.

Benchbook evaluates both at each point. So a point that SciPy asks about for the first time, by whichever function, is
evaluated once, and later questions about it are answered from memory.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeAlias

import numpy as np

from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.typing import FloatArray

_REMEMBERED = 10_000  # points; more than any population or gradient asks about again


class EvaluateBoth:
    """What SciPy calls instead of `Evaluate` on a problem with constraints.

    Args:
        evaluate: Returns values of points, followed by those of their constraints.
        constraints: Number of constraints.
    """

    def __init__(self, evaluate: Evaluate, constraints: int) -> None:
        """Begin with nothing remembered."""
        self._evaluate = evaluate
        self._width = 1 + constraints
        self._memory: OrderedDict[bytes, FloatArray] = OrderedDict()

    @property
    def points(self) -> int:
        """Points evaluated so far."""
        return self._evaluate.points

    def one(self, x: FloatArray) -> float:
        """Return the objective of one point of shape `(dim,)`."""
        return float(self._rows(x[np.newaxis])[0, 0])

    def batch(self, x: FloatArray) -> FloatArray:
        """Return the objective of points of shape `(n, dim)`, shape `(n,)`."""
        return self._rows(x)[:, 0]

    def limits(self, x: FloatArray) -> FloatArray:
        """Return the constraints of one point `(dim,)`, shape `(k,)`, or of points `(dim, n)`, shape `(k, n)`."""
        return self._rows(x[np.newaxis])[0, 1:] if x.ndim == 1 else self._rows(x.T)[:, 1:].T

    def _rows(self, x: FloatArray) -> FloatArray:
        memory = self._memory
        keys = [point.tobytes() for point in np.ascontiguousarray(x, dtype=np.float64)]
        new = {key: row for row, key in enumerate(keys) if key not in memory}
        if new:
            found = self._evaluate.batch(x[list(new.values())])
            memory.update(zip(new, found, strict=True))
        rows = np.array([memory[key] for key in keys]).reshape(len(keys), self._width)
        while len(memory) > _REMEMBERED:
            memory.popitem(last=False)
        return rows


Asked: TypeAlias = Evaluate | EvaluateBoth


def constraints_of(evaluate: Asked) -> Any:
    """Return the constraints as SciPy takes them; none where there are none."""
    from scipy.optimize import NonlinearConstraint

    return [NonlinearConstraint(evaluate.limits, -np.inf, 0.0)] if isinstance(evaluate, EvaluateBoth) else ()
