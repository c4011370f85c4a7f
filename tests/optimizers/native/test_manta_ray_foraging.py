import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchbook as bb
from benchbook.optimizers.native.manta_ray_foraging import MantaRayForaging
from benchbook.problems import problem

LOWER, UPPER = np.array([-1.0, 2.0, -30.0]), np.array([3.0, 2.5, -10.0])
N, DIM, S = 6, 3, 2.0


def values(x: np.ndarray) -> np.ndarray:
    """Evaluate a bowl whose optimum is neither at the origin nor in the centre."""
    return (((x - LOWER) / (UPPER - LOWER) - np.array([0.2, 0.7, 0.6])) ** 2).sum(axis=-1)


def made(seed: int, max_evaluations: int, **settings: object) -> MantaRayForaging:
    """Return an optimizer of six rays."""
    return MantaRayForaging(
        LOWER, UPPER, np.random.default_rng(seed), max_evaluations=max_evaluations, population=N, **settings
    )  # type: ignore[arg-type]


def clipped(j: int, value: float) -> float:
    """Clip one variable to the box."""
    return min(max(value, LOWER[j]), UPPER[j])


def chain_or_cyclone(x: np.ndarray, best: np.ndarray, t: int, T: int, u: np.ndarray) -> np.ndarray:
    """Compute eqs. (1)-(7) of Zhao, Zhang & Wang (2020) for each ray and variable, with the draws `u`."""
    moved = np.empty_like(x)
    for i in range(N):
        r1, branch, explore = u[i, 2 * DIM], u[i, 2 * DIM + 1], u[i, 2 * DIM + 2]
        beta = 2.0 * math.exp(r1 * (T - t + 1) / T) * math.sin(2.0 * math.pi * r1)
        for j in range(DIM):
            r = u[i, j]
            alpha = 2.0 * r * math.sqrt(abs(math.log(r)))
            somewhere = LOWER[j] + u[i, DIM + j] * (UPPER[j] - LOWER[j])
            if branch <= 0.5:  # cyclone foraging
                centre = somewhere if t / T <= explore else best[j]
                before = centre if i == 0 else x[i - 1, j]
                value = centre + r * (before - x[i, j]) + beta * (centre - x[i, j])
            else:  # chain foraging
                before = best[j] if i == 0 else x[i - 1, j]
                value = x[i, j] + r * (before - x[i, j]) + alpha * (best[j] - x[i, j])
            moved[i, j] = clipped(j, value)
    return moved


def somersault(x: np.ndarray, best: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Compute eq. (8) for each ray and variable."""
    moved = np.empty_like(x)
    for i in range(N):
        for j in range(DIM):
            moved[i, j] = clipped(j, x[i, j] + S * (draws[i, 0] * best[j] - draws[i, 1] * x[i, j]))
    return moved


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_moves_are_those_of_the_paper(seed: int) -> None:
    """All iterations equal a slow transcription of the paper's equations with the same draws."""
    T = 7
    max_evaluations = N + 2 * N * T
    optimizer, rng = made(seed, max_evaluations), np.random.default_rng(seed)
    x = LOWER + rng.random((N, DIM)) * (UPPER - LOWER)
    asked = optimizer.ask()
    np.testing.assert_allclose(asked, x, rtol=1e-13)
    fx = values(x)
    optimizer.tell(asked, fx)
    best = x[fx.argmin()]
    for t in range(1, T + 1):
        for draws in ((N, 2 * DIM + 3), (N, 2)):
            u = rng.random(draws)
            moved = somersault(x, best, u) if draws[1] == 2 else chain_or_cyclone(x, best, t, T, 1.0 - u)
            asked = optimizer.ask()
            np.testing.assert_allclose(asked, moved, rtol=1e-9, atol=1e-9)
            f_moved = values(asked)
            optimizer.tell(asked, f_moved)
            better = f_moved < fx
            x, fx = np.where(better[:, None], asked, x), np.where(better, f_moved, fx)
            best = x[fx.argmin()]


def test_a_worse_move_is_taken_back() -> None:
    """A ray stays where it was unless its new value is strictly lower."""
    optimizer = made(1, 500)
    first = optimizer.ask()
    optimizer.tell(first, np.full(N, 1.0))
    optimizer.tell(optimizer.ask(), np.array([2.0, 1.0, np.inf, 5.0, 1.5, 1.0]))
    assert optimizer.x[0].tobytes() == first.tobytes()
    moved = optimizer.ask()
    optimizer.tell(moved, np.array([2.0, 0.5, 2.0, 2.0, 2.0, 2.0]))
    assert optimizer.x[0, 1].tobytes() == moved[1].tobytes()
    assert optimizer.best[0, 0].tobytes() == moved[1].tobytes()


@given(st.integers(1, 5000), st.integers(2, 60))
def test_the_schedule_ends_with_the_budget(max_evaluations: int, population: int) -> None:
    """Within the budget t never exceeds T, and the last iteration is T if there is more than one population."""
    optimizer = MantaRayForaging(
        LOWER, UPPER, np.random.default_rng(0), max_evaluations=max_evaluations, population=population
    )  # fmt: skip
    T = optimizer.iterations
    spent = population + 2 * population * T
    assert spent >= max_evaluations
    assert T == 1 or spent - 2 * population < max_evaluations


def test_iterations_are_counted_by_pairs_of_moves() -> None:
    """One iteration is one foraging and one somersault."""
    optimizer = made(1, 500)
    seen = []
    for _ in range(6):
        seen.append((optimizer.iteration, optimizer.somersaulting))
        x = optimizer.ask()
        optimizer.tell(x, values(x))
    assert seen == [(0, False), (1, False), (1, True), (2, False), (2, True), (3, False)]


def test_the_settings_change_the_search() -> None:
    """Population, somersault factor and repair rule each have an effect."""
    runs = [
        bb.run("manta_ray_foraging", "levy", dim=3, instance=1, seed=1, budget=300, settings=settings).content_digest
        for settings in ({}, {"population": 20}, {"somersault": 3.0}, {"repair": "reflect"}, {"repair": "wrap"})
    ]
    assert len(set(runs)) == 5


def test_it_beats_random_search_on_shifted_problems() -> None:
    """With the optimum away from centre and origin, it learns from the values."""
    for function in ("sphere", "rosenbrock"):
        mine, control = (
            bb.run(name, function, dim=5, instance=1, seed=2, budget=2500).precision
            for name in ("manta_ray_foraging", "random_search")
        )
        assert mine is not None
        assert control is not None
        assert mine < control


def test_random_search_is_uniform_for_any_batch() -> None:
    """The batch size affects only speed: the points are the same, and fill the box."""
    box = problem("sphere", dim=2, instance=1)
    runs = [bb.run("random_search", box, seed=3, budget=257, settings={"batch": batch}) for batch in (1, 7, 100, 1000)]
    assert len({run.best_value for run in runs}) == 1
    assert len({run.history.evaluations.tobytes() for run in runs}) == 1
