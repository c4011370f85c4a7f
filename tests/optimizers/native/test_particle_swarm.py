from __future__ import annotations

import numpy as np
import pytest

from benchbook.optimizers.native.particle_swarm import ParticleSwarm

from ..drivers import box, generator, make, minimise, shifted_sphere


@pytest.mark.parametrize("neighbours", ["all", "ring"])
def test_three_iterations_follow_the_equations(neighbours: str) -> None:
    """The swarm moves like a transcription of Clerc and Kennedy's equations for each particle."""
    n, dim, w, c = 5, 3, 0.72984, 1.496172
    batches = minimise(
        make(ParticleSwarm, dim, generator(1), population=n, neighbours=neighbours), shifted_sphere, 4 * n
    )

    rng = generator(1)
    lower, upper = box(dim)
    x = lower + rng.random((n, dim)) * (upper - lower)
    v = 0.5 * (lower + rng.random((n, dim)) * (upper - lower) - x)
    p, fp = x.copy(), [float("inf")] * n
    for batch in batches:
        np.testing.assert_allclose(batch, x, rtol=1e-12)
        for i, value in enumerate(shifted_sphere(x)):
            if value < fp[i]:
                p[i], fp[i] = x[i], value
        r1, r2 = rng.random((2, n, dim))
        for i in range(n):
            group = range(n) if neighbours == "all" else [(i - 1) % n, i, (i + 1) % n]
            leader = p[min(group, key=lambda j: fp[j])]
            for j in range(dim):
                v[i, j] = w * v[i, j] + c * r1[i, j] * (p[i, j] - x[i, j]) + c * r2[i, j] * (leader[j] - x[i, j])
                fastest = 0.5 * (upper[j] - lower[j])
                v[i, j] = min(max(v[i, j], -fastest), fastest)
                moved = x[i, j] + v[i, j]
                x[i, j] = min(max(moved, lower[j]), upper[j])
                if x[i, j] != moved:
                    v[i, j] = 0.0


@pytest.mark.parametrize("neighbours", ["all", "ring"])
def test_it_converges_on_a_shifted_sphere(neighbours: str) -> None:
    """Both neighbourhoods find the optimum of a shifted sphere to 1e-6 within 6000 evaluations."""
    batches = minimise(make(ParticleSwarm, 5, generator(2), neighbours=neighbours), shifted_sphere, 6000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-6


def test_a_lonely_particle_flies_on() -> None:
    """A swarm of one particle works."""
    batches = minimise(make(ParticleSwarm, 2, generator(1), population=1, neighbours="ring"), shifted_sphere, 20)
    assert {x.shape for x in batches} == {(1, 2)}
