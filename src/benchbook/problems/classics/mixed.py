"""Functions of real, integer and categorical variables, a third of each, with known optimum 0.

In two dimensions there is a real and a categorical variable, so that they can be drawn.

Instance 0 has its optimum at 0 and at the first choice; each further instance draws it, and permutes the choices.
Their categorical parts are those that CatCMA was introduced with: counting what is not right, leading right choices,
and choices that move the optimum of the real variables.

References:
    Hamano, Saito, Nomura, Uchida & Shirakawa 2024, CatCMA: stochastic optimization for mixed-category problems,
    GECCO 2024, https://arxiv.org/abs/2405.09962
"""

from __future__ import annotations

import numpy as np

from benchbook.digests import module_digest
from benchbook.errors import unknown_name
from benchbook.problems.classics import rows
from benchbook.problems.classics.rows import as_rows, product, total
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, check_points, read_only
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray
from benchbook.variables import Variable, categorical, checked_points, integer, real, rounded

FAMILY = "mixed"
DIMS = (2, 3, 6, 9, 12, 24, 48)
CHOICES = ("a", "b", "c", "d", "e")
_REACH = 5
_SOURCE = "after Hamano et al. 2024, https://arxiv.org/abs/2405.09962"
_SQUARES = "sum w_i^2 (x_i - s_i)^2 over real and whole x_i"


def _info(name: str, title: str, formula: str) -> ProblemInfo:
    return ProblemInfo(
        name=name,
        family=FAMILY,
        title=title,
        formula=formula,
        lower=-float(_REACH),
        upper=float(_REACH),
        optimum="0",
        separable=name == "mixed_sphere",
        multimodal=True,
        conditioning=1e6 if name == "mixed_ellipsoid" else 1.0,
        source=_SOURCE,
        min_dim=DIMS[0],
        dims=DIMS,
        bounds="a third of the variables each (no integer in 2-D): -5 to 5, whole numbers -5 to 5, choices a to e",
    )


MIXED = {
    info.name: info
    for info in (
        _info("mixed_sphere", "Sphere and wrong choices", f"{_SQUARES}, w_i = 1, plus the number of wrong choices"),
        _info(
            "mixed_ellipsoid",
            "Ellipsoid and leading choices",
            f"{_SQUARES}, w_i from 1 to 1000, plus the number of choices after the first wrong one, itself included",
        ),
        _info(
            "mixed_proximity",
            "Sphere that choices move",
            "sum (x_i - s_i - c_i / 5)^2 over real x_i, plus sum c_i / 5, plus the sphere of whole x_i; "
            "c_i is 0 to 4 by the choice",
        ),
    )
}


class MixedProblem:
    """A function of three kinds of variables in one dimension and instance.

    Attributes:
        variables: First the real ones, then integers, then categorical ones, as many of each but in two dimensions.
        x_opt: The optimum, shape `(dim,)`.
        f_opt: 0.
        wrong: For each categorical variable 0 for the right choice and 1 to 4 for the others, shape `(n, 5)`.

    Raises:
        UnknownNameError: There is no such function.
        UsageError: `dim` is not one of `DIMS`, or `instance` is not a whole number >= 0.

    Examples:
        >>> problem = MixedProblem("mixed_sphere", 3)
        >>> problem(np.array([[0.5, 2.0, 1.0]]))
        array([5.25])
    """

    def __init__(self, name: str, dim: int, instance: int = 0) -> None:
        if name not in MIXED:
            raise unknown_name("mixed function", name, MIXED)
        info = MIXED[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        # As many choices as real variables; the first choice and integer stand at these places.
        self._reals = max(1, self.dim // 3)
        self._first_choice = self.dim - self._reals
        integers = self._first_choice - self._reals
        self.variables: tuple[Variable, ...] = (
            *(real(f"x{k}", -_REACH, _REACH) for k in range(self._reals)),
            *(integer(f"n{k}", -_REACH, _REACH) for k in range(integers)),
            *(categorical(f"c{k}", CHOICES) for k in range(self._reals)),
        )
        self.lower = read_only(np.array([item.lower for item in self.variables]))
        self.upper = read_only(np.array([item.upper for item in self.variables]))
        self.integer = np.array([item.kind == "integer" for item in self.variables])
        self.integer.flags.writeable = False
        self._whole = np.arange(self.dim) >= self._reals
        self.f_opt = 0.0
        self.x_opt, self.wrong = self._drawn()
        stretched = 1000.0 ** (np.arange(self._reals) / max(self._reals - 1, 1))
        if name != "mixed_ellipsoid":
            stretched = np.ones(self._reals)
        self._weights: list[float] = [*stretched.tolist(), *stretched[:integers].tolist()]

    def _drawn(self) -> tuple[FloatArray, FloatArray]:
        reals, first_choice = self._reals, self._first_choice
        wrong = np.tile(np.arange(float(len(CHOICES))), (reals, 1))
        x_opt = np.zeros(self.dim)
        if self.instance:
            rng = problem_generator(function=self.name, dim=self.dim, instance=self.instance)
            reach = 0.8 * _REACH
            x_opt[:reals] = rng.uniform(-reach, reach, reals)
            x_opt[reals:first_choice] = np.floor(rng.uniform(-reach, reach + 1.0, first_choice - reals))
            wrong = rng.permuted(wrong, axis=1)
            x_opt[first_choice:] = wrong.argmin(axis=1)
        return read_only(x_opt), read_only(wrong)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or has no number for an integer or no choice of a categorical variable.
        """
        points = checked_points(rounded(check_points(x, self.dim), self._whole), self.variables)
        reals, first_choice, columns = self._reals, self._first_choice, as_rows(points)
        wrong = [row[place.astype(np.intp)] for row, place in zip(self.wrong, columns[first_choice:], strict=True)]
        moved = [row - place for row, place in zip(columns, self.x_opt[:first_choice].tolist(), strict=False)]
        if self.name == "mixed_proximity":
            steps = [row / len(CHOICES) for row in wrong]
            near = [row - step for row, step in zip(moved, steps, strict=False)]
            return total([row * row for row in (*near, *moved[reals:])]) + total(steps)
        squares = total([(weight * row) ** 2 for weight, row in zip(self._weights, moved, strict=True)])
        right = [np.where(row == 0.0, 1.0, 0.0) for row in wrong]
        if self.name == "mixed_ellipsoid":
            right = [product(right[: k + 1]) for k in range(reals)]
        return squares + (reals - total(right))

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        return module_digest([__name__, rows.__name__, "benchbook.seeds"])

    def __reduce__(self) -> tuple[type[MixedProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"MixedProblem({self.name!r}, dim={self.dim}, instance={self.instance})"
