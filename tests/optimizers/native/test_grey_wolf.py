from __future__ import annotations

import numpy as np
import pytest

from benchbook.optimizers.native.grey_wolf import GreyWolf

from ..drivers import box, generator, make, minimise, shifted_sphere


@pytest.mark.parametrize("greedy", [True, False])
def test_three_iterations_follow_the_equations(greedy: bool) -> None:
    """The pack moves like a transcription of eqs. (3.3)-(3.7) for each wolf, with a falling from 2 to 0."""
    n, dim, iterations = 5, 3, 3
    optimizer = make(GreyWolf, dim, generator(1), max_evaluations=(iterations + 1) * n, population=n, greedy=greedy)
    batches = minimise(optimizer, shifted_sphere, (iterations + 1) * n)

    rng = generator(1)
    lower, upper = box(dim)
    x = lower + rng.random((n, dim)) * (upper - lower)
    np.testing.assert_array_equal(batches[0], x)
    fx = shifted_sphere(x)
    seen = sorted(zip(fx, x.tolist(), strict=True))
    for t, batch in enumerate(batches[1:]):
        a = 2 - 2 * t / iterations
        leaders = [np.array(place) for _, place in seen[:3]]
        r1, r2 = rng.random((2, 3, n, dim))
        moved = np.empty_like(x)
        for i in range(n):
            ways = np.empty((3, dim))
            for k, leader in enumerate(leaders):
                A, C = 2 * a * r1[k, i] - a, 2 * r2[k, i]
                ways[k] = leader - A * abs(C * leader - x[i])
            moved[i] = np.minimum(np.maximum(ways.sum(axis=0) / 3, lower), upper)
        np.testing.assert_allclose(batch, moved, rtol=1e-12)
        for i, value in enumerate(shifted_sphere(moved)):
            if value < fx[i] or not greedy:
                x[i], fx[i] = moved[i], value
                seen.append((value, moved[i].tolist()))
        seen.sort()


@pytest.mark.parametrize("greedy", [True, False])
def test_it_converges_on_a_shifted_sphere(greedy: bool) -> None:
    """With and without greedy moves it comes within 1e-3 of a shifted sphere's optimum in 5000 evaluations."""
    batches = minimise(make(GreyWolf, 5, generator(2), max_evaluations=5000, greedy=greedy), shifted_sphere, 5000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-3
