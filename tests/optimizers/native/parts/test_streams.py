from typing import Any

import numpy as np
import pytest

from benchbook.optimizers import names, optimizer
from benchbook.optimizers.catalog import NATIVE
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.problems import problem

LOWER, UPPER = np.array([-5.0, -4.0, 1.0]), np.array([4.0, 6.0, 2.0])


def generators(*seeds: int) -> list[np.random.Generator]:
    """Return one generator per seed."""
    return [np.random.default_rng(seed) for seed in seeds]


def test_a_run_draws_the_same_numbers_together_as_alone() -> None:
    """Each row of a draw equals what its own generator gives."""
    together = Streams(generators(3, 8))
    first, second = together.random(4, 2), together.random(5)
    for row, generator in enumerate(generators(3, 8)):
        assert first[row].tobytes() == generator.random((4, 2)).tobytes()
        assert second[row].tobytes() == generator.random(5).tobytes()


def test_kept_runs_draw_on_as_before() -> None:
    """Dropping a run does not shift the draws of the others."""
    streams = Streams(generators(1, 2, 3))
    streams.random(2)
    streams.keep([0, 2])
    assert len(streams) == 2
    alone = generators(3)[0]
    alone.random(2)
    assert streams.random(4)[1].tobytes() == alone.random(4).tobytes()


def lockstep_names() -> list[str]:
    """Return the native optimizers whose runs can advance together by default."""
    return [factory.name for factory in NATIVE if factory.in_lockstep(**optimizer(factory.name).settings)]


def test_native_optimizers_are_in_the_catalog() -> None:
    """Each native optimizer can be chosen by its name."""
    assert {factory.name for factory in NATIVE} <= set(names())


@pytest.mark.parametrize("name", lockstep_names())
def test_runs_in_lockstep_are_those_alone(name: str) -> None:
    """Three runs together ask for exactly the points of three single runs, also if one ends early."""
    choice = optimizer(name)
    objective = problem("levy", dim=3, instance=2)
    alone: list[Any] = [choice.make(LOWER, UPPER, generator, max_evaluations=300) for generator in generators(4, 5, 6)]
    together: Any = choice.make(LOWER, UPPER, Streams(generators(4, 5, 6)), max_evaluations=300)
    for iteration in range(6):
        if iteration == 3:
            together.keep([0, 2])
            alone = [alone[0], alone[2]]
        x = together.ask()
        singles = [single.ask() for single in alone]
        assert [row.tobytes() for row in x] == [single.tobytes() for single in singles]
        fx = np.stack([objective(row) for row in x])
        together.tell(x, fx)
        for single, points, values in zip(alone, singles, fx, strict=True):
            single.tell(points, values.copy())


@pytest.mark.parametrize("name", lockstep_names())
def test_one_run_in_lockstep_is_a_run(name: str) -> None:
    """A runs axis of length 1 changes only the shape."""
    choice = optimizer(name)
    single = choice.make(LOWER, UPPER, generators(9)[0], max_evaluations=200)
    together = choice.make(LOWER, UPPER, Streams(generators(9)), max_evaluations=200)
    assert together.ask().shape == (1, *single.ask().shape)
