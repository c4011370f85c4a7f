"""What the imitation notebook shows: who drives how well, and what it looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchbook.analysis.plots import Picture, episode_grid
from benchbook.problems.applied.imitation import (
    ImitationClone,
    RollOuts,
    held_out_starts,
    roll_out,
    untrained_policies,
)
from benchbook.specs.views.display import Table

EPISODES, STEPS, UNTRAINED = 40, 500, 20


def evaluate(problem: ImitationClone, policies: Mapping[str, Sequence[float]]) -> dict[str, RollOuts]:
    """Let the expert, policies and networks of chance drive from the same starts, which no demonstration began with.

    Args:
        problem: The problem.
        policies: Points of the problem, by name.

    Returns:
        Roll-outs of `expert`, of each policy, and of `untrained`, which are `UNTRAINED` policies side by side.

    Examples:
        >>> problem = ImitationClone("imitation_clone", 5)
        >>> list(evaluate(problem, {"idle": [0.0] * 5}))
        ['expert', 'idle', 'untrained']
    """
    starts = held_out_starts(problem, EPISODES)
    chance = problem.controller(untrained_policies(problem, UNTRAINED))
    done = {"expert": roll_out(problem.cart_pole, problem.expert, starts, steps=STEPS)}
    for name, point in policies.items():
        controller = problem.controller(np.array([point], dtype=np.float64))
        done[name] = roll_out(problem.cart_pole, controller, starts, steps=STEPS)
    done["untrained"] = roll_out(problem.cart_pole, chance, starts, steps=STEPS, policies=UNTRAINED)
    return done


def expert_table(problems: Sequence[ImitationClone]) -> Table:
    """Return the carts and the laws of their experts."""
    rows = [
        [
            str(problem.instance),
            f"{problem.cart_pole.cart_kg:.2f}",
            f"{problem.cart_pole.pole_kg:.3f}",
            f"{problem.cart_pole.half_length_m:.2f}",
            ", ".join(f"{gain:.1f}" for gain in problem.expert.gain),
        ]
        for problem in problems
    ]
    return Table(["instance", "cart, kg", "pole, kg", "half length, m", "gain, N per m, m/s, rad, rad/s"], rows)


def driver_table(driven: Mapping[int, Mapping[str, RollOuts]]) -> Table:
    """Return how long the pole stood, by instance and driver; of several policies the mean."""
    rows = [
        [str(instance), who, f"{100 * done.balanced_share.mean():.0f} %", f"{done.balanced_s.mean():.1f}"]
        for instance, drivers in driven.items()
        for who, done in drivers.items()
    ]
    return Table(["instance", "who drives", "episodes balanced to the end", "time balanced, s"], rows)


def episode_picture(problem: ImitationClone, drivers: Mapping[str, RollOuts]) -> Picture:
    """Return the episodes of each driver, of several policies those of the first."""
    episodes = {who: (done.times_s, done.states[:, 0], done.balanced_steps[0]) for who, done in drivers.items()}
    cart = problem.cart_pole
    stand = ", ".join(
        f"{who} {int(np.sum(steps == len(times) - 1))} of {len(steps)}" for who, (times, _, steps) in episodes.items()
    )
    alt = (
        f"Angle of the pole and position of the cart over time, instance {problem.instance}, one line per episode, "
        f"a cross where it ends early. Episodes that stand to the end: {stand}."
    )
    quantities = [(2, "angle, rad", cart.most_angle_rad), (0, "position, m", cart.track_m)]
    return Picture(episode_grid(episodes, quantities), alt)
