from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from benchbook.optimizers.catalog import NATIVE
from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.optimizers.native.parts.streams import Streams

from ..drivers import box, generator, make, minimise, shifted_sphere

DIMS = (1, 2, 5, 10, 40)
RUNS = 15
GENERATIONS = 12
BY_NAME = {factory.name: factory for factory in NATIVE}
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in BY_NAME),
    ("particle_swarm", {"neighbours": "ring", "repair": "reflect"}),
    ("differential_evolution", {"strategy": "current-to-best/1/bin", "repair": "wrap"}),
    ("grey_wolf", {"greedy": False}),
    ("whale", {"greedy": False, "population": 7}),
    ("cma_es", {"population": 50}),
    ("cma_es", {"population": 7, "repair": "wrap"}),
    ("success_history_de", {"population": 10, "archive": 0.5, "memory": 3, "repair": "reflect"}),
    ("l_shade", {"population": 12, "archive": 0.5, "memory": 3, "greediness": 0.5, "repair": "wrap"}),
    ("nsga2", {"population": 10, "crossover": 0.5}),
    ("simulated_annealing", {"chains": 3}),
]


def values(x: np.ndarray, run: int, generation: int) -> np.ndarray:
    """Return values for one run's batch: a shifted, rippled bowl, with some points without a value."""
    lower, upper = box(x.shape[-1])
    z = x - (lower + (0.2 + 0.04 * run) * (upper - lower))
    fx = np.add.reduce(z * z - 3.0 * np.cos(4.0 * z), axis=-1)
    if generation % 5 == 1:
        fx[:: run + 2] = np.inf
    return fx


def trajectory(optimizer: NativeOptimizer, run: int) -> list[bytes]:
    """Return the batches of a single run as bytes."""
    batches = []
    for generation in range(GENERATIONS):
        x = optimizer.ask()
        batches.append(x.tobytes())
        optimizer.tell(x, values(x, run, generation))
    return batches


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize(("name", "settings"), VARIANTS, ids=lambda value: str(value).strip("{}") or "defaults")
def test_runs_in_lockstep_are_byte_equal_to_each_alone(name: str, settings: dict[str, Any], dim: int) -> None:
    """Runs that advance together, and leave the batch at different times, propose the same bytes as each run alone."""
    factory = BY_NAME[name]
    alone = [trajectory(make(factory, dim, generator(run), **settings), run) for run in range(RUNS)]
    for count in (1, 2, 3, RUNS):
        together = make(factory, dim, Streams([generator(run) for run in range(count)]), **settings)
        here = list(range(count))
        for generation in range(GENERATIONS):
            x = together.ask()
            assert [x[row].tobytes() for row in range(len(here))] == [alone[run][generation] for run in here]
            if generation in (0, 3, 4, 7) and len(here) > 1:  # some end after evaluation, before tell
                stay = list(range(0, len(here), 2)) if generation == 3 else list(range(1, len(here)))
                together.keep(stay)
                here, x = [here[row] for row in stay], x[stay]
            fx = np.stack([values(batch, run, generation) for batch, run in zip(x, here, strict=True)])
            together.tell(x, fx)


def test_pickling_between_ask_and_tell_continues_byte_equal(native: type[NativeOptimizer]) -> None:
    """An optimizer that is pickled at any time continues with the same bytes."""
    expected = trajectory(make(native, 3, generator(1)), 1)
    optimizer = make(native, 3, generator(1))
    for generation in range(GENERATIONS):
        x = optimizer.ask()
        optimizer = pickle.loads(pickle.dumps(optimizer))  # noqa: S301  # its own bytes
        assert x.tobytes() == expected[generation]
        optimizer.tell(x, values(x, 1, generation))
        optimizer = pickle.loads(pickle.dumps(optimizer))  # noqa: S301  # its own bytes


def test_a_longer_budget_continues_an_anytime_run(native: type[NativeOptimizer]) -> None:
    """Anytime optimizers do not depend on the budget; the others move differently under another one.

    The tolerance of epsilon_de follows the budget, but makes no difference without constraints.
    """
    short, long = (
        np.concatenate(minimise(make(native, 3, generator(1), max_evaluations=max_evaluations), shifted_sphere, 500))
        for max_evaluations in (500, 1000)
    )
    assert (short.tobytes() == long.tobytes()) is (native.anytime or native.name == "epsilon_de")


@pytest.mark.parametrize("dim", [1, 3])
@pytest.mark.parametrize("value", [np.inf, 0.0, 1e308], ids=["infinite", "flat", "huge"])
def test_values_without_information_do_no_harm(native: type[NativeOptimizer], value: float, dim: int) -> None:
    """If all values are infinite or equal, every optimizer keeps proposing points within the box."""
    lower, upper = box(dim)
    for x in minimise(make(native, dim, generator(1)), lambda x: np.full(len(x), value), 2000):
        assert ((x >= lower) & (x <= upper)).all()


@pytest.mark.parametrize("dim", [1, 4])
def test_values_at_the_ends_of_the_floats_do_no_harm(native: type[NativeOptimizer], dim: int) -> None:
    """Values from the lowest to the highest float, and infinite ones between them, raise no warning."""
    lower, upper = box(dim)
    rng = generator(5)
    ends = np.array([-1.7e308, -1e-300, 0.0, 5e-324, 1.0, 1.7e308, np.inf])
    for x in minimise(make(native, dim, generator(1)), lambda x: rng.choice(ends, len(x)), 2000):
        assert ((x >= lower) & (x <= upper)).all()


def test_all_points_lie_in_a_narrow_box(native: type[NativeOptimizer]) -> None:
    """In an extremely narrow box with the optimum at its corner, every point stays within the bounds."""
    lower, upper = np.array([1.0, -3.0]), np.array([1.0 + 1e-9, 1e6])
    extra = {} if native.anytime else {"max_evaluations": 2000}
    optimizer = native(lower, upper, generator(3), **extra)
    for x in minimise(optimizer, lambda x: np.add.reduce(x, axis=-1), 2000):
        assert ((x >= lower) & (x <= upper)).all()


def test_asked_points_are_never_changed_afterwards(native: type[NativeOptimizer]) -> None:
    """What ask returned stays unchanged, so observers may keep it."""
    optimizer = make(native, 3, generator(1))
    kept, copies = [], []
    for _ in range(6):
        x = optimizer.ask()
        kept.append(x)
        copies.append(x.copy())
        optimizer.tell(x, shifted_sphere(x))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(kept, copies, strict=True))
