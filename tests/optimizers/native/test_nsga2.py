from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UsageError
from benchbook.optimizers.native.nsga2 import Nsga2
from benchbook.optimizers.native.parts.streams import Streams

from ..drivers import box, generator


def _two(x: np.ndarray) -> np.ndarray:
    lower, upper = box(x.shape[-1])
    return np.stack([((x - lower) ** 2).sum(axis=-1), ((x - upper) ** 2).sum(axis=-1)], axis=-1)


def _outside(x: np.ndarray) -> np.ndarray:
    lower, upper = box(x.shape[-1])
    return ((lower + 0.4 * (upper - lower)) - x)[..., :1]


def test_the_better_half_of_parents_and_children_survives() -> None:
    """No dropped point dominates a kept one."""
    optimizer = Nsga2(*box(3), generator(1), population=20)
    for _ in range(8):
        before, fx = optimizer.x.copy(), optimizer.fx.copy()
        x = optimizer.ask()
        optimizer.tell(x, _two(x))
        everything = np.concatenate([fx[0], _two(x)]) if before.size else _two(x)
        kept = {tuple(row) for row in optimizer.fx[0]}
        dropped = [row for row in everything if tuple(row) not in kept]
        assert not any((row <= best).all() and (row < best).any() for row in dropped for best in optimizer.fx[0])


def test_two_objectives_spread_along_the_front() -> None:
    """After 40 generations the first objective of the best front covers most of its range without large gaps."""
    optimizer = Nsga2(*box(2), generator(2), population=40)
    for _ in range(40):
        x = optimizer.ask()
        optimizer.tell(x, _two(x))
    lower, upper = box(2)
    first = np.sort(optimizer.fx[0, :, 0]) / ((upper - lower) ** 2).sum()
    assert first[0] < 0.001
    assert first[-1] > 0.9
    assert np.diff(first).max() < 0.15


def test_feasible_points_win() -> None:
    """The population becomes feasible, and stays on the edge of the feasible region where that is better."""
    optimizer = Nsga2(*box(2), generator(3), population=20)
    for _ in range(40):
        x = optimizer.ask()
        optimizer.tell(x, _two(x), _outside(x))
    assert (optimizer.violation == 0.0).all()
    lower, upper = box(2)
    assert abs(optimizer.x[0, :, 0].min() - (lower + 0.4 * (upper - lower))[0]) < 0.01 * (upper - lower)[0]


def test_runs_with_two_objectives_advance_together() -> None:
    """Several runs together propose the same bytes as each one alone."""
    alone: list[list[bytes]] = []
    for seed in range(3):
        optimizer = Nsga2(*box(4), generator(seed), population=12)
        alone.append([])
        for _ in range(6):
            x = optimizer.ask()
            alone[-1].append(x.tobytes())
            optimizer.tell(x, _two(x))
    together = Nsga2(*box(4), Streams([generator(seed) for seed in range(3)]), population=12)
    for generation in range(6):
        x = together.ask()
        assert [row.tobytes() for row in x] == [batches[generation] for batches in alone]
        together.tell(x, _two(x))


def test_it_beats_random_search_on_pairs_of_bbob() -> None:
    """On unimodal and multimodal functions its hypervolume is larger after a tenth of the evaluations."""
    for name in ("bbob_biobj_f1", "bbob_biobj_f28"):
        chance = bb.run("random_search", name, dim=5, seed=1, budget=20_000).precision
        found = bb.run("nsga2", name, dim=5, seed=1, budget=2_000).precision
        assert found is not None
        assert chance is not None
        assert found < chance


@pytest.mark.parametrize("settings", [{"population": 7}, {"population": 2}, {"crossover": 1.5}])
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    """An odd or tiny population and a probability above 1 are refused before the run, or end as its error."""
    try:
        record = bb.run("nsga2", "sphere", dim=2, instance=1, seed=1, budget=20, settings=settings)
    except UsageError:
        return
    assert record.error is not None
    assert "even number" in record.error.message
