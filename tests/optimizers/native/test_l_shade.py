from __future__ import annotations

import math

import numpy as np
import pytest

import benchbook as bb
from benchbook.optimizers.native.l_shade import TERMINAL, LShade
from benchbook.optimizers.native.parts.streams import Streams

from ..drivers import box, generator, make, minimise, shifted_sphere


def half_up(number: float) -> int:
    """Return the nearest whole number."""
    return math.floor(number + 0.5)


def test_generations_follow_the_equations() -> None:
    """Population, archive and success history move like a transcription of the paper for each trial."""
    dim, H, max_evaluations, first = 3, 4, 700, 30
    optimizer = make(LShade, dim, generator(1), max_evaluations=max_evaluations, population=first, memory=H)
    batches = minimise(optimizer, shifted_sphere, max_evaluations)

    rng = generator(1)
    lower, upper = box(dim)
    n, size = first, half_up(2.6 * first)
    x = lower + rng.random((n, dim)) * (upper - lower)
    np.testing.assert_array_equal(batches[0], x)
    fx = shifted_sphere(x)
    archive: list[np.ndarray] = []
    M_F, M_CR, k = [0.5] * H, [0.5] * H, 0
    spent = n
    for batch in batches[1:]:
        planned = max(4, half_up((4 - first) * spent / max_evaluations + first))
        if planned < n:
            best = sorted(np.argsort(fx, kind="stable")[:planned].tolist())
            keys, n = rng.random(size), planned
            x, fx, size = x[best], fx[best], half_up(2.6 * planned)
            archive = [archive[row] for row in np.argsort(keys[: len(archive)], kind="stable")[:size]]
        u, normal = rng.random((n, dim + 6)), rng.standard_normal(n)
        order = np.argsort(fx, kind="stable")
        everybody = [*x.copy(), *archive]
        trial, F, CR = x.copy(), [0.0] * n, [0.0] * n
        for i in range(n):
            forced, chance, history, rank, one, two = u[i, dim:]
            r = int(history * H)
            CR[i] = min(max(M_CR[r] + 0.1 * normal[i], 0.0), 1.0)
            above = 0.5 + math.atan(M_F[r] / 0.1) / math.pi  # a Cauchy draw given that it is above 0
            F[i] = min(M_F[r] + 0.1 * math.tan(math.pi * (0.5 - above * chance)), 1.0)
            pbest = x[order[int(rank * max(2, half_up(0.11 * n)))]]
            r1 = (i + 1 + int(one * (n - 1))) % n
            others = [row for row in range(len(everybody)) if row not in (i, r1)]
            v = x[i] + F[i] * (pbest - x[i]) + F[i] * (x[r1] - everybody[others[int(two * len(others))]])
            for j in range(dim):
                if u[i, j] < CR[i] or j == int(forced * dim):
                    below, beyond = v[j] < lower[j], v[j] > upper[j]
                    trial[i, j] = (lower[j] + x[i, j]) / 2 if below else (upper[j] + x[i, j]) / 2 if beyond else v[j]
        np.testing.assert_allclose(batch, trial[: len(batch)], rtol=1e-7)
        spent += n
        if spent >= max_evaluations:
            break  # tell is never called after the last batch
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
            if M_CR[k] != TERMINAL:
                total = sum(a * CR[i] for a, i in zip(w, won, strict=True))
                squares = sum(a * CR[i] ** 2 for a, i in zip(w, won, strict=True))
                M_CR[k] = squares / total if total > 0 else TERMINAL
            M_F[k] = sum(a * F[i] ** 2 for a, i in zip(w, won, strict=True)) / sum(
                a * F[i] for a, i in zip(w, won, strict=True)
            )
            k = (k + 1) % H
        for i in range(n):
            if f_trial[i] <= fx[i]:
                x[i], fx[i] = trial[i], f_trial[i]
    assert spent >= max_evaluations
    assert n < 8


def test_the_population_shrinks_linearly_to_four() -> None:
    """The population starts with 18 points per variable, has half of them at half of the budget, and ends with four."""
    sizes = [len(x) for x in minimise(make(LShade, 5, generator(1), max_evaluations=5000), shifted_sphere, 5000)]
    assert sizes[0] == 90
    assert sizes == sorted(sizes, reverse=True)
    spent = np.cumsum(sizes)
    assert sizes[int(np.searchsorted(spent, 2500)) + 1] == pytest.approx(47, abs=2)
    assert sizes[-2] == 4


def test_a_longer_run_shrinks_more_slowly() -> None:
    """The schedule follows the budget, so the budget is part of what determines a run."""
    choice = bb.optimizer("l_shade")
    assert choice.length_argument == "max_evaluations"
    short, long = (minimise(make(LShade, 2, generator(1), max_evaluations=n), shifted_sphere, 400) for n in (400, 800))
    assert [len(x) for x in short] < [len(x) for x in long]


def test_asking_beyond_the_budget_keeps_the_smallest_population() -> None:
    """Asking for more than was announced gives four points at a time."""
    optimizer = make(LShade, 2, generator(1), max_evaluations=200)
    assert [len(x) for x in minimise(optimizer, shifted_sphere, 400)][-3:-1] == [4, 4]


def test_success_without_crossover_ends_an_entry() -> None:
    """Once only CR = 0 has succeeded, draws around that entry give CR = 0 for good."""
    optimizer = LShade(*box(2), generator(1), max_evaluations=1000, population=6, memory=1)
    optimizer.tell(x := optimizer.ask(), shifted_sphere(x))
    optimizer.ask()
    optimizer.CR[:] = 0.0
    optimizer.tell(optimizer.pool[0, :6].copy(), optimizer.fx[0] - 1.0)
    assert optimizer.memory_CR[0, 0] == TERMINAL
    optimizer.tell(x := optimizer.ask(), optimizer.fx[0] - 1.0)
    assert not optimizer.CR.any()
    assert optimizer.memory_CR[0, 0] == TERMINAL


def test_runs_in_lockstep_shrink_together() -> None:
    """All runs of a cell always have the same number of points, down to the last generation."""
    streams = Streams([generator(seed) for seed in (1, 2, 3)])
    together = make(LShade, 3, streams, max_evaluations=900)
    alone = make(LShade, 3, generator(2), max_evaluations=900)
    for _ in range(120):
        x, y = together.ask(), alone.ask()
        assert x[1].tobytes() == y.tobytes()
        together.tell(x, shifted_sphere(x))
        alone.tell(y, shifted_sphere(y))
    assert x.shape == (3, 4, 3)


def test_it_converges_on_a_shifted_sphere() -> None:
    """L-SHADE finds the optimum of a shifted sphere to 1e-8 within 5000 evaluations."""
    batches = minimise(make(LShade, 5, generator(2), max_evaluations=5000), shifted_sphere, 5000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-8
