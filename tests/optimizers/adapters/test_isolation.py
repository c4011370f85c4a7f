# ruff: noqa: S311  # global random numbers are what is tested
"""Global random state, warnings and float errors stay on their side of the boundary."""

import random
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchbook.optimizers.adapters.isolation import Boundary, watched


def test_global_state_is_swapped_and_restored() -> None:
    """Inside, draws come from the run's own state; outside, the user's continues unchanged."""
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002  # the legacy state is what is tested
    np.random.standard_normal()  # noqa: NPY002  # leaves a second one in the cache, which must survive
    expected_numpy, expected_python = np.random.get_state(), random.getstate()  # noqa: NPY002
    boundary = Boundary(np.random.default_rng(1), swaps=True)
    with boundary.crossed():
        first = np.random.random(), random.random()  # noqa: NPY002
    np.testing.assert_equal(np.random.get_state(), expected_numpy)  # noqa: NPY002
    assert random.getstate() == expected_python
    with boundary.crossed():
        second = np.random.random(), random.random()  # noqa: NPY002
    assert first != second

    again = Boundary(np.random.default_rng(1), swaps=True)
    np.random.seed(99)  # noqa: NPY002
    with again.crossed():
        assert (np.random.random(), random.random()) == first  # noqa: NPY002
        assert (np.random.random(), random.random()) == second  # noqa: NPY002


def test_global_state_comes_back_after_an_exception() -> None:
    """The user's state is restored even if the library raises an exception."""
    random.seed(5)
    before = random.getstate()
    boundary = Boundary(np.random.default_rng(1), swaps=True)

    def library() -> None:
        with boundary.crossed():
            random.random()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        library()
    assert random.getstate() == before


def test_a_boundary_that_swaps_nothing_touches_nothing() -> None:
    """Libraries with their own generator do not pay for a swap."""
    random.seed(5)
    before = random.getstate()
    with Boundary(np.random.default_rng(1), swaps=False).crossed():
        assert random.getstate() == before


def test_noise_is_dropped_and_other_warnings_pass() -> None:
    """Only warnings that the adapter names are dropped, and the filters are restored."""
    boundary = Boundary(np.random.default_rng(1), swaps=False, noise=(("flat", UserWarning),))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with boundary.crossed():
            warnings.warn("flat fitness", stacklevel=1)
            with pytest.raises(UserWarning, match="something else"):
                warnings.warn("something else", stacklevel=1)
        with pytest.raises(UserWarning, match="flat"):
            warnings.warn("flat fitness", stacklevel=1)


def test_float_errors_of_a_library_are_quiet() -> None:
    """An overflow inside a library neither warns nor raises."""
    with Boundary(np.random.default_rng(1), swaps=False).crossed():
        assert np.isinf(np.array([1e308]) * 10.0).all()


def test_watching_records_what_was_drawn() -> None:
    """The audit learns which global generators a library uses."""
    boundary = Boundary(np.random.default_rng(1), swaps=True)
    with watched() as seen:
        with boundary.crossed():
            pass
        assert seen == set()
        with boundary.crossed():
            random.random()
        assert seen == {"random"}
        with boundary.crossed():
            np.random.random()  # noqa: NPY002
    assert seen == {"random", "numpy.random"}


def test_two_threads_do_not_meet_inside() -> None:
    """Two runs in two threads draw the same numbers as each run alone."""

    def draws(seed: int) -> list[float]:
        boundary = Boundary(np.random.default_rng(seed), swaps=True)
        found = []
        for _ in range(300):
            with boundary.crossed():
                found.append(float(np.random.random()))  # noqa: NPY002
        return found

    alone = [draws(seed) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(draws, (1, 2))) == alone
