"""Roll-outs: controllers in the simulation, many policies and episodes at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchbook.errors import ShapeError, UsageError
from benchbook.problems.applied.imitation.cart_pole import CartPole
from benchbook.typing import FloatArray, IntArray

Controller = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollOuts:
    """What happened in episodes of several policies.

    Attributes:
        states: States at each step, shape `(steps + 1, policies, episodes, 4)`; of an episode that ended, its last.
        forces_n: Forces at each step, shape `(steps, policies, episodes)`; 0 after the end.
        balanced_steps: Steps for which the pole stood, shape `(policies, episodes)`.
        step_s: Duration of a step.
    """

    states: FloatArray
    forces_n: FloatArray
    balanced_steps: IntArray
    step_s: float

    @property
    def balanced_share(self) -> FloatArray:
        """Share of each policy's episodes in which the pole stood to the end, shape `(policies,)`."""
        stood = self.balanced_steps == len(self.forces_n)
        return np.asarray(stood.mean(axis=1), dtype=np.float64)

    @property
    def balanced_s(self) -> FloatArray:
        """Mean time for which the pole stood, by policy, in seconds, shape `(policies,)`."""
        return np.asarray(self.step_s * self.balanced_steps.mean(axis=1), dtype=np.float64)

    @property
    def times_s(self) -> FloatArray:
        """Time of each state in seconds, shape `(steps + 1,)`."""
        return self.step_s * np.arange(len(self.states), dtype=np.float64)


def roll_out(
    cart_pole: CartPole, controller: Controller, starts: FloatArray, *, steps: int, policies: int = 1
) -> RollOuts:
    """Let a controller, or `policies` of them side by side, act from the same starts for some steps.

    An episode ends where the pole falls or the cart leaves its track.

    Args:
        cart_pole: The simulation.
        controller: Takes states of shape `(policies, episodes, 4)`; returns forces in newtons, `(policies, episodes)`.
        starts: States at the beginning, shape `(episodes, 4)`.
        steps: Greatest number of steps.
        policies: How many policies the controller drives.

    Raises:
        ShapeError: The starts have another shape.
        UsageError: There are no steps or no policies.

    Examples:
        >>> fallen = roll_out(CartPole(), lambda states: 0 * states[..., 0], np.array([[0.0, 0, 0.1, 0]]), steps=500)
        >>> fallen.balanced_s < 2
        array([ True])
    """
    if starts.ndim != 2 or starts.shape[1] != 4:
        raise ShapeError(f"starts has shape {starts.shape}, expected (episodes, 4)")
    if steps < 1 or policies < 1:
        raise UsageError(f"steps and policies are {steps} and {policies}, expected 1 or more of each")
    state = np.broadcast_to(starts, (policies, *starts.shape)).copy()
    states = np.empty((steps + 1, *state.shape))
    forces_n = np.zeros((steps, *state.shape[:2]))
    balanced = np.zeros(state.shape[:2], dtype=np.int64)
    states[0] = state
    going = cart_pole.stands(state)
    for step in range(steps):
        if going.any():
            wanted = np.clip(controller(state), -cart_pole.most_force_n, cart_pole.most_force_n)
            forces_n[step] = np.where(going, wanted, 0.0)
            state = np.where(going[..., None], cart_pole.step(state, forces_n[step]), state)
            going = going & cart_pole.stands(state)
            balanced += going
        states[step + 1] = state
    return RollOuts(states=states, forces_n=forces_n, balanced_steps=balanced, step_s=cart_pole.step_s)
