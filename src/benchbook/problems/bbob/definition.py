"""What a BBOB function is made of: how an instance is drawn, and which function of the kernel evaluates points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchbook.problems import kernel
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What is drawn for one instance of a function in one dimension.

    Attributes:
        x_opt: Place of the optimum, shape `(dim,)`.
        arrays: The further arguments of the kernel's function, in its order.
    """

    x_opt: FloatArray
    arrays: tuple[FloatArray, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A BBOB function.

    Attributes:
        draw: Draws an instance: `draw(seed, dim)`.
        function: The kernel's function of `x - x_opt`, which is 0 at the optimum and nowhere below.
        penalty: Factor of the penalty `f_pen` outside the box; 0 if there is none.
        shared: Whether that factor is divided by the dimension.
        unbounded: Whether values are +inf at infinity, in every direction.
    """

    draw: Callable[[int, int], Instance]
    function: str
    penalty: float = 0.0
    shared: bool = False
    unbounded: bool = True

    def compiled(self, drawn: Instance, offset: float) -> kernel.Instance:
        """Return the kernel's instance of what was drawn."""
        dim = len(drawn.x_opt)
        penalty = self.penalty / dim if self.shared else self.penalty
        return kernel.instance(
            self.function, drawn.x_opt, drawn.arrays, offset=offset, penalty=penalty, unbounded=self.unbounded
        )
