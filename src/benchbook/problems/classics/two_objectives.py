"""Problems with two objectives of the literature, judged by the hypervolume of their known front.

Instance 0 is as in the publication: on the front all variables but the first have the same value, at their lower bound
or at the centre. Each further instance draws a place for each of them; the front stays the same. With the place s and
the value b of the publication, b + (x - s) takes the place of x, or |x - s| where b = 0 is the lower bound.
"""

from __future__ import annotations

import numpy as np

from benchbook.digests import module_digest
from benchbook.errors import unknown_name
from benchbook.problems.classics import fronts, rows
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, check_points, continuous, read_only
from benchbook.problems.instance import draw_optimum
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray

_FRONTS = {item.name: item for item in fronts.FRONTS}


def _info(item: fronts.Front) -> ProblemInfo:
    low, high = min(0.0, item.others[0]), max(1.0, item.others[1])
    return ProblemInfo(
        name=item.name,
        family=item.name.rstrip("0123456789"),
        title=item.title,
        formula=item.formula,
        lower=low,
        upper=high,
        optimum=f"minus the hypervolume of the front, {item.hypervolume:.6g} of the box from ideal to nadir point",
        separable=False,
        multimodal=item.multimodal,
        conditioning=None,
        source=item.source,
        min_dim=2,
        bounds=None if item.others == (0.0, 1.0) else f"x_1 0 to 1, the others {low:g} to {high:g}",
    )


TWO_OBJECTIVES = {name: _info(item) for name, item in _FRONTS.items()}


class FrontProblem:
    """A function with two objectives in one dimension.

    Attributes:
        objectives: 2.
        ideal: The best values of both objectives, shape `(2,)`.
        nadir: The worst values of both on the front, shape `(2,)`.
        f_opt: Minus the hypervolume of the whole front, as a share of the box from ideal to nadir: infinitely many
            points reach it.
        x_opt: None; the optimum is a set.
        best: Values of all variables but the first on the front, shape `(dim - 1,)`.

    Raises:
        UnknownNameError: There is no such function.
        UsageError: `dim` is below 2, or `instance` is not a whole number >= 0.

    Examples:
        >>> FrontProblem("zdt1", 3)(np.array([[0.25, 0.0, 0.0]]))
        array([[0.25, 0.5 ]])
    """

    objectives = 2

    def __init__(self, name: str, dim: int, instance: int = 0) -> None:
        if name not in TWO_OBJECTIVES:
            raise unknown_name("function with two objectives", name, TWO_OBJECTIVES)
        info, item = TWO_OBJECTIVES[name], _FRONTS[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        ends = [(0.0, 1.0), *[item.others] * (self.dim - 1)]
        self.lower = read_only(np.array([low for low, _ in ends]))
        self.upper = read_only(np.array([high for _, high in ends]))
        self.integer = continuous(self.dim)
        self.x_opt: FloatArray | None = None
        self.ideal, self.nadir = read_only(np.array(item.ideal)), read_only(np.array(item.nadir))
        self.f_opt = -item.hypervolume
        self.best = np.full(self.dim - 1, item.best)
        if self.instance:
            rng = problem_generator(function=name, dim=self.dim, instance=self.instance)
            self.best = draw_optimum(rng, self.lower[1:], self.upper[1:])
        read_only(self.best)
        self._item = item

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return the values of both objectives, shape `(n, 2)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        points = check_points(x, self.dim)
        with np.errstate(all="ignore"):
            return np.column_stack(self._item.objectives(self._moved(rows.as_rows(points))))

    def _moved(self, variables: rows.Rows) -> rows.Rows:
        """Return the variables of the publication."""
        if not self.instance:
            return variables
        away = [row - place for row, place in zip(variables[1:], self.best.tolist(), strict=True)]
        if self._item.best == self._item.others[0]:
            return [variables[0], *(np.abs(row) for row in away)]
        return [variables[0], *(self._item.best + row for row in away)]

    def front(self, count: int = 500) -> FloatArray:
        """Return values of points on the front, sorted by the first objective, shape `(n, 2)` with n up to `count`."""
        first = np.linspace(*self._item.span, count)
        second = self._item.second(first)
        return np.column_stack([first, second])[second <= np.minimum.accumulate(second)]

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        return module_digest([__name__, fronts.__name__, rows.__name__, draw_optimum.__module__, "benchbook.seeds"])

    def __reduce__(self) -> tuple[type[FrontProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"FrontProblem({self.name!r}, dim={self.dim}, instance={self.instance})"
