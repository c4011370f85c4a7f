"""A state of NumPy's global generator that belongs to one run, and takes the place of the user's for a while.

`get_state` and `set_state` cost some 30 us each, because they go through the state word by word. NumPy tells where the
generator keeps its words, so they are copied as memory, in 0.1 us. What is not there is the second of a pair of normal
numbers, which the global generator keeps for the next call; drawing one shows whether it is there, because then the
words stay as they are.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, NamedTuple, Protocol

import numpy as np

_SIZE = 4 * (624 + 1)  # MT19937 keeps its words, and the position in them
_random: Any = np.random  # its types leave out the generator behind it


class State(NamedTuple):
    """A state of MT19937 and of the normal numbers.

    Attributes:
        words: The words and the position.
        second: The second of a pair of normal numbers, where it waits for the next call.
    """

    words: bytes
    second: float | None


class OwnState:
    """The state of one run.

    Args:
        seed: Of the run's state.
    """

    def __init__(self, seed: int) -> None:
        """Seed it, without touching the global generator."""
        self._own = _state_of(np.random.RandomState(seed).get_state())  # the type of the global state
        self._theirs = self._own
        self._place: _Place = _WHOLE

    def enter(self) -> None:
        """Put the user's state aside, and this one in its place."""
        self._place = _place()
        self._theirs = self._place.take()
        self._place.put(self._own)

    def leave(self) -> bool:
        """Put the user's state back and keep this one; return whether it was drawn from."""
        before, self._own = self._own, self._place.take()
        self._place.put(self._theirs)
        return before != self._own


class _Place(Protocol):
    """Where the global state is read and written; between `take` and `put` it is nobody's."""

    def take(self) -> State: ...

    def put(self, state: State) -> None: ...


class _Whole:
    """By NumPy's own functions."""

    def take(self) -> State:
        return _state_of(_random.get_state())

    def put(self, state: State) -> None:
        *words, position = np.frombuffer(state.words, dtype=np.uint32).tolist()
        second = state.second
        _random.set_state(("MT19937", words, position, int(second is not None), 0.0 if second is None else second))


class _Memory:
    """By the memory of a generator.

    Args:
        generator: The global generator, of the kind MT19937.
    """

    def __init__(self, generator: Any) -> None:
        self.generator = generator
        self._view = memoryview((ctypes.c_char * _SIZE).from_address(generator.ctypes.state_address)).cast("B")

    def words(self) -> bytes:
        with self.generator.lock:
            return bytes(self._view)

    def take(self) -> State:
        if _random.get_bit_generator() is not self.generator:  # a library has put another one in its place
            _random.set_bit_generator(self.generator)
        words = self.words()
        number = _random.standard_normal()
        return State(words, number if self.words() == words else None)

    def put(self, state: State) -> None:
        if state.second is not None:
            _WHOLE.put(state)
            return
        _random.set_bit_generator(self.generator)  # forgets a second number
        with self.generator.lock:
            self._view[:] = state.words


_WHOLE = _Whole()
_memory: _Memory | None = None


def _place() -> _Place:
    global _memory  # noqa: PLW0603  # there is one global generator
    generator = _random.get_bit_generator()
    if _memory is None or _memory.generator is not generator:
        found = _Memory(generator) if type(generator) is np.random.MT19937 else None
        if found is None or found.words() != _state_of(_random.get_state()).words:
            return _WHOLE  # of another kind, or a version of NumPy that keeps its words otherwise
        _memory = found
    return _memory


def _state_of(state: Any) -> State:
    _, words, position, waits, second = state
    return State(words.tobytes() + int(position).to_bytes(4, sys.byteorder), second if waits else None)


def same_numpy_state(a: Any, b: Any) -> bool:
    """Tell whether two states of `numpy.random` are the same."""
    return bool(a[0] == b[0] and np.array_equal(a[1], b[1]) and tuple(a[2:]) == tuple(b[2:]))
