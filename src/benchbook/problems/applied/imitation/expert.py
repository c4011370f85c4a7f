"""The expert: a linear quadratic regulator, whose law is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.errors import ExecutionError
from benchbook.problems.applied.imitation.cart_pole import CartPole
from benchbook.typing import FloatArray

# What the regulator weighs: a metre off the middle as much as 1 rad/s and much less than a radian; little for force.
_STATE_COST = (1.0, 0.1, 10.0, 0.1)
_FORCE_COST = 0.02
_MOST_STEPS, _MOST_COST = 10_000, 1e100


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """A controller `force = -gain . state`, cut off at the greatest force.

    Attributes:
        gain: Newtons for a unit of each entry of the state, shape `(4,)`.
        most_force_n: Greatest force, in newtons.
    """

    gain: FloatArray
    most_force_n: float

    def __call__(self, states: FloatArray) -> FloatArray:
        """Return the force in newtons for states of shape `(..., 4)`, shape `(...)`."""
        wanted = -self.gain[0] * states[..., 0]
        for entry in range(1, 4):
            wanted -= self.gain[entry] * states[..., entry]
        force: FloatArray = np.clip(wanted, -self.most_force_n, self.most_force_n)
        return force


def regulator(cart_pole: CartPole) -> Expert:
    """Return the expert of a cart-pole: the linear quadratic regulator of its motion about the upright state.

    The discrete Riccati equation is iterated until it stands still.

    References:
        Anderson, B. D. O., & Moore, J. B. (1990). Optimal control: linear quadratic methods. Prentice Hall.

    Examples:
        >>> expert = regulator(CartPole())
        >>> bool(expert(np.array([0.0, 0.0, 0.05, 0.0])) > 0)  # leaning forward: push forward, under the pole
        True
    """
    A, b = cart_pole.linear()
    return Expert(gain=riccati_gain(A, b, np.diag(_STATE_COST), _FORCE_COST), most_force_n=cart_pole.most_force_n)


def riccati_gain(A: FloatArray, b: FloatArray, Q: FloatArray, r: float) -> FloatArray:
    """Return the gain that minimises the sum of `s' Q s + r u**2` for `s <- A s + b u`, `u = -gain . s`.

    Raises:
        ExecutionError: The iteration does not converge: no force can hold the state.
    """
    P = Q
    for _ in range(_MOST_STEPS):
        before = P
        gain: FloatArray = (b @ P @ A) / (r + b @ P @ b)
        P = Q + A.T @ P @ (A - np.outer(b, gain))
        P = (P + P.T) / 2
        if not np.abs(P).max() < _MOST_COST:
            break
        if np.allclose(P, before, rtol=1e-12, atol=1e-12):
            return gain
    raise ExecutionError("the Riccati equation does not converge: no force can hold this state")
