"""When loggers such as COCO's write a line: at evaluations spaced evenly on a log scale, and at targets.

As a history of improvements is lossless, the best value at triggers can be computed from it afterwards. It does not
contain the value and the point of the evaluation at a trigger itself: `AtTriggers` records these during the run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from benchbook.observers.trace_rows import Columns
from benchbook.records import History
from benchbook.typing import FloatArray, IntArray

_PER_POWER_OF_TEN = 20
_OF_DIMENSION = (1, 2, 5)
_FLOOR = 1e-8  # COCO's hardest target, except for an exact hit
_EVERY = 100_000
_ROUNDING = 1e-9  # rounding of powers and logarithms at whole numbers
BY_EVALUATIONS, BY_TARGETS = 1, 2
_Row: TypeAlias = tuple[int, float, float, int]


def evaluation_triggers(budget: int, dim: int) -> IntArray:
    """Return the evaluations up to `budget` at which COCO's loggers write, rising, shape `(k,)`.

    These are the whole parts of 10 ** (i / 20), and dim x (1, 2, 5, 10, 20, 50, ...).

    Examples:
        >>> evaluation_triggers(12, 3).tolist()
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]
    """
    powers = int(np.ceil(np.log10(max(budget, 1)))) + 1
    spaced = np.floor(10.0 ** (np.arange(powers * _PER_POWER_OF_TEN + 1) / _PER_POWER_OF_TEN) + _ROUNDING)
    of_dimension = dim * np.outer(10.0 ** np.arange(powers), _OF_DIMENSION).ravel()
    found = np.unique(np.concatenate([spaced, of_dimension])).astype(np.int64)
    return found[found <= budget]


def target_level(precision: float) -> float:
    """Return the number of the hardest of COCO's targets 10 ** (k / 20) that a precision reaches.

    Below 1e-8 there is only the exact hit, minus infinity.

    Examples:
        >>> target_level(1.0), target_level(0.99), target_level(1e-12), target_level(0.0)
        (0, 0, -160, -inf)
    """
    if precision <= 0.0:
        return -math.inf
    if not math.isfinite(precision):
        return math.inf
    return math.ceil(_PER_POWER_OF_TEN * math.log10(max(precision, _FLOOR)) - _ROUNDING)


def best_at(history: History, evaluations: IntArray) -> FloatArray:
    """Return the best value after each number of evaluations; infinite before the first finite value.

    Examples:
        >>> history = History(evaluations=np.array([2, 5]), best_values=np.array([3.0, 1.0]))
        >>> best_at(history, np.array([1, 2, 4, 9])).tolist()
        [inf, 3.0, 3.0, 1.0]
    """
    rows = np.searchsorted(history.evaluations, evaluations, side="right")
    return np.concatenate(([np.inf], history.best_values))[rows]


class AtTriggers:
    """Keeps the evaluations at which COCO's loggers write: their value, the best one, and on request the point.

    The column `trigger` has the reason for a row: 1 by evaluations (a line of COCO's `.tdat`), 2 by targets (of its
    `.dat`,
    where also each 100,000th evaluation has a line), 3 by both. First and last evaluation have rows of both.

    Examples:
        >>> chunks = []
        >>> recorder = AtTriggers(chunks.append, budget=30, dim=2, f_opt=0.0)
        >>> recorder.observe(0, np.zeros((30, 2)), np.linspace(3.0, 2.9, 30), True)
        >>> recorder.end()
        >>> chunks[0]["evaluations"].tolist()
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 25, 28, 30]
        >>> chunks[0]["trigger"].tolist()
        [3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]
    """

    def __init__(
        self, write: Callable[[Columns], None], *, budget: int, dim: int, f_opt: float | None, points: bool = False
    ) -> None:
        """Start empty.

        Args:
            write: Gets the columns `evaluations`, `value`, `best`, `trigger`, and with `points` also `point`.
            budget: Evaluations of the run at most.
            dim: Number of variables.
            f_opt: Value at the optimum; None: there are no target triggers.
            points: Whether to keep the points.
        """
        self._write = write
        regular = np.arange(_EVERY, budget + 1, _EVERY)
        by_evaluations = evaluation_triggers(budget, dim)
        moments = np.unique(np.concatenate(([1], by_evaluations, regular)))
        why = np.isin(moments, by_evaluations) * BY_EVALUATIONS | np.isin(moments, [1, *regular]) * BY_TARGETS
        self._moments = [*zip(moments.tolist(), why.tolist(), strict=True)][::-1]  # in reverse order
        self._next = 1
        self._f_opt = f_opt
        self._level = math.inf
        self._best = math.inf
        self._with_points = points
        self._rows: list[_Row] = []
        self._points: list[FloatArray] = []
        self._last: tuple[_Row, FloatArray | None] | None = None
        self._written = 0

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Keep what is at a trigger in a batch; see `benchbook.protocols.Observer`."""
        end = evaluations + len(fx)
        if improved or end >= self._next:
            self._observe(evaluations, x, fx, improved)
        row = (end, fx[-1].item(), self._best, BY_EVALUATIONS | BY_TARGETS)
        self._last = (row, x[-1].copy() if self._with_points else None)

    def flush(self) -> None:
        """Pass on the rows."""
        if not self._rows:
            return
        evaluations, values, best, triggers = zip(*self._rows, strict=True)
        columns = {
            "evaluations": np.array(evaluations, dtype=np.int64),
            "value": np.array(values),
            "best": np.array(best),
            "trigger": np.array(triggers, dtype=np.int64),
        }
        if self._with_points:
            columns["point"] = np.array(self._points)
        self._written = evaluations[-1]
        self._rows.clear()
        self._points.clear()
        self._write(columns)

    def end(self) -> None:
        """Add the last evaluation, if it is missing, and pass on the rows."""
        if self._last is not None:
            row, point = self._last
            if self._rows and self._rows[-1][0] == row[0]:
                self._rows[-1] = row
            elif self._written < row[0]:
                self._rows.append(row)
                if point is not None:
                    self._points.append(point)
        self.flush()

    def _observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool) -> None:
        running = np.minimum.accumulate(np.minimum(fx, self._best))
        found = self._targets_hit(evaluations, running) if improved else {}
        end = evaluations + len(fx)
        while self._moments and self._moments[-1][0] <= end:
            at, why = self._moments.pop()
            found[at] = found.get(at, 0) | why
        self._next = self._moments[-1][0] if self._moments else 2**63
        for at in sorted(found):
            row = at - evaluations - 1
            self._rows.append((at, fx[row].item(), running[row].item(), found[at]))
            if self._with_points:
                self._points.append(x[row].copy())
        self._best = running[-1].item()

    def _targets_hit(self, evaluations: int, running: FloatArray) -> dict[int, int]:
        if self._f_opt is None:
            return {}
        before = np.concatenate(([self._best], running[:-1]))
        found = {}
        for row in np.flatnonzero(running < before).tolist():
            level = target_level(running[row].item() - self._f_opt)
            if level < self._level:
                self._level = level
                found[evaluations + row + 1] = BY_TARGETS
        return found
