"""bbob-constrained: 54 functions, each a BBOB function with 1 to 9 + 9 D / 2 constraints, some of them inactive.

coco-experiment evaluates both objective and constraints, point by point.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import unknown_name
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.coco import load_cocoex
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, check_points, continuous, read_only
from benchbook.problems.suites.tables import DIMS, INSTANCES, known_value
from benchbook.typing import FloatArray

FAMILY = "bbob_constrained"
_SOURCE = (
    "Dufossé et al. 2022, Building scalable test problems for benchmarking constrained optimizers, "
    "http://numbbo.github.io/coco-doc/bbob-constrained/"
)
# the objective of each six functions, which differ in the number of constraints
_BASES = (1, 2, 5, 10, 11, 12, 14, 3, 15)
_COUNTS = ("1", "3", "9", "9 + 3 D/4", "9 + 3 D/2", "9 + 9 D/2")


def _info(number: int) -> ProblemInfo:
    plain = BBOB[f"bbob_f{_BASES[(number - 1) // 6]}"]
    count = _COUNTS[(number - 1) % 6]
    noun = "constraint" if count == "1" else "constraints"
    return replace(
        plain,
        name=f"{FAMILY}_f{number}",
        family=FAMILY,
        title=f"{plain.title}, {count} {noun}",
        formula=f"{plain.formula}, with {count} {noun} g_i(x) <= 0",
        optimum="the lowest value of a feasible point, drawn with the instance",
        separable=False,
        source=f"{_SOURCE}, f{number}",
        dims=DIMS,
        last_instance=INSTANCES,
        group=plain.title.lower(),
    )


CONSTRAINED = {f"{FAMILY}_f{number}": _info(number) for number in range(1, 55)}


class ConstrainedProblem:
    """A function with constraints in one dimension and instance, evaluated by coco-experiment.

    Attributes:
        constraints: Number of constraints.
        x_opt: None; coco-experiment does not tell it.

    Raises:
        UnknownNameError: There is no function `name` in this suite.
        UsageError: `dim` or `instance` is not one of the suite's.
        MissingExtraError: coco-experiment is not installed.
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in CONSTRAINED:
            raise unknown_name("function with constraints", name, CONSTRAINED)
        info = CONSTRAINED[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        number = int(name.rpartition("_f")[2])
        options = f"function_indices: {number} dimensions: {self.dim} instance_indices: {self.instance}"
        self._suite = load_cocoex().Suite("bbob-constrained", "", options)  # its problems need it alive
        self._function = self._suite[0]
        self.constraints = int(self._function.number_of_constraints)
        self.lower = read_only(np.array(self._function.lower_bounds, dtype=np.float64))
        self.upper = read_only(np.array(self._function.upper_bounds, dtype=np.float64))
        self.integer = continuous(self.dim)
        self.x_opt: FloatArray | None = None
        self.f_opt = known_value("bbob_constrained_f_opt", number, self.dim, self.instance)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate the objective at points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        x = check_points(x, self.dim)
        return np.array([self._function(row) for row in x], dtype=np.float64)

    def constraint(self, x: FloatArray, /) -> FloatArray:
        """Evaluate the constraints at points of shape `(n, dim)`; return values of shape `(n, constraints)`.

        A point is feasible where none of them is above 0.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        x = check_points(x, self.dim)
        values = [self._function.constraint(row) for row in x]
        return np.array(values, dtype=np.float64).reshape(len(x), self.constraints)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values: this file and coco-experiment's version."""
        here = module_digest([__name__, known_value.__module__])
        return text_digest(here, f"coco-experiment {load_cocoex().__version__}", repr(self.f_opt))

    def __reduce__(self) -> tuple[type[ConstrainedProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"ConstrainedProblem({self.name!r}, dim={self.dim}, instance={self.instance})"
