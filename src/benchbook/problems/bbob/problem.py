"""A BBOB function in one dimension and instance, and many instances of it in lockstep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from benchbook.digests import module_digest
from benchbook.errors import unknown_name
from benchbook.problems.bbob import (
    definition,
    ill_conditioned,
    legacy,
    moderate,
    multimodal,
    separable,
    transforms,
    weakly_structured,
)
from benchbook.problems.bbob.definition import Definition
from benchbook.problems.bbob.table import BBOB
from benchbook.problems.bbob.transforms import BLOCK, constant, outside
from benchbook.problems.info import check_dim, check_instance, check_points, continuous, read_only
from benchbook.problems.stacked import check_stacked
from benchbook.typing import FloatArray

_GROUPS = (separable, moderate, ill_conditioned, multimodal, weakly_structured)
DEFINITIONS: dict[int, Definition] = {number: item for group in _GROUPS for number, item in group.FUNCTIONS.items()}
MODULES = [item.__name__ for item in (*_GROUPS, definition, legacy, transforms)]
# Numbers in a formula's arrays that are worked on at a time, so that they stay in the CPU's cache.
_PIECE = 16384
_TILED = 4096  # points of up to so many numbers get a shift of their own size, which is quicker than broadcasting


class BbobProblem:
    """A BBOB function in one dimension and instance, evaluated by NumPy.

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
        self.parameters = {key: read_only(values) for key, values in drawn.parameters.items()}
        self.offset = legacy.offset(seed)
        self._alone = LockstepBbob([self])
        self.f_opt = float(self._alone.evaluate(self.x_opt[None, None, :])[0, 0])

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        values: FloatArray = self._alone.evaluate(check_points(x, self.dim)[None])[0]
        return values

    @staticmethod
    def lockstep(problems: Sequence[BbobProblem]) -> LockstepBbob:
        """Put problems of one function and dimension side by side."""
        return LockstepBbob(problems)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        return module_digest([__name__, *MODULES])

    def __reduce__(self) -> tuple[type[BbobProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"BbobProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


class Drawn(Protocol):
    """An instance of a function in one dimension: what `LockstepBbob` needs to evaluate it."""

    @property
    def definition(self) -> Definition:
        """The function."""

    @property
    def dim(self) -> int:
        """Number of variables."""

    @property
    def x_opt(self) -> FloatArray:
        """Place of the optimum, shape `(dim,)`."""

    @property
    def offset(self) -> float:
        """Value at the optimum, but for rounding."""

    @property
    def parameters(self) -> Mapping[str, FloatArray]:
        """The further arguments of the formula."""


class LockstepBbob:
    """One BBOB function in one dimension, with an instance for each run; made by `stack`.

    Args:
        problems: The problem of each run, all of one function and dimension.
    """

    def __init__(self, problems: Sequence[Drawn]) -> None:
        first = problems[0]
        self.definition = first.definition
        self._dim = first.dim
        self._shift = self._tiled = np.stack([item.x_opt for item in problems])[:, None, :]
        self._offset = np.array([[item.offset] for item in problems])
        self._parameters = {
            name: _stacked([item.parameters[name] for item in problems], blocked=self.definition.blocked)
            for name in first.parameters
        }
        penalty, shared = self.definition.penalty, self.definition.shared
        self._penalty = None if penalty is None else constant(penalty / self._dim if shared else penalty)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return values of shape `(runs, n)`.

        Raises:
            ShapeError: `x` has another shape.
        """
        return self.evaluate(check_stacked(x, len(self._shift), self._dim))

    def evaluate(self, x: FloatArray) -> FloatArray:
        """Evaluate points that are known to be C-contiguous and of shape `(runs, n, dim)`."""
        with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinite points have such values
            values = self._blocks(x) if self.definition.blocked else self._pieces(x - self._shift_for(x))
            if self._penalty is not None:
                penalty = outside(x)
                if penalty is not None:
                    penalty *= self._penalty
                    values += penalty
            values += self._offset
        return values

    def _shift_for(self, x: FloatArray) -> FloatArray:
        if x.size > _TILED:
            return self._shift
        if self._tiled.shape[1] != x.shape[1]:
            self._tiled = self._shift.repeat(x.shape[1], axis=1)
        return self._tiled

    def _blocks(self, x: FloatArray) -> FloatArray:
        runs, n, dim = x.shape
        if n % BLOCK == 0:
            return self._pieces((x - self._shift_for(x)).reshape(runs, -1, BLOCK, dim)).reshape(runs, n)
        y = np.empty((runs, -(-n // BLOCK), BLOCK, dim))
        rows = y.reshape(runs, -1, dim)
        np.subtract(x, self._shift_for(x), out=rows[:, :n])
        rows[:, n:] = 0.0
        return self._pieces(y).reshape(runs, -1)[:, :n]

    def _pieces(self, y: FloatArray) -> FloatArray:
        """Evaluate the formula a piece of the points at a time."""
        formula, parameters = self.definition.formula, self._parameters
        room = _PIECE // self.definition.width
        if y.size <= room:
            return formula(y, **parameters)
        values = np.empty(y.shape[:-1])
        runs = max(1, room // (y.size // len(y)))
        points = max(1, room // (runs * y[0, 0].size))
        for i in range(0, len(y), runs):
            some = {key: item[i : i + runs] for key, item in parameters.items()}
            for j in range(0, y.shape[1], points):
                piece = np.ascontiguousarray(y[i : i + runs, j : j + points])
                values[i : i + runs, j : j + points] = formula(piece, **some)
        return values

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these places, in this order, and drop the others."""
        kept = list(runs)
        self._shift = self._tiled = self._shift[kept]
        self._offset = self._offset[kept]
        self._parameters = {name: values[kept] for name, values in self._parameters.items()}


def _stacked(values: Sequence[FloatArray], *, blocked: bool) -> FloatArray:
    """Stack a parameter of each run: vectors for each point or block of points, matrices for each block."""
    both = np.stack(values)
    if both.ndim == 3:
        return both[:, None]
    return np.ascontiguousarray(both[:, None, None].repeat(BLOCK, axis=2)) if blocked else both[:, None]
