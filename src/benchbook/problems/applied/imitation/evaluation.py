"""What policies are compared on: starts that no demonstration began with, and policies that learnt nothing."""

from __future__ import annotations

from benchbook.problems.applied.imitation.cart_pole import draw_starts
from benchbook.problems.applied.imitation.problem import ImitationClone
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray


def held_out_starts(problem: ImitationClone, episodes: int, *, spread: float = 1.2) -> FloatArray:
    """Return states to start from that differ from those of the demonstrations, shape `(episodes, 4)`.

    They depend on the problem's instance alone, and the first are the same however many there are.

    Args:
        problem: The problem.
        episodes: How many.
        spread: How much wider they lie than those of the demonstrations.

    Examples:
        >>> held_out_starts(ImitationClone("imitation_clone", 5), 7).shape
        (7, 4)
    """
    rng = problem_generator(function=f"{problem.name}, held out", dim=0, instance=problem.instance)
    return draw_starts(rng, episodes, spread=spread)


def untrained_policies(problem: ImitationClone, policies: int) -> FloatArray:
    """Return points drawn uniformly from the box of a problem, shape `(policies, dim)`: networks of chance."""
    rng = problem_generator(function=f"{problem.name}, untrained", dim=problem.dim, instance=problem.instance)
    return rng.uniform(problem.lower, problem.upper, (policies, problem.dim))
