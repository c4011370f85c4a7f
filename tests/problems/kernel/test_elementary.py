"""Accuracy of the kernel's elementary functions, compared with mpmath."""

import mpmath
import numpy as np
import pytest

from benchbook.problems import kernel

MOST_ULPS = 2.0
RNG = np.random.default_rng(20)


def spread(*ranges: tuple[float, float], n: int = 700) -> np.ndarray:
    """Draw numbers from several ranges, including their ends."""
    return np.concatenate([np.append(RNG.uniform(low, high, n), [low, high]) for low, high in ranges])


def magnitudes(low: float, high: float, n: int = 700) -> np.ndarray:
    """Draw numbers whose binary logarithms are uniform."""
    return np.exp2(RNG.uniform(low, high, n))


QUARTERS = np.arange(-900, 901) * (0.5 * np.pi)
CASES = {
    "exp": (mpmath.exp, spread((-745, 709.7), (-1, 1), (-1e-3, 1e-3))),
    "log": (mpmath.log, np.concatenate([magnitudes(-1074, 1023.9), spread((0.5, 2), (0.999, 1.001))])),
    "sin": (mpmath.sin, np.concatenate([spread((-1e6, 1e6), (-4, 4), (-1e-3, 1e-3)), QUARTERS])),
    "cos": (mpmath.cos, np.concatenate([spread((-1e6, 1e6), (-4, 4), (-1e-3, 1e-3)), QUARTERS])),
    "sin_pi": (mpmath.sinpi, spread((-1e6, 1e6), (-4, 4), (-1e-3, 1e-3))),
}


def ulps(found: float, exact: mpmath.mpf) -> float:
    """Return a distance in units in the last place of the exact value."""
    return float(abs(mpmath.mpf(found) - exact) / mpmath.mpf(float(np.spacing(abs(float(exact))))))


@pytest.mark.parametrize("name", CASES)
def test_functions_are_accurate_over_their_ranges(name: str) -> None:
    """No value is more than two units in the last place away from the exact one."""
    exact, x = CASES[name]
    with mpmath.workdps(40):
        worst = max(
            ulps(value, exact(mpmath.mpf(point)))
            for point, value in zip(x.tolist(), kernel.elementary(name, x).tolist(), strict=True)
        )
    assert worst <= MOST_ULPS


def test_powers_are_accurate_up_to_the_ends_of_the_range() -> None:
    """A power is off by at most two units, also if the result nearly overflows or underflows."""
    x = np.concatenate([magnitudes(-1000, 1000), spread((1e-3, 10)), spread((0.5, 2))])
    y = np.concatenate([RNG.uniform(-1, 1, 700), RNG.uniform(0, 8, 702), RNG.uniform(-1000, 1000, 702)])
    with mpmath.workdps(40):
        found = zip(x.tolist(), y.tolist(), kernel.elementary("power", x, y).tolist(), strict=True)
        assert max(ulps(value, mpmath.power(base, exponent)) for base, exponent, value in found) <= MOST_ULPS


def test_one_less_than_the_exponential_is_accurate_near_zero() -> None:
    """exp(x) - 1 is off by at most three units, also where the difference would cancel."""
    x = np.concatenate([spread((-40, 700), (-1, 1), (-1e-6, 1e-6)), magnitudes(-300, -1)])
    with mpmath.workdps(40):
        found = zip(x.tolist(), kernel.elementary("expm1", x).tolist(), strict=True)
        assert max(ulps(value, mpmath.expm1(point)) for point, value in found) <= 3.0


def test_the_ends_are_those_of_ieee() -> None:
    """Infinities, zeros and NaN give the same values as C's functions."""
    inf, nan = np.inf, np.nan
    ends = np.array([0.0, inf, -inf, nan])
    assert kernel.elementary("exp", ends)[:3].tolist() == [1.0, inf, 0.0]
    assert kernel.elementary("log", ends)[:2].tolist() == [-inf, inf]
    assert np.isnan(kernel.elementary("log", np.array([-inf, -1.0, nan]))).all()
    bases, exponents = np.array([0.0, inf, 0.0, inf, 3.0]), np.array([2.0, 2.0, -1.0, -1.0, 0.0])
    assert kernel.elementary("power", bases, exponents).tolist() == [0.0, inf, inf, 0.0, 1.0]
    for name in (*CASES, "expm1", "power"):
        assert np.isnan(kernel.elementary(name, np.array([nan]), 1.0)).all()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("name", [*CASES, "power", "expm1"])
def test_all_variants_give_the_same_bits(name: str) -> None:
    """Instruction sets differ in speed only."""
    x, y = magnitudes(-40, 9, 5000), RNG.uniform(-4, 4, 5000)
    found = set()
    for variant in kernel.info().variants:
        kernel.use(variant)
        found.add(kernel.elementary(name, x, y).tobytes())
    assert len(found) == 1
