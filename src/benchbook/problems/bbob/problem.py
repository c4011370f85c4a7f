"""A BBOB function in one dimension and instance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import unknown_name
from benchbook.problems import kernel
from benchbook.problems.bbob import (
    definition,
    ill_conditioned,
    legacy,
    matrices,
    moderate,
    multimodal,
    separable,
    weakly_structured,
)
from benchbook.problems.bbob.definition import Definition
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.info import check_dim, check_instance, continuous, read_only
from benchbook.problems.lockstep import LockstepKernel
from benchbook.typing import FloatArray

_GROUPS = (separable, moderate, ill_conditioned, multimodal, weakly_structured)
DEFINITIONS: dict[int, Definition] = {number: item for group in _GROUPS for number, item in group.FUNCTIONS.items()}
MODULES = [item.__name__ for item in (*_GROUPS, definition, legacy, matrices)]


class BbobProblem:
    """A BBOB function in one dimension and instance, evaluated by the compiled kernel.

    `f_opt` is exactly the value at `x_opt`, and no value lies below it.

    Raises:
        UnknownNameError: There is no BBOB function `name`.
        UsageError: `dim` is not a whole number >= 2, or `instance` is not a whole number >= 1.

    Examples:
        >>> problem = BbobProblem("bbob_f1", 2, 1)
        >>> problem.f_opt, problem(problem.x_opt[None, :])
        (79.48, array([79.48]))
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in BBOB:
            raise unknown_name("BBOB function", name, BBOB)
        info = BBOB[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        self.lower = read_only(np.full(self.dim, info.lower))
        self.upper = read_only(np.full(self.dim, info.upper))
        self.integer = continuous(self.dim)
        number = int(name.removeprefix("bbob_f"))
        self.definition = DEFINITIONS[number]
        seed = legacy.seed_of(number, self.instance)
        drawn = self.definition.draw(seed, self.dim)
        self.x_opt = read_only(drawn.x_opt)
        self.compiled = self.definition.compiled(drawn, legacy.offset(seed))
        self._evaluate = self.compiled.evaluate  # a look-up takes nearly as long as evaluating a point
        self.f_opt = float(self._evaluate(self.x_opt[None, :])[0])

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        return self._evaluate(x)

    @staticmethod
    def lockstep(problems: Sequence[BbobProblem]) -> LockstepKernel:
        """Combine problems of one function and dimension for lockstep evaluation."""
        return LockstepKernel(problems)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        return text_digest(module_digest([__name__, *MODULES]), kernel.code_digest())

    def __reduce__(self) -> tuple[type[BbobProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"BbobProblem({self.name!r}, dim={self.dim}, instance={self.instance})"
