"""Imitation as a problem: the weights of a network that answers as the expert did."""

from __future__ import annotations

import functools

import numpy as np

from benchbook.digests import module_digest
from benchbook.errors import UsageError, unknown_name
from benchbook.problems.applied.imitation import cart_pole as _cart_pole
from benchbook.problems.applied.imitation import demonstrations as _demonstrations
from benchbook.problems.applied.imitation import expert as _expert
from benchbook.problems.applied.imitation import policy, rollouts
from benchbook.problems.applied.imitation.cart_pole import CartPole, draw_cart_pole, draw_starts
from benchbook.problems.applied.imitation.demonstrations import Demonstrations, demonstrate
from benchbook.problems.applied.imitation.expert import Expert, regulator
from benchbook.problems.applied.table import IMITATION, WIDEST
from benchbook.problems.info import check_dim, check_instance, check_points, continuous, read_only
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray

EPISODES, STEPS, EVERY = 20, 200, 10


@functools.lru_cache(maxsize=32)
def setting(instance: int) -> tuple[CartPole, Expert, Demonstrations]:
    """Return cart-pole, expert and demonstrations of an instance; the same in every dimension."""
    cart, expert, shown = _set_up(instance)
    for part in (expert.gain, shown.states, shown.forces_n):
        read_only(part)
    return cart, expert, shown


def _set_up(instance: int) -> tuple[CartPole, Expert, Demonstrations]:
    rng = problem_generator(function="imitation_clone", dim=0, instance=instance)
    cart = draw_cart_pole(rng)
    expert = regulator(cart)
    shown = demonstrate(cart, expert, draw_starts(rng, EPISODES), rng, steps=STEPS, every=EVERY)
    return cart, expert, shown


class ImitationClone:
    """Clone an expert that balances a pole: find the network whose forces are those of its demonstrations.

    A point holds the weights of a network with `dim / 5` hidden units; see `policy.forces`. The value is the root mean
    square of the difference between its forces and the expert's over the demonstrated states, in newtons. Masses,
    length, demonstrations and their shaking depend on the instance alone.

    Attributes:
        cart_pole: The simulation.
        expert: Who is imitated.
        demonstrations: What it showed.
        f_opt: None: the value at the optimum is unknown.

    Raises:
        UnknownNameError: There is no imitation function `name`.
        UsageError: `dim` or `instance` is none that the function has.

    References:
        Pomerleau, D. A. (1989). ALVINN: an autonomous land vehicle in a neural network. Advances in Neural Information
        Processing Systems 1, 305-313.

    Examples:
        >>> clone = ImitationClone("imitation_clone", 5, 1)
        >>> idle = clone(np.zeros((1, 5)))  # one that never pushes is off by all that the expert did
        >>> bool(np.isclose(idle, np.sqrt(np.mean(clone.demonstrations.forces_n**2))))
        True
    """

    f_opt: float | None = None
    x_opt: FloatArray | None = None

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in IMITATION:
            raise unknown_name("imitation function", name, IMITATION)
        self.name = name
        self.dim = check_dim(IMITATION[name], dim)
        self.instance = check_instance(IMITATION[name], instance)
        self.lower = read_only(np.full(self.dim, -WIDEST))
        self.upper = read_only(np.full(self.dim, WIDEST))
        self.integer = continuous(self.dim)
        self.cart_pole, self.expert, self.demonstrations = setting(self.instance)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return the root mean square error in newtons, shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        points = check_points(x, self.dim)
        with np.errstate(invalid="ignore", over="ignore"):
            error = policy.forces(points, self.demonstrations.states, self.cart_pole.most_force_n)
            error -= self.demonstrations.forces_n
            error *= error
            value: FloatArray = np.sqrt(error.sum(axis=1) / error.shape[1])
        return value

    def collect(self) -> Demonstrations:
        """Let the expert act again, and return its demonstrations: the same as `demonstrations`, to the last bit."""
        return _set_up(self.instance)[2]

    def controller(self, points: FloatArray) -> rollouts.Controller:
        """Return what drives `roll_out` with the policies of points, shape `(policies, dim)`, side by side.

        Raises:
            UsageError: The points have another shape.
        """
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != self.dim:
            raise UsageError(f"points has shape {points.shape}, expected (policies, {self.dim})")
        return lambda states: policy.forces(points, states, self.cart_pole.most_force_n)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        parts = (_cart_pole, _demonstrations, _expert, policy, rollouts)
        return module_digest([__name__, *(part.__name__ for part in parts)])

    def __reduce__(self) -> tuple[type[ImitationClone], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"ImitationClone({self.name!r}, dim={self.dim}, instance={self.instance})"
