"""A state of NumPy's global generator that belongs to one run and temporarily replaces the user's.

`get_state` and `set_state` take about 30 us each, because they copy the state word by word. NumPy provides the address
of the generator's words, so they can be copied as memory in 0.1 us. That does not include the second of a pair of
normal numbers, which the global generator keeps for the next call. Drawing a number shows whether there is one, because
the words then stay unchanged.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any, NamedTuple, Protocol

import numpy as np

_SIZE = 4 * (624 + 1)  # the words of MT19937 and the position in them
_random: Any = np.random  # its types lack the generator


class State(NamedTuple):
    """A state of MT19937 and of the normal numbers.

    Attributes:
        words: The words and the position.
        second: The second of a pair of normal numbers, if it is kept for the next call.
    """

    words: bytes
    second: float | None


class OwnState:
    """The state of one run.

    Args:
        seed: Seed of the run's state.
    """

    def __init__(self, seed: int) -> None:
        """Seed it without touching the global generator."""
        self._own = _state_of(np.random.RandomState(seed).get_state())  # the type of the global state
        self._theirs = self._own
        self._place: _Place = _WHOLE

    def enter(self) -> None:
        """Save the user's state and replace it by this one."""
        self._place = _place()
        self._theirs = self._place.take()
        self._place.put(self._own)

    def leave(self) -> bool:
        """Restore the user's state and keep this one; return whether numbers were drawn."""
        before, self._own = self._own, self._place.take()
        self._place.put(self._theirs)
        return before != self._own


class _Place(Protocol):
    """A way to read and write the global state; between `take` and `put` it is undefined."""

    def take(self) -> State: ...

    def put(self, state: State) -> None: ...


class _Whole:
    """Uses NumPy's own functions."""

    def take(self) -> State:
        return _state_of(_random.get_state())

    def put(self, state: State) -> None:
        *words, position = np.frombuffer(state.words, dtype=np.uint32).tolist()
        second = state.second
        _random.set_state(("MT19937", words, position, int(second is not None), 0.0 if second is None else second))


class _Memory:
    """Uses the memory of a generator.

    Args:
        generator: The global generator, an MT19937.
    """

    def __init__(self, generator: Any) -> None:
        self.generator = generator
        self._view = memoryview((ctypes.c_char * _SIZE).from_address(generator.ctypes.state_address)).cast("B")

    def words(self) -> bytes:
        with self.generator.lock:
            return bytes(self._view)

    def take(self) -> State:
        if _random.get_bit_generator() is not self.generator:  # a library has replaced it
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
            return _WHOLE  # another kind of generator, or a version of NumPy with another layout
        _memory = found
    return _memory


def _state_of(state: Any) -> State:
    _, words, position, waits, second = state
    return State(words.tobytes() + int(position).to_bytes(4, sys.byteorder), second if waits else None)


def same_numpy_state(a: Any, b: Any) -> bool:
    """Return whether two states of `numpy.random` are equal."""
    return bool(a[0] == b[0] and np.array_equal(a[1], b[1]) and tuple(a[2:]) == tuple(b[2:]))
