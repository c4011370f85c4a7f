from __future__ import annotations

import numpy as np
import pytest

from benchbook.optimizers.native.differential_evolution import DifferentialEvolution
from benchbook.optimizers.native.parts.base import other_rows

from ..drivers import box, generator, make, minimise, shifted_sphere

STRATEGIES = ["rand/1/bin", "current-to-best/1/bin"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_three_generations_follow_the_equations(strategy: str) -> None:
    """The population moves like a transcription of the strategy for each variable."""
    n, dim, F, CR = 6, 3, 0.5, 0.9
    optimizer = make(DifferentialEvolution, dim, generator(1), population=n, strategy=strategy, repair="clip")
    batches = minimise(optimizer, shifted_sphere, 4 * n)

    rng = generator(1)
    lower, upper = box(dim)
    x = lower + rng.random((n, dim)) * (upper - lower)
    np.testing.assert_array_equal(batches[0], x)
    fx = shifted_sphere(x)
    for batch in batches[1:]:
        u = rng.random((n, dim + 4))
        best = x[fx.argmin()]
        trial = x.copy()
        for i in range(n):
            ahead: list[int] = []  # the offsets of the other rows from i, each drawn from those that remain
            for k in range(3):
                left = [a for a in range(1, n) if a not in ahead]
                ahead.append(left[int(u[i, dim + 1 + k] * len(left))])
            r1, r2, r3 = (x[(i + a) % n] for a in ahead)
            for j in range(dim):
                if strategy == "rand/1/bin":
                    v = r1[j] + F * (r2[j] - r3[j])
                else:
                    v = x[i, j] + F * (best[j] - x[i, j]) + F * (r2[j] - r3[j])
                if u[i, j] < CR or j == int(u[i, dim] * dim):
                    trial[i, j] = min(max(v, lower[j]), upper[j])
        np.testing.assert_allclose(batch, trial, rtol=1e-12)
        for i, value in enumerate(shifted_sphere(trial)):
            if value <= fx[i]:
                x[i], fx[i] = trial[i], value


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_it_converges_on_a_shifted_sphere(strategy: str) -> None:
    """Both strategies find the optimum of a shifted sphere to 1e-6 within 8000 evaluations."""
    batches = minimise(make(DifferentialEvolution, 5, generator(2), strategy=strategy), shifted_sphere, 8000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-6


def test_the_other_rows_are_distinct_and_equally_likely() -> None:
    """Each triple of distinct rows other than the own occurs about equally often, and no other triple does."""
    u = generator(3).random((1, 4, 3 * 4000)).reshape(4000, 4, 3)
    picked = np.moveaxis(other_rows(u, 4), 0, -1)  # (4000, 4, 3)
    for own in range(4):
        triples, counts = np.unique(picked[:, own], axis=0, return_counts=True)
        assert len(triples) == 6
        assert all(len({own, *triple}) == 4 for triple in triples.tolist())
        assert counts.min() > 550
