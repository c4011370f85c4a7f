"""A pole on a cart: many of them at once, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.typing import FloatArray

# The state, in this order; its last axis has one entry for each.
STATE = ("position_m", "velocity_m_per_s", "angle_rad", "turn_rad_per_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPole:
    """A pole that stands on a cart, which a force pushes along a track without friction.

    The equations are those of Barto, Sutton and Anderson (1983), whose sizes are the defaults; the force is continuous
    here, and held constant during a step of the classical Runge-Kutta method.

    Attributes:
        cart_kg: Mass of the cart.
        pole_kg: Mass of the pole.
        half_length_m: Half of the pole's length.
        gravity_m_per_s2: Acceleration of a body that falls.
        most_force_n: The force is cut off at plus and minus this.
        step_s: Duration of a step.
        track_m: The cart falls off where its distance from the middle is greater.
        most_angle_rad: The pole has fallen where its angle is greater.

    References:
        Barto, A. G., Sutton, R. S., & Anderson, C. W. (1983). Neuronlike adaptive elements that can solve difficult
        learning control problems. IEEE Transactions on Systems, Man, and Cybernetics, 13(5), 834-846.
        https://doi.org/10.1109/TSMC.1983.6313077

    Examples:
        >>> upright = np.zeros((1, 4))
        >>> CartPole().step(upright, np.zeros(1))
        array([[0., 0., 0., 0.]])
    """

    cart_kg: float = 1.0
    pole_kg: float = 0.1
    half_length_m: float = 0.5
    gravity_m_per_s2: float = 9.8
    most_force_n: float = 10.0
    step_s: float = 0.02
    track_m: float = 2.4
    most_angle_rad: float = 0.6

    def rates(self, states: FloatArray, forces_n: FloatArray) -> FloatArray:
        """Return the time derivative of states of shape `(..., 4)` under forces of shape `(...)`."""
        angle, turn = states[..., 2], states[..., 3]
        sine, cosine = np.sin(angle), np.cos(angle)
        total_kg = self.cart_kg + self.pole_kg
        pushed = (forces_n + self.pole_kg * self.half_length_m * turn**2 * sine) / total_kg
        inertia = self.half_length_m * (4.0 / 3.0 - self.pole_kg * cosine**2 / total_kg)
        turning = (self.gravity_m_per_s2 * sine - cosine * pushed) / inertia
        rates = np.empty_like(states)
        rates[..., 0] = states[..., 1]
        rates[..., 1] = pushed - self.pole_kg * self.half_length_m * turning * cosine / total_kg
        rates[..., 2] = turn
        rates[..., 3] = turning
        return rates

    def step(self, states: FloatArray, forces_n: FloatArray) -> FloatArray:
        """Return states of shape `(..., 4)` one step later under forces of shape `(...)`, which are cut off."""
        forces = np.clip(forces_n, -self.most_force_n, self.most_force_n)
        h = self.step_s
        k1 = self.rates(states, forces)
        k2 = self.rates(states + h / 2 * k1, forces)
        k3 = self.rates(states + h / 2 * k2, forces)
        k4 = self.rates(states + h * k3, forces)
        later: FloatArray = states + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return later

    def stands(self, states: FloatArray) -> np.ndarray:
        """Return whether the pole stands and the cart is on its track, shape `(...)` of states `(..., 4)`."""
        upright: np.ndarray = (np.abs(states[..., 2]) <= self.most_angle_rad) & (np.abs(states[..., 0]) <= self.track_m)
        return upright

    def linear(self) -> tuple[FloatArray, FloatArray]:
        """Return matrix `(4, 4)` and vector `(4,)` of one step about the upright state: `s' = A s + b force`.

        The step of the linear rates is summed as a power series: the exponential of rates and input together.
        """
        rates = np.zeros((5, 5))
        total_kg = self.cart_kg + self.pole_kg
        inertia = self.half_length_m * (4.0 / 3.0 - self.pole_kg / total_kg)
        lever = self.pole_kg * self.half_length_m / total_kg
        rates[0, 1] = rates[2, 3] = 1.0
        rates[3, 2] = self.gravity_m_per_s2 / inertia
        rates[3, 4] = -1.0 / (total_kg * inertia)
        rates[1, 2] = -lever * rates[3, 2]
        rates[1, 4] = 1.0 / total_kg - lever * rates[3, 4]
        whole = term = np.eye(5)
        for order in range(1, 20):
            term = term @ rates * (self.step_s / order)
            whole = whole + term
        return whole[:4, :4], whole[:4, 4]


def draw_cart_pole(rng: np.random.Generator) -> CartPole:
    """Draw masses and a length around those of the textbook."""
    return CartPole(
        cart_kg=float(rng.uniform(0.8, 1.4)),
        pole_kg=float(rng.uniform(0.08, 0.2)),
        half_length_m=float(rng.uniform(0.4, 0.7)),
    )


def draw_starts(rng: np.random.Generator, episodes: int, *, spread: float = 1.0) -> FloatArray:
    """Draw states to start from, uniformly about the upright one, shape `(episodes, 4)`; `spread` scales them."""
    widest = spread * np.array([0.8, 0.5, 0.2, 0.5])
    return rng.uniform(-1.0, 1.0, (episodes, 4)) * widest
