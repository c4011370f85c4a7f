"""Stages of runs: while a profile is running, optimizer, problem and observers report their stages to it.

Without a profile, the loop gets the original objects and is not slowed down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from benchbook.profiling.stages import StageRecorder, active
from benchbook.typing import FloatArray

MakeOptimizer = TypeVar("MakeOptimizer", bound=Callable[[], Any])
Problem = TypeVar("Problem")
Watchers = TypeVar("Watchers", bound=Sequence[Any])


class Parts(Generic[MakeOptimizer, Problem, Watchers]):
    """The arguments of a loop."""

    def __init__(self, make_optimizer: MakeOptimizer, problem: Problem, observers: Watchers) -> None:
        """Keep them."""
        self.make_optimizer = make_optimizer
        self.problem = problem
        self.observers = observers


@contextmanager
def profiled_parts(
    make_optimizer: MakeOptimizer, problem: Problem, observers: Watchers
) -> Iterator[Parts[MakeOptimizer, Problem, Watchers]]:
    """Yield the parts of a loop (alone or in lockstep) for a block, reporting their stages to the running profile."""
    recorder = active()
    if recorder is None:
        yield Parts(make_optimizer, problem, observers)
        return
    depth = recorder.depth

    def make() -> Any:
        before = recorder.enter("set-up")
        try:
            optimizer = make_optimizer()
        finally:
            recorder.leave_to(before)
        recorder.enter("loop")
        return _Optimizer(optimizer, recorder)

    parts: Parts[Any, Any, Any] = Parts(make, _Problem(problem, recorder), _watched(observers, recorder))
    try:
        yield parts
    finally:
        recorder.leave_to(depth)


class _Optimizer:
    """An optimizer that reports `ask` and `tell` as stages; everything else is delegated."""

    def __init__(self, optimizer: Any, recorder: StageRecorder) -> None:
        self._optimizer = optimizer
        self._recorder = recorder
        self._ask, self._tell = optimizer.ask, optimizer.tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._optimizer, name)

    def ask(self) -> FloatArray:
        """Ask, as a stage."""
        before = self._recorder.enter("ask")
        try:
            x: FloatArray = self._ask()
            return x
        finally:
            self._recorder.leave_to(before)

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Tell, as a stage."""
        before = self._recorder.enter("tell")
        try:
            self._tell(x, fx)
        finally:
            self._recorder.leave_to(before)


class _Problem:
    """A problem whose evaluations are a stage."""

    def __init__(self, problem: Any, recorder: StageRecorder) -> None:
        self._problem = problem
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._problem, name)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate, as a stage."""
        before = self._recorder.enter("evaluate")
        try:
            fx: FloatArray = self._problem(x)
            return fx
        finally:
            self._recorder.leave_to(before)


class _Observer:
    """An observer that works in a stage."""

    def __init__(self, observer: Any, recorder: StageRecorder) -> None:
        self._observe = observer.observe
        self._recorder = recorder

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Observe, as a stage."""
        before = self._recorder.enter("observe")
        try:
            self._observe(evaluations, x, fx, improved)
        finally:
            self._recorder.leave_to(before)


def _watched(observers: Sequence[Any], recorder: StageRecorder) -> list[Any]:
    """Return observers of one run, or lists of them, one per run."""
    return [_Observer(item, recorder) if hasattr(item, "observe") else _watched(item, recorder) for item in observers]
