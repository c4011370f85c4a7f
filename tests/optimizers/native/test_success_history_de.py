from __future__ import annotations

import math

import numpy as np

from benchbook.optimizers.native.success_history_de import SuccessHistoryDE

from ..drivers import box, generator, make, minimise, shifted_sphere


def test_generations_follow_the_equations() -> None:
    """Population, archive and success history move like a transcription of the paper for each trial."""
    n, dim, H, size = 12, 3, 4, 12
    generations = 25
    optimizer = make(SuccessHistoryDE, dim, generator(1), population=n, memory=H)
    batches = minimise(optimizer, shifted_sphere, (generations + 1) * n)

    rng = generator(1)
    lower, upper = box(dim)
    x = lower + rng.random((n, dim)) * (upper - lower)
    np.testing.assert_array_equal(batches[0], x)
    fx = shifted_sphere(x)
    archive: list[np.ndarray] = []
    M_F, M_CR, k = [0.5] * H, [0.5] * H, 0
    for batch in batches[1:]:
        u, normal = rng.random((n, dim + 7)), rng.standard_normal(n)
        order = np.argsort(fx, kind="stable")
        everybody = [*x.copy(), *archive]
        trial, F, CR = x.copy(), [0.0] * n, [0.0] * n
        for i in range(n):
            forced, chance, history, greed, rank, first, second = u[i, dim:]
            r = int(history * H)
            CR[i] = min(max(M_CR[r] + 0.1 * normal[i], 0.0), 1.0)
            above = 0.5 + math.atan(M_F[r] / 0.1) / math.pi  # a Cauchy draw given that it is above 0
            F[i] = min(M_F[r] + 0.1 * math.tan(math.pi * (0.5 - above * chance)), 1.0)
            share = max(2 / n + greed * (0.2 - 2 / n), 2 / n)
            pbest = x[order[int(rank * share * n)]]
            r1 = (i + 1 + int(first * (n - 1))) % n
            others = [row for row in range(len(everybody)) if row not in (i, r1)]
            r2 = others[int(second * len(others))]
            v = x[i] + F[i] * (pbest - x[i]) + F[i] * (x[r1] - everybody[r2])
            for j in range(dim):
                if u[i, j] < CR[i] or j == int(forced * dim):
                    below, beyond = v[j] < lower[j], v[j] > upper[j]
                    trial[i, j] = (lower[j] + x[i, j]) / 2 if below else (upper[j] + x[i, j]) / 2 if beyond else v[j]
        np.testing.assert_allclose(batch, trial, rtol=1e-9)
        f_trial = shifted_sphere(trial)
        place = rng.random(n)
        won = [i for i in range(n) if f_trial[i] < fx[i]]
        for i in won:
            if len(archive) < size:
                archive.append(x[i].copy())
            else:
                archive[int(place[i] * size)] = x[i].copy()
        if won:
            w = [fx[i] - f_trial[i] for i in won]
            M_CR[k] = sum(a * CR[i] for a, i in zip(w, won, strict=True)) / sum(w)
            M_F[k] = sum(a * F[i] ** 2 for a, i in zip(w, won, strict=True)) / sum(
                a * F[i] for a, i in zip(w, won, strict=True)
            )
            k = (k + 1) % H
        for i in range(n):
            if f_trial[i] <= fx[i]:
                x[i], fx[i] = trial[i], f_trial[i]
    assert len(archive) == size


def test_it_converges_on_a_shifted_sphere() -> None:
    """The optimum of a shifted sphere is found to 1e-8 within 8000 evaluations."""
    batches = minimise(make(SuccessHistoryDE, 5, generator(2)), shifted_sphere, 8000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-8


def test_parents_without_a_value_are_outweighed_by_none() -> None:
    """An improvement over an infinite value leaves the success history finite."""
    optimizer = make(SuccessHistoryDE, 2, generator(1), population=6)
    optimizer.tell(optimizer.ask(), np.full(6, np.inf))
    optimizer.tell(optimizer.ask(), np.array([1.0, np.inf, 2.0, np.inf, np.inf, 3.0]))
    assert np.isfinite(optimizer.memory_F).all()
    assert optimizer.memory_F[0, 0] != 0.5
    assert optimizer.entry[0] == 1
