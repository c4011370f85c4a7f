from __future__ import annotations

import math

import numpy as np
import pytest

from benchbook.optimizers.native.whale import Whale

from ..drivers import box, generator, make, minimise, shifted_sphere


@pytest.mark.parametrize("greedy", [True, False])
def test_iterations_follow_the_equations(greedy: bool) -> None:
    """The whales move like a transcription of eqs. (2.1)-(2.8) for each whale, with a falling from 2 to 0."""
    n, dim, iterations = 9, 3, 4
    optimizer = make(Whale, dim, generator(1), max_evaluations=(iterations + 1) * n, population=n, greedy=greedy)
    batches = minimise(optimizer, shifted_sphere, (iterations + 1) * n)

    rng = generator(1)
    lower, upper = box(dim)
    x = lower + rng.random((n, dim)) * (upper - lower)
    np.testing.assert_array_equal(batches[0], x)
    fx = shifted_sphere(x)
    best, f_best = x[fx.argmin()].copy(), fx.min()
    ways = set()
    for t, batch in enumerate(batches[1:]):
        a = 2 - 2 * t / iterations
        u = rng.random((5, n))
        moved = np.empty_like(x)
        for i in range(n):
            A, C, p, l = 2 * a * u[0, i] - a, 2 * u[1, i], u[2, i], 2 * u[3, i] - 1  # noqa: E741  # the paper's symbol
            if p >= 0.5:
                moved[i] = abs(best - x[i]) * math.exp(l) * math.cos(2 * math.pi * l) + best
                ways.add("spiral")
            elif abs(A) < 1:
                moved[i] = best - A * abs(C * best - x[i])
                ways.add("encircle")
            else:
                someone = x[int(u[4, i] * n)]
                moved[i] = someone - A * abs(C * someone - x[i])
                ways.add("explore")
        moved = np.minimum(np.maximum(moved, lower), upper)
        np.testing.assert_allclose(batch, moved, rtol=1e-12)
        for i, value in enumerate(shifted_sphere(moved)):
            if value < fx[i] or not greedy:
                x[i], fx[i] = moved[i], value
            if value < f_best:
                best, f_best = moved[i].copy(), value
    assert ways == {"spiral", "encircle", "explore"}


def test_it_approaches_the_optimum_of_a_shifted_sphere() -> None:
    """The best point is within 0.1 of a shifted sphere's optimum after 5000 evaluations."""
    batches = minimise(make(Whale, 5, generator(2), max_evaluations=5000), shifted_sphere, 5000)
    assert min(shifted_sphere(x).min() for x in batches) < 0.1
