"""What a BBOB function is made of: how an instance is drawn, and how points are evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from benchbook.typing import FloatArray

# Values without offset and penalty: `y` is x - x_opt, the rest are the instance's parameters.
Formula: TypeAlias = Callable[..., FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What is drawn for one instance of a function in one dimension.

    Attributes:
        x_opt: Place of the optimum, shape `(dim,)`.
        parameters: The further arguments of the formula by name: vectors `(m,)` and matrices `(m, m')`.
    """

    x_opt: FloatArray
    parameters: dict[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A BBOB function.

    Attributes:
        draw: Draws an instance: `draw(seed, dim)`.
        formula: Evaluates points: `formula(y, **parameters)`, with `y = x - x_opt` of shape `(..., 8, dim)`, vectors
            as blocks of equal rows, and matrices that multiply it from the right; the result, shape `(..., 8)`, is 0
            at the optimum and nowhere below.
        blocked: Whether the points come in blocks of 8 rows, as matrices and whatever comes in blocks ask for; if not,
            the shapes are `(..., dim)` and `(...)`.
        penalty: Factor of the penalty `f_pen` outside of the box; None where there is none.
        shared: Whether that factor is divided by the dimension.
        width: How many arrays of the size of `y` the formula holds at once, relative to the others.
    """

    draw: Callable[[int, int], Instance]
    formula: Formula
    blocked: bool = True
    penalty: float | None = None
    shared: bool = False
    width: int = 1
