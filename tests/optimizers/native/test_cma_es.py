from __future__ import annotations

import math

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import UsageError
from benchbook.optimizers.native.cma_es import CmaEs
from benchbook.optimizers.native.parts.cma_restarts import Bipop, Convergence
from benchbook.optimizers.native.parts.streams import Streams

from ..drivers import box, generator, make, minimise, shifted_sphere


def ellipsoid(x: np.ndarray) -> np.ndarray:
    """A rotated, shifted ellipsoid of condition 1e6."""
    n = x.shape[-1]
    lower, upper = box(n)
    q, _ = np.linalg.qr(generator(9).standard_normal((n, n)))
    z = (x - (lower + 0.6 * (upper - lower))) @ q
    return np.add.reduce(10.0 ** np.linspace(0, 6, n) * z * z, axis=-1)


@pytest.mark.parametrize("population", [9, 10, 30])
def test_generations_follow_the_tutorial(population: int) -> None:
    """Ten generations are those of a transcription of the tutorial's summary, with active weights."""
    n, lam, generations = 4, population, 10
    optimizer = make(CmaEs, n, generator(1), population=lam, step=0.1)
    batches = minimise(optimizer, ellipsoid, generations * lam)

    raw = [math.log((lam + 1) / 2) - math.log(i) for i in range(1, lam + 1)]
    mu = lam // 2
    mu_eff = sum(raw[:mu]) ** 2 / sum(w * w for w in raw[:mu])
    mu_eff_minus = sum(raw[mu:]) ** 2 / sum(w * w for w in raw[mu:])
    c_s = (mu_eff + 2) / (n + mu_eff + 5)
    d_s = 1 + 2 * max(0, math.sqrt((mu_eff - 1) / (n + 1)) - 1) + c_s
    c_c = (4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n)
    c_1 = 2 / ((n + 1.3) ** 2 + mu_eff)
    c_mu = min(1 - c_1, 2 * (1 / 4 + mu_eff + 1 / mu_eff - 2) / ((n + 2) ** 2 + 2 * mu_eff / 2))
    alpha = min(1 + c_1 / c_mu, 1 + 2 * mu_eff_minus / (mu_eff + 2), (1 - c_1 - c_mu) / (n * c_mu))
    positive, negative = sum(w for w in raw if w > 0), -sum(w for w in raw if w < 0)
    weights = [w / positive if w >= 0 else alpha * w / negative for w in raw]
    chi = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))

    rng = generator(1)
    lower, upper = box(n)
    m, sigma, C = rng.random(n), 0.1, np.eye(n)
    B, D = np.eye(n), np.ones(n)
    p_s, p_c = np.zeros(n), np.zeros(n)
    for g, batch in enumerate(batches):
        z = rng.standard_normal((lam, n))
        y = np.array([B @ np.diag(D) @ row for row in z])
        x = lower + (m + sigma * y) * (upper - lower)
        folded = np.where(x < lower, 2 * lower - x, np.where(x > upper, 2 * upper - x, x))
        np.testing.assert_allclose(batch, folded, rtol=1e-7, atol=1e-9)
        ranked = y[np.argsort(ellipsoid(batch), kind="stable")]
        y_w = sum(w * row for w, row in zip(weights[:mu], ranked[:mu], strict=True))
        m = m + sigma * y_w
        root = B @ np.diag(1 / D) @ B.T
        p_s = (1 - c_s) * p_s + math.sqrt(c_s * (2 - c_s) * mu_eff) * root @ y_w
        length = math.sqrt(p_s @ p_s)
        sigma = sigma * math.exp(min(1.0, c_s / d_s * (length / chi - 1)))
        h = length / math.sqrt(1 - (1 - c_s) ** (2 * (g + 1))) < (1.4 + 2 / (n + 1)) * chi
        p_c = (1 - c_c) * p_c + h * math.sqrt(c_c * (2 - c_c) * mu_eff) * y_w
        C = (1 + c_1 * (1 - h) * c_c * (2 - c_c) - c_1 - c_mu * sum(weights)) * C + c_1 * np.outer(p_c, p_c)
        for w, row in zip(weights, ranked, strict=True):
            C = C + c_mu * (w if w >= 0 else w * n / (root @ row @ root @ row)) * np.outer(row, row)
        squares, B = np.linalg.eigh(C)
        D = np.sqrt(squares)


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_it_converges_on_a_shifted_sphere(dim: int) -> None:
    """CMA-ES finds the optimum of a shifted sphere to 1e-10 within 2000 evaluations, in one dimension as well."""
    batches = minimise(make(CmaEs, dim, generator(2)), shifted_sphere, 2000)
    assert min(shifted_sphere(x).min() for x in batches) < 1e-10


def test_it_learns_a_rotated_ellipsoid() -> None:
    """With condition 1e6, 1e-8 is reached in 8-D within 8000 evaluations."""
    batches = minimise(make(CmaEs, 8, generator(2)), ellipsoid, 8000)
    assert min(ellipsoid(x).min() for x in batches) < 1e-8


def test_it_finds_an_optimum_on_the_bound() -> None:
    """On a linear slope the corner of the box is approached to 1e-6."""
    lower, _ = box(4)
    batches = minimise(make(CmaEs, 4, generator(2)), lambda x: np.add.reduce(x - lower, axis=-1), 4000)
    assert min(np.add.reduce(x - lower, axis=-1).min() for x in batches) < 1e-6


@pytest.mark.parametrize("restarts", ["none", "bipop"])
def test_a_long_run_after_convergence_stays_sound(restarts: str) -> None:
    """Long after convergence, with a condition beyond float precision, points stay finite and within the box."""
    lower, upper = box(3)
    scale = np.array([1.0, 1e9, 1e18])
    batches = minimise(
        make(CmaEs, 3, generator(2), restarts=restarts),
        lambda x: np.add.reduce(scale * (x - lower - 1.0) ** 2, -1),
        20_000,
    )
    assert all(((x >= lower) & (x <= upper)).all() for x in batches)


def test_bipop_restarts_with_other_populations_and_finds_what_one_run_does_not() -> None:
    """On a rippled bowl restarts enlarge the population and reach the optimum with most seeds."""

    def rippled(x: np.ndarray) -> np.ndarray:
        lower, upper = box(x.shape[-1])
        z = x - (lower + 0.7 * (upper - lower))
        return np.add.reduce(z * z + 10.0 * (1.0 - np.cos(2.0 * np.pi * z)), axis=-1)

    for seed in (5, 6, 7, 8):  # two of three seeds succeed; which ones depends on the last bits of the NumPy version
        batches = minimise(make(CmaEs, 3, generator(seed), restarts="bipop"), rippled, 20_000)
        assert {7, 14, 28} <= {len(x) for x in batches}
        if min(rippled(x).min() for x in batches) < 1e-8:
            return
    pytest.fail("no seed reached the optimum")


def test_restarts_are_not_in_lockstep() -> None:
    """Runs with restarts advance one by one, and are refused as a lockstep batch."""
    assert CmaEs.in_lockstep()
    assert CmaEs.in_lockstep(**bb.optimizer("cma_es", population=20).settings)
    assert not CmaEs.in_lockstep(**bb.optimizer("cma_es", restarts="bipop").settings)
    with pytest.raises(UsageError, match="restarts is 'bipop', which cannot advance 2 runs together"):
        make(CmaEs, 2, Streams([generator(1), generator(2)]), restarts="bipop")


def test_the_default_population_follows_the_dimension() -> None:
    """Without a setting the population is 4 + floor(3 ln dim)."""
    assert [make(CmaEs, dim, generator(1)).population for dim in (1, 2, 10, 40)] == [4, 6, 10, 15]


def test_the_regimes_share_the_evaluations() -> None:
    """After the first run the large regime doubles, and small runs follow until they have spent as much."""
    bipop = Bipop(10, 0.3)
    assert bipop.next(1000, 0.5, 0.5) == (20, 0.3)
    population, step = bipop.next(4000, 0.5, 0.5)
    assert (population, step, bipop.limit) == (10, pytest.approx(0.03), 2000)
    assert bipop.next(1500, 0.5, 0.5)[0] == 10
    assert bipop.next(2000, 0.5, 0.5)[0] == 10
    assert bipop.next(1000, 0.5, 0.5) == (40, 0.3)
    assert bipop.limit == math.inf


def test_values_that_no_longer_fall_are_convergence() -> None:
    """A run whose median values have stopped falling ends, others do not."""

    def generations(best: list[float]) -> int:
        convergence = Convergence(2, 6, 0.3)
        for number, value in enumerate(best, start=1):
            distribution = {"mean": np.zeros(2), "C": np.eye(2), "B": np.eye(2), "D": np.ones(2), "p_c": np.zeros(2)}
            if convergence.reached(np.linspace(value, value + 1, 6), sigma=0.1, **distribution):
                return number
        return 0

    assert generations([1000.0 - i for i in range(400)]) == 0
    assert 130 <= generations([100.0 + math.sin(i) for i in range(400)]) < 400
