from __future__ import annotations

import math

import numpy as np

from benchbook.optimizers.native.simulated_annealing import SimulatedAnnealing

from ..drivers import box, generator, make, minimise, shifted_sphere


def test_iterations_follow_the_rule_of_metropolis() -> None:
    """The chains move, cool down and adapt their steps like a transcription for each chain."""
    chains, dim, iterations = 4, 3, 30
    optimizer = make(
        SimulatedAnnealing, dim, generator(1), max_evaluations=(iterations + 1) * chains, chains=chains, repair="clip"
    )
    batches = minimise(optimizer, shifted_sphere, (iterations + 1) * chains)

    rng = generator(1)
    lower, upper = box(dim)
    x = lower + rng.random((chains, dim)) * (upper - lower)
    np.testing.assert_array_equal(batches[0], x)
    fx = shifted_sphere(x)
    hottest = (fx.max() - fx.min()) / 2
    steps = [0.1] * chains
    uphill = 0
    for t, batch in enumerate(batches[1:]):
        moved = x + rng.standard_normal((chains, dim)) * np.array(steps)[:, np.newaxis] * (upper - lower)
        moved = np.minimum(np.maximum(moved, lower), upper)
        np.testing.assert_allclose(batch, moved, rtol=1e-10)
        temperature = hottest * 1e-8 ** (t / iterations)
        u = rng.random(chains)
        for i, value in enumerate(shifted_sphere(moved)):
            accepted = u[i] < math.exp(min(0.0, (fx[i] - value) / temperature))
            uphill += accepted and value > fx[i]
            if accepted:
                x[i], fx[i] = moved[i], value
            steps[i] = min(steps[i] * math.exp((accepted - 0.25) / math.sqrt(dim)), 0.5)
    assert uphill > 0


def test_it_converges_on_a_shifted_sphere() -> None:
    """The optimum of a shifted sphere is found to 1e-3 within 5000 evaluations."""
    batches = minimise(make(SimulatedAnnealing, 5, generator(2), max_evaluations=5000), shifted_sphere, 5000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-3
