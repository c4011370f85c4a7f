"""The noisy BBOB functions agree with the reference without noise, and with its draws; a run has its own draws."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.errors import UnknownNameError, UsageError
from benchbook.problems import certify, describe, digest, expand, problem, stack
from benchbook.problems.bbob import NOISY, NoisyBbobProblem, noisy
from benchbook.problems.bbob.noise import Cauchy, Gaussian, RunStreams, Uniform
from benchbook.problems.certify import LIMIT, NOISY_INSTANCES, REFERENCE_DIMS
from benchbook.problems.coco import NoisyReference
from benchbook.protocols import Noisy, Problem


@pytest.mark.parametrize("name", NOISY)
def test_functions_and_noise_are_those_of_the_reference(name: str) -> None:
    """Every function agrees in all dimensions of the suite, without noise and with the same draws."""
    found = certify.certify(name, REFERENCE_DIMS, (1, 8, 15))
    assert found.faults == ()
    assert found.worst <= LIMIT
    assert found.passed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bbob_noisy_f105", "bbob_noisy_f118", "bbob_noisy_f125", "bbob_noisy_f130"])
def test_all_instances_of_the_suite_agree(name: str) -> None:
    """One function of each kind agrees in all fifteen instances."""
    assert certify.certify(name, (2, 5, 20), NOISY_INSTANCES).passed


@pytest.mark.parametrize("name", ["bbob_noisy_f101", "bbob_noisy_f108", "bbob_noisy_f130"])
def test_wrong_noise_is_a_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A noise strength that is off by a millionth is detected."""
    right = noisy.model_of

    def wrong(number: int, dim: int) -> Gaussian | Uniform | Cauchy:
        model = right(number, dim)
        strength = "beta" if isinstance(model, Gaussian) else "alpha"
        return dataclasses.replace(model, **{strength: getattr(model, strength) * (1.0 + 1e-6)})

    monkeypatch.setattr(noisy, "model_of", wrong)
    [fault] = certify.certify(name, [5], [1]).faults
    assert "noisy values differ" in fault


def noise_of(made: NoisyBbobProblem, seed: int, groups: list[int]) -> list[float]:
    """Return what a run sees of the same points, grouped into batches of these sizes."""
    seen = made.noise_of_run(np.random.default_rng(seed))
    x = np.random.default_rng(1).uniform(-5, 5, (sum(groups), made.dim))
    parts = np.split(x, np.cumsum(groups)[:-1])
    return [float(value) for part in parts for value in seen(part, made(part))]


@given(st.sampled_from(sorted(NOISY)), st.integers(0, 9), st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_batches_change_no_noise(name: str, seed: int, groups: list[int]) -> None:
    """However its evaluations are grouped, a run sees the same values; another seed gives others."""
    made = NoisyBbobProblem(name, 3, 2)
    together = noise_of(made, seed, [sum(groups)])
    assert noise_of(made, seed, groups) == together
    if not isinstance(made.model, Cauchy):  # which adds the same amount to most values
        assert noise_of(made, seed + 1, groups) != together


@pytest.mark.parametrize("name", NOISY)
def test_the_optimum_is_where_it_is_stated(name: str) -> None:
    """Without noise the value is f_opt at the optimum and above it elsewhere; noise never falls below f_opt."""
    made = NoisyBbobProblem(name, 5, 3)
    assert made(made.x_opt[None]) == made.f_opt
    x = np.random.default_rng(2).uniform(-6, 6, (200, 5))
    values = made(x)
    assert np.all(values > made.f_opt)
    assert np.all(made.noise_of_run(np.random.default_rng(3))(x, values) > made.f_opt)


def test_the_noise_is_that_of_the_report() -> None:
    """Gaussian noise has the standard deviation of its logarithm, uniform noise its quartiles, Cauchy noise a share."""
    streams, f = RunStreams(np.random.default_rng(4)), np.full(40_000, 3.0)
    logs = np.log(Gaussian(beta=0.5)(f, streams) / f)
    assert logs.mean() == pytest.approx(0.0, abs=0.01)
    assert logs.std() == pytest.approx(0.5, rel=0.02)
    plain = Uniform(alpha=0.0, beta=1.0)(f, streams) / f
    assert np.quantile(plain, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.01)
    large = np.log10(Uniform(alpha=1.0, beta=0.0)(f, streams) / f)
    assert np.quantile(large, 0.5) == pytest.approx(0.5 * np.log10(1e9 / 3.0), rel=0.02)
    added = Cauchy(alpha=1.0, p=0.2)(f, streams) - f
    assert np.mean(added != 1000.0) == pytest.approx(0.2, abs=0.01)
    assert np.quantile(added[added != 1000.0], [0.25, 0.75]) == pytest.approx([999.0, 1001.0], abs=0.1)
    assert added.min() == 0.0


def test_outside_of_the_box_the_penalty_has_no_noise() -> None:
    """A hundred times the squared distance is added to the noisy value."""
    made = NoisyBbobProblem("bbob_noisy_f107", 2, 1)
    x = np.array([[6.0, 0.0], [1000.0, 0.0]])
    values = made(x)
    assert values[0] - made.f_opt == pytest.approx(np.sum((x[0] - made.x_opt) ** 2) + 100.0)
    far = made.noise_of_run(np.random.default_rng(1))(x, values)[1] - made.f_opt
    assert far == pytest.approx(100.0 * 995.0**2, rel=0.5)


def test_values_that_are_no_numbers_stay_so() -> None:
    """Noise does not turn invalid values into valid ones, and raises no exception."""
    for name in NOISY:
        made = NoisyBbobProblem(name, 2, 1)
        seen = made.noise_of_run(np.random.default_rng(1))
        found = seen(np.full((2, 2), np.nan), np.array([np.inf, np.nan]))
        assert not np.isfinite(found).any()


def test_the_catalog_has_them() -> None:
    """A described group contains thirty functions, with BBOB's dimensions and instances."""
    assert expand("bbob_noisy") == [f"bbob_noisy_f{number}" for number in range(101, 131)]
    info = describe("bbob_noisy_f118")
    assert (info.title, info.conditioning, info.group) == ("Ellipsoid, Cauchy noise", 1e4, "severe noise")
    assert describe("bbob_noisy_f105").title == "Rosenbrock, moderate uniform noise"
    assert "f_pen + f_opt" in describe("bbob_noisy_f122").formula
    assert describe("bbob_noisy_f122").formula.count("f_pen") == 1
    assert isinstance(problem("bbob_noisy_f101", 2), Noisy)
    assert isinstance(problem("bbob_noisy_f101", 2), Problem)
    assert not isinstance(problem("bbob_f1", 2), Noisy)
    with pytest.raises(UsageError, match="expected a whole number >= 2"):
        problem("bbob_noisy_f101", 1)
    with pytest.raises(UnknownNameError):
        NoisyBbobProblem("bbob_f1", 2)
    with pytest.raises(UnknownNameError):
        NoisyReference("bbob_f1", 2)


def test_problems_pickle_and_stack_without_their_noise() -> None:
    """A copy has the same values and noise, and stacked problems equal each one alone."""
    made = [NoisyBbobProblem("bbob_noisy_f128", 3, instance) for instance in (1, 2)]
    copy = pickle.loads(pickle.dumps(made[0]))  # noqa: S301  # our own bytes
    assert noise_of(copy, 1, [4]) == noise_of(made[0], 1, [4])
    x = np.random.default_rng(1).uniform(-5, 5, (2, 4, 3))
    both = stack(made)(x)
    assert [row.tobytes() for row in both] == [item(points).tobytes() for item, points in zip(made, x, strict=True)]
    assert repr(copy) == "NoisyBbobProblem('bbob_noisy_f128', dim=3, instance=1)"
    assert digest(copy) == digest(made[1]) != digest(problem("bbob_f21", 3))
