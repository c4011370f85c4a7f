"""Demonstrations: states that the expert saw, and what it did there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.problems.applied.imitation.cart_pole import CartPole
from benchbook.problems.applied.imitation.expert import Expert
from benchbook.problems.applied.imitation.rollouts import RollOuts, roll_out
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstrations:
    """What is to be imitated.

    Attributes:
        states: States that the expert saw, shape `(m, 4)`.
        forces_n: Force with which it answered, in newtons, shape `(m,)`.
        rollouts: The episodes they were taken from.
    """

    states: FloatArray
    forces_n: FloatArray
    rollouts: RollOuts


def demonstrate(
    cart_pole: CartPole,
    expert: Expert,
    starts: FloatArray,
    rng: np.random.Generator,
    *,
    steps: int,
    every: int,
    shake_n: float = 2.0,
) -> Demonstrations:
    """Let the expert act from starts, and record its state and action at regular steps.

    A random force is added to that of the expert, so that the demonstrations also show how it recovers from states it
    would never reach; only the expert's force is recorded (Laskey et al. 2017).

    Args:
        cart_pole: The simulation.
        expert: Who shows.
        starts: States at the beginning, shape `(episodes, 4)`.
        rng: Draws the shaking.
        steps: Steps of an episode.
        every: Steps between two that are taken down.
        shake_n: Standard deviation of the shaking force, in newtons.

    References:
        Laskey, M., Lee, J., Fox, R., Dragan, A., & Goldberg, K. (2017). DART: noise injection for robust imitation
        learning. CoRL, 143-156. https://arxiv.org/abs/1703.09327
    """

    def shaken(states: FloatArray) -> FloatArray:
        forces = expert(states)
        return forces + shake_n * rng.standard_normal(forces.shape)

    episodes = roll_out(cart_pole, shaken, starts, steps=steps)
    seen = np.ascontiguousarray(episodes.states[:-1:every].reshape(-1, 4))
    return Demonstrations(states=seen, forces_n=expert(seen), rollouts=episodes)
