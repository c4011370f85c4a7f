import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.problems.bbob import legacy


def uniform_one_by_one(n: int, seed: int) -> list[float]:
    """Draw numbers one by one as in the definition, with Schrage's division."""

    def steps() -> "itertools.chain[int]":
        state = max(abs(seed), 1)
        while True:
            t = math.floor(state / 127773)
            state = 16807 * (state - t * 127773) - 2836 * t
            state += 2147483647 if state < 0 else 0
            yield state

    stream = steps()
    first = [next(stream) for _ in range(40)]
    places = first[:7:-1]
    last, found = places[0], []
    for _ in range(n):
        place = last // 67108865
        last, places[place] = places[place], next(stream)
        found.append(last / 2.147483647e9)
    return found


@given(seed=st.integers(-10, 2**45), n=st.integers(1, 300))
def test_uniform_numbers_follow_the_definition(seed: int, n: int) -> None:
    """Drawn all together, the numbers equal those of the definition, also for seeds beyond the modulus."""
    assert legacy.uniform(n, seed).tolist() == uniform_one_by_one(n, seed)


@given(seed=st.integers(1, 10**9), dim=st.integers(2, 24))
def test_rotations_are_orthogonal(seed: int, dim: int) -> None:
    """A rotation keeps distances."""
    rotation = legacy.rotation(seed, dim)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(dim), atol=1e-9)


@given(seed=st.integers(1, 10**9), dim=st.integers(2, 24))
def test_rotations_are_summed_from_the_first_to_the_last(seed: int, dim: int) -> None:
    """A rotation equals, to the last bit, that of the loops in the procedure."""
    columns = legacy.gauss(dim * dim, seed).reshape(dim, dim).tolist()
    for i, column in enumerate(columns):
        for before in columns[:i]:
            along = 0.0
            for a, b in zip(column, before, strict=True):
                along += a * b
            column[:] = [a - along * b for a, b in zip(column, before, strict=True)]
        square = 0.0
        for a in column:
            square += a * a
        column[:] = [a / math.sqrt(square) for a in column]
    assert legacy.rotation(seed, dim).tolist() == columns


@given(seed=st.integers(1, 10**9))
def test_optima_lie_on_a_grid_and_are_never_zero(seed: int) -> None:
    """Every coordinate is a multiple of 8e-4 within [-4, 4], or -1e-5 in place of 0."""
    place = legacy.optimum(seed, 50)
    assert np.all(np.abs(place) <= 4.0)
    assert np.all(place != 0.0)
    inner = place[place != -1e-5]
    np.testing.assert_allclose(inner / 8e-4, np.rint(inner / 8e-4), atol=1e-9)


@given(seed=st.integers(1, 10**9))
def test_offsets_have_two_places_and_a_limit(seed: int) -> None:
    """Offsets lie within [-1000, 1000]."""
    value = legacy.offset(seed)
    assert abs(value) <= 1000.0
    assert value == pytest.approx(round(value, 2))


def test_making_a_problem_takes_milliseconds() -> None:
    """A rotation in 40 variables takes a few milliseconds, and is cached."""
    times = []
    for seed in range(5):
        begin = time.perf_counter()
        legacy.rotation(10**8 + seed, 40)
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.05
    assert legacy.rotation(10**8, 40) is legacy.rotation(10**8, 40)
