"""The user and a library take turns with the global state of NumPy without noticing each other."""

# ruff: noqa: NPY002  # the global state of NumPy is what is tested

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.optimizers.adapters import global_state
from benchbook.optimizers.adapters.global_state import OwnState

# One normal number leaves a second one waiting, or takes the waiting one.
DRAWS: list[Callable[[Any], Any]] = [
    lambda source: None,
    lambda source: source.random_sample(),
    lambda source: source.standard_normal(),
    lambda source: source.randint(1000, size=700),
]
draws = st.integers(0, len(DRAWS) - 1)


@pytest.fixture(autouse=True)
def _state_of_others() -> Iterator[None]:
    """Restore the global state after each test."""
    generator, before = np.random.get_bit_generator(), np.random.get_state()
    yield
    np.random.set_bit_generator(generator)
    np.random.set_state(before)


def numbers(kinds: list[tuple[int, int]]) -> None:
    """Draw alternately as the user and as a library, and compare with two separate generators."""
    np.random.seed(7)
    user, library, own = np.random.RandomState(7), np.random.RandomState(8), OwnState(8)
    for theirs, ours in kinds:
        np.testing.assert_equal(DRAWS[theirs](np.random), DRAWS[theirs](user))
        own.enter()
        np.testing.assert_equal(DRAWS[ours](np.random), DRAWS[ours](library))
        drawn = own.leave()
        assert drawn == bool(ours)
    np.testing.assert_equal(np.random.get_state(), user.get_state())


@given(st.lists(st.tuples(draws, draws), max_size=12))
def test_user_and_library_draw_as_if_alone(kinds: list[tuple[int, int]]) -> None:
    """In any order of draws, each gets the numbers of its own generator."""
    numbers(kinds)


def test_it_works_without_knowing_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """If NumPy stores its state elsewhere, the whole state is read and written."""
    monkeypatch.setattr(global_state, "_memory", None)
    monkeypatch.setattr(global_state._Memory, "words", lambda self: b"")
    numbers([(theirs, ours) for theirs in range(4) for ours in range(4)])


def test_a_library_may_set_the_seed() -> None:
    """The library sets its own seed, not the user's."""
    np.random.seed(7)
    own = OwnState(8)
    own.enter()
    np.random.seed(9)
    first = np.random.random()
    assert own.leave()
    assert np.random.random() == np.random.RandomState(7).random_sample()
    own.enter()
    second = np.random.random()
    own.leave()
    assert [first, second] == list(np.random.RandomState(9).random_sample(2))


def test_another_generator_of_the_user_comes_back() -> None:
    """A generator of the same kind takes the place of the first one."""
    np.random.set_bit_generator(np.random.MT19937(3))
    expected = np.random.RandomState(np.random.MT19937(3)).random_sample(3)
    own = OwnState(8)
    found = []
    for _ in range(3):
        found.append(np.random.random())
        own.enter()
        np.random.random()
        own.leave()
    assert found == list(expected)


def test_a_generator_that_a_library_installs_does_not_stay() -> None:
    """The user's generator is restored."""
    np.random.seed(7)
    own = OwnState(8)
    own.enter()
    np.random.set_bit_generator(np.random.PCG64(1))
    own.leave()
    assert np.random.random() == np.random.RandomState(7).random_sample()
