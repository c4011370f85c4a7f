import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchbook.problems.bbob import transforms

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def oscillated(x: float) -> float:
    """T_osz of one number, as the report says it."""
    if x == 0.0:
        return 0.0
    log = np.log(abs(x))
    c1, c2 = (10.0, 7.9) if x > 0 else (5.5, 3.1)
    return float(np.sign(x) * np.exp(log + 0.049 * (np.sin(c1 * log) + np.sin(c2 * log))))


@given(t=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=40))
def test_sines_have_full_precision(t: list[float]) -> None:
    """Our polynomials are sine and cosine to a few last places, over full turns."""
    turns = np.array(t)
    np.testing.assert_allclose(transforms.sine(turns.copy()), np.sin(2 * np.pi * turns), rtol=0, atol=4e-15)
    np.testing.assert_allclose(transforms.half_sine(turns.copy()) ** 2, np.sin(np.pi * turns) ** 2, rtol=0, atol=2e-15)


@given(whole=st.lists(st.integers(-(2**52), 2**52), min_size=1, max_size=20))
def test_half_sines_vanish_at_whole_numbers(whole: list[int]) -> None:
    """At whole numbers the square is exactly 0, so that optima are exact."""
    assert not np.any(transforms.half_sine(np.array(whole, dtype=np.float64)))


@given(values=NUMBERS)
def test_oscillation_follows_the_report(values: list[float]) -> None:
    """T_osz keeps sign and zero, and has the report's values."""
    x = np.array(values)
    expected = [oscillated(item) for item in values]
    np.testing.assert_allclose(transforms.oscillate(x), expected, rtol=1e-12, atol=1e-299)
    totals = np.abs(x)
    logs = transforms.oscillated_log_of_positive(totals)
    np.testing.assert_allclose(np.exp(logs), [oscillated(item) for item in totals], rtol=1e-12, atol=1e-299)


@given(values=st.lists(st.floats(-30, 30), min_size=2, max_size=12))
def test_skewing_follows_the_report(values: list[float]) -> None:
    """T_asy raises positive numbers to a power that grows with their place, and leaves the others."""
    x = np.tile(np.array(values), (8, 1))
    beta = transforms.skewness(0.5, len(values))
    powers = 1.0 + beta * np.sqrt(np.maximum(x, 0.0))
    expected = np.where(x > 0, np.maximum(x, 1e-300) ** powers, x)
    np.testing.assert_allclose(transforms.skew(x, beta), expected, rtol=1e-11, atol=1e-299)
    both = transforms.oscillate(x)
    np.testing.assert_allclose(
        transforms.oscillate_and_skew(x, beta), transforms.skew(both, beta), rtol=1e-10, atol=1e-299
    )


def test_the_last_differences_of_flat_arrays_are_the_only_undefined_ones() -> None:
    """Subtracting each point's next variable does not mix points."""
    x = np.random.default_rng(1).normal(size=(3, 8, 5))
    values = np.ones_like(x)
    transforms.minus_next(values, x)
    assert values[..., :-1].tolist() == (1.0 - x[..., 1:]).tolist()
