"""Textbook problems: instance 0 as in the books, and every further instance shifted and rotated.

Instance k >= 1 evaluates `f(x_opt + R (x - s))`, with the textbook's optimum `x_opt`, its own optimum `s` and an
orthogonal matrix `R`. Both are drawn from function, dimension and k alone:

- `s`: each variable lies between 0.2 and 0.8 of the way from the centre of the box to its lower or upper bound,
  either side equally likely, uniformly; so it is neither near the centre nor near a bound.
- `R`: uniform over all orthogonal matrices (Haar measure), by Gram-Schmidt on a matrix of normal draws.

`R` keeps all distances, hence scale, conditioning and optimum value of the textbook function; `s` itself is mapped
to `x_opt` without rounding. Where `R (x - s)` leaves the textbook's bounds, the formula is simply continued, as it
is lowest at `x_opt` everywhere. Schwefel's is not: it is evaluated at the nearest point `c` within its bounds, and
a thousandth of the squared distance to `c` is added (a distance of 650 weighs as much as one variable's height of
419, so the penalty leads back without hiding the hills); what rounding puts below `f_opt` is raised to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchbook.digests import module_digest
from benchbook.errors import unknown_name
from benchbook.problems.info import check_dim, check_instance, check_points, continuous, read_only
from benchbook.problems.stacked import check_stacked
from benchbook.problems.textbook_table import TEXTBOOK
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray

# Points are rotated in blocks of so many rows, one product each. BLAS chooses its code by the number of rows; with a
# constant number a point has the same bytes alone and in any batch, whatever the CPU or the number of threads.
_BLOCK = 8
_OUTSIDE = 0.001
_NEAREST, _FARTHEST = 0.2, 0.8


class TextbookProblem:
    """A textbook function in one dimension and instance.

    Raises:
        UnknownNameError: There is no textbook function `name`.
        UsageError: `dim` or `instance` is not a whole number or too small.

    Examples:
        >>> problem = TextbookProblem("rastrigin", 3, 1)
        >>> float(problem(problem.x_opt[None, :])[0])
        0.0
    """

    def __init__(self, name: str, dim: int, instance: int = 0) -> None:
        if name not in TEXTBOOK:
            raise unknown_name("textbook function", name, TEXTBOOK)
        textbook = TEXTBOOK[name]
        self.name = name
        self.dim = check_dim(textbook.info, dim)
        self.instance = check_instance(textbook.info, instance)
        self.lower = read_only(np.full(self.dim, textbook.info.lower))
        self.upper = read_only(np.full(self.dim, textbook.info.upper))
        self.f_opt = textbook.f_opt(self.dim)
        self.x_opt = self.textbook_x_opt = textbook.x_opt(self.dim)
        self.integer = continuous(self.dim)
        self.rotation: FloatArray | None = None
        if self.instance:
            rng = problem_generator(function=name, dim=self.dim, instance=self.instance)
            self.x_opt = read_only(draw_optimum(rng, self.lower, self.upper))
            self.rotation = read_only(np.ascontiguousarray(draw_rotation(rng, self.dim).T))
        self.function: Callable[[FloatArray], FloatArray] = textbook.function
        if textbook.bounded:
            self.function = self._within_bounds
        self._formula = textbook.function
        self._alone = LockstepTextbook([self])

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        values: FloatArray = self._alone.evaluate(check_points(x, self.dim)[None])[0]
        return values

    @staticmethod
    def lockstep(problems: Sequence[TextbookProblem]) -> LockstepTextbook | None:
        """Put problems of one function and dimension side by side; None where only some are the textbook's instance."""
        if len({bool(item.instance) for item in problems}) > 1:
            return None
        return LockstepTextbook(problems)

    def _within_bounds(self, x: FloatArray) -> FloatArray:
        nearest = np.clip(x, self.lower, self.upper)
        outside = x - nearest
        values = np.maximum(self._formula(nearest), self.f_opt)
        values += _OUTSIDE * np.add.reduce(outside * outside, axis=-1)
        return values

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        return module_digest(
            ["benchbook.problems.textbook", "benchbook.problems.textbook_table", __name__, "benchbook.seeds"]
        )

    def __reduce__(self) -> tuple[type[TextbookProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"TextbookProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


class LockstepTextbook:
    """One textbook function in one dimension, with an instance for each run; made by `stack`.

    Args:
        problems: The problem of each run, all of one function and dimension, and all or none of instance 0.
    """

    def __init__(self, problems: Sequence[TextbookProblem]) -> None:
        first = problems[0]
        self._dim, self._function, self._textbook_x_opt = first.dim, first.function, first.textbook_x_opt
        self._shift = np.stack([item.x_opt for item in problems])[:, None, :]
        rotations = [item.rotation for item in problems if item.rotation is not None]
        self._rotation = np.stack(rotations)[:, None] if rotations else None

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return values of shape `(runs, n)`.

        Raises:
            ShapeError: `x` has another shape.
        """
        return self.evaluate(check_stacked(x, len(self._shift), self._dim))

    def evaluate(self, x: FloatArray) -> FloatArray:
        """Evaluate points that are known to be C-contiguous and of shape `(runs, n, dim)`."""
        if self._rotation is None:
            return self._function(x)
        runs, n, dim = x.shape
        blocks = np.zeros((runs, -(-n // _BLOCK), _BLOCK, dim))
        np.subtract(x, self._shift, out=blocks.reshape(runs, -1, dim)[:, :n])
        z = blocks @ self._rotation
        z += self._textbook_x_opt
        return self._function(z).reshape(runs, -1)[:, :n]

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these places, in this order, and drop the others."""
        self._shift = self._shift[list(runs)]
        if self._rotation is not None:
            self._rotation = self._rotation[list(runs)]


def draw_optimum(rng: np.random.Generator, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Draw the place of an instance's optimum, shape `(dim,)`; see the module's text for the rule."""
    side = rng.uniform(-1.0, 1.0, len(lower))
    way = np.copysign(_NEAREST + (_FARTHEST - _NEAREST) * np.abs(side), side)
    return 0.5 * (lower + upper) + way * (0.5 * (upper - lower))


def draw_rotation(rng: np.random.Generator, dim: int) -> FloatArray:
    """Draw an orthogonal matrix uniformly (Haar measure), shape `(dim, dim)`.

    Gram-Schmidt on normal draws with positive lengths is the QR decomposition with positive diagonal, whose Q is
    uniform (Mezzadri 2007, Notices of the AMS 54(5), 592-604). It runs twice per row, which suffices for full
    precision, and uses sums only, so that every CPU gives the same bytes (LAPACK's QR does not).
    """
    rotation = rng.standard_normal((dim, dim))
    for i in range(dim):
        row, before = rotation[i], rotation[:i]
        for _ in range(2):
            along = np.add.reduce(before * row, axis=-1)
            row -= np.add.reduce(along[:, None] * before, axis=0)
        row /= np.sqrt(np.add.reduce(row * row))
    return rotation
