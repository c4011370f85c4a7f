"""Imitation in small: a cart-pole, an expert that balances it, its demonstrations, a network to clone it, roll-outs."""

from benchbook.problems.applied.imitation.cart_pole import CartPole, draw_starts
from benchbook.problems.applied.imitation.demonstrations import Demonstrations, demonstrate
from benchbook.problems.applied.imitation.evaluation import held_out_starts, untrained_policies
from benchbook.problems.applied.imitation.expert import Expert, regulator
from benchbook.problems.applied.imitation.problem import ImitationClone
from benchbook.problems.applied.imitation.rollouts import RollOuts, roll_out

__all__ = [
    "CartPole",
    "Demonstrations",
    "Expert",
    "ImitationClone",
    "RollOuts",
    "demonstrate",
    "draw_starts",
    "held_out_starts",
    "regulator",
    "roll_out",
    "untrained_policies",
]
