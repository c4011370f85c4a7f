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

from collections.abc import Sequence

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import unknown_name
from benchbook.problems import kernel, textbook
from benchbook.problems.info import check_dim, check_instance, continuous, read_only
from benchbook.problems.lockstep import LockstepKernel
from benchbook.problems.textbook_table import TEXTBOOK
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray

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
        item = TEXTBOOK[name]
        self.name = name
        self.dim = check_dim(item.info, dim)
        self.instance = check_instance(item.info, instance)
        self.lower = read_only(np.full(self.dim, item.info.lower))
        self.upper = read_only(np.full(self.dim, item.info.upper))
        self.f_opt = item.f_opt(self.dim)
        self.x_opt = item.x_opt(self.dim)
        self.integer = continuous(self.dim)
        self.rotation: FloatArray | None = None
        if self.instance:
            rng = problem_generator(function=name, dim=self.dim, instance=self.instance)
            self.x_opt = read_only(draw_optimum(rng, self.lower, self.upper))
            self.rotation = read_only(np.ascontiguousarray(draw_rotation(rng, self.dim).T))
        self.compiled = textbook.compiled(
            name,
            self.x_opt if self.instance else np.zeros(self.dim),
            item.x_opt(self.dim) if self.instance else np.zeros(self.dim),
            self.rotation,
        )
        self._evaluate = self.compiled.evaluate  # a look-up takes nearly as long as evaluating a point

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        return self._evaluate(x)

    @staticmethod
    def lockstep(problems: Sequence[TextbookProblem]) -> LockstepKernel:
        """Combine problems of one function and dimension for lockstep evaluation."""
        return LockstepKernel(problems)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        names = ["benchbook.problems.textbook", "benchbook.problems.textbook_table", __name__, "benchbook.seeds"]
        return text_digest(module_digest(names), kernel.code_digest())

    def __reduce__(self) -> tuple[type[TextbookProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"TextbookProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


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
