"""Adapter to nevergrad by its own ask and tell, for any name in its registry."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from benchbook.errors import unknown_name
from benchbook.optimizers.adapters.base import Adapter, seed_from, unpicklable
from benchbook.optimizers.adapters.factory import Adapted, Parameter
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.typing import FloatArray
from benchbook.variables import Variable

_SETTINGS = {
    "num_workers": Parameter(
        default=1, kind=Annotated[int, Ge(1)], meaning="Points asked for before the first of them is told."
    )
}
# By any optimizer: nevergrad makes one loss of the first two, and real numbers of the others.
_CAN = frozenset({"constraints", "objectives", "integers", "categories"})

_GLANCE_S = 0.05  # between two looks whether a thread is alive
_PATIENCE_S = 5.0  # for a library inside nevergrad to unwind


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    # Importing nevergrad draws global random numbers, some of which become constants in its optimizers.
    with Boundary(np.random.default_rng(0), swaps=True).crossed():
        import nevergrad

    # Since NumPy 2.4, float() rejects arrays with one element, which the wizards' surrogate models pass to it.
    vars(nevergrad.optimization.metamodel).setdefault("float", _as_float)
    registry = nevergrad.optimizers.registry
    if name not in registry:
        raise unknown_name("optimizer of nevergrad", name, registry)
    listed = LIBRARIES["nevergrad"].optimizers.get(name)
    text = f"`nevergrad.optimizers.registry[{name!r}]`; variables are told to nevergrad with their bounds."
    return Adapted(
        make=partial(Nevergrad, name),
        settings=_SETTINGS,
        text=f"{listed.summary if listed else f'The optimizer {name} of nevergrad.'}\n\n{text}",
        anytime=False,
        picklable=False,
        can=_CAN,
    )


class Nevergrad(Adapter):
    """An optimizer of nevergrad; many draw from NumPy's global state, which the boundary swaps."""

    def __init__(
        self,
        inner: str,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None,
        repair: str,
        objectives: int = 1,  # nevergrad learns the numbers from what it is told
        variables: tuple[Variable, ...] = (),
        constraints: int = 0,  # the same
        num_workers: int,
    ) -> None:
        """Make the optimizer; its budget is the run's."""
        import nevergrad

        # Advice on settings and losses, also by the libraries that it calls; the values show it.
        noise: tuple[tuple[str, type[Warning]], ...] = (
            ("", nevergrad.errors.NevergradWarning),
            ("", RuntimeWarning),
            ("", UserWarning),
        )
        super().__init__(f"nevergrad:{inner}", lower, upper, Boundary(rng, swaps=True, noise=noise), repair)
        with self._boundary.crossed():
            if variables:
                array = nevergrad.p.Tuple(*map(_parameter, variables))
            else:
                array = nevergrad.p.Array(init=0.5 * (self.lower + self.upper), lower=self.lower, upper=self.upper)
            array.random_state = np.random.RandomState(seed_from(rng))  # the type that nevergrad takes
            self._optimizer: Any = nevergrad.optimizers.registry[inner](
                array, budget=max_evaluations, num_workers=num_workers
            )
        self._asked: list[Any] = []
        self._threads: set[Any] = set()
        weakref.finalize(self, _end, self._threads)

    def proposed(self) -> FloatArray | None:
        """Ask for as many points as there are workers."""
        before = set(threading.enumerate())
        with _seeded_pycma():
            self._asked = [self._optimizer.ask() for _ in range(self._optimizer.num_workers)]
        # Some run other libraries in threads, which nevergrad ends only when they are garbage-collected.
        self._threads.update(
            thread for thread in set(threading.enumerate()) - before if type(thread).__name__ == "_MessagingThread"
        )
        return np.array([candidate.value for candidate in self._asked])

    def __getstate__(self) -> dict[str, Any]:
        raise unpicklable(self.name, "nevergrad's optimizers may hold threads, and carry their generators apart")

    def learnt(self, fx: FloatArray) -> None:
        """Tell the points' losses, in their order, and how much they violate constraints."""
        limits: list[Any] = [None] * len(fx) if self.gx is None else list(self.gx)
        with _seeded_pycma():
            for candidate, value, violation in zip(self._asked, fx.tolist(), limits, strict=True):
                self._optimizer.tell(candidate, value, violation)
            for thread in self._threads:
                _wait_for_question(thread)


def _parameter(variable: Variable) -> Any:
    from nevergrad import p

    if variable.kind == "categorical":
        return p.Choice(range(len(variable.choices)))
    scalar = p.Scalar(lower=variable.lower, upper=variable.upper)
    return scalar.set_integer_casting() if variable.whole else scalar


@contextmanager
def _seeded_pycma() -> Iterator[None]:
    """Seed pycma's `fmin` from the global state, which is the run's own; nevergrad lets the clock seed it."""
    import cma

    fmin = cma.fmin

    def seeded(objective: Any, *, options: dict[str, Any], **arguments: Any) -> Any:
        seed = int(np.random.randint(1, 2**31))  # noqa: NPY002  # this is what nevergrad draws from
        return fmin(objective, options={"seed": seed, **options}, **arguments)

    cma.fmin = seeded
    try:
        yield
    finally:
        cma.fmin = fmin


def _wait_for_question(thread: Any) -> None:
    """Wait until a library in a thread that got its answer has its next question or has ended.

    Until then it must draw from the run's state, which is swapped in.
    """
    with thread.messages_ask.not_empty:
        while thread.is_alive() and thread.call_count <= thread.messages_tell.unfinished_tasks:
            thread.messages_ask.not_empty.wait(_GLANCE_S)


def _end(threads: set[Any]) -> None:
    for thread in threads:
        thread.stop()
    for thread in threads:
        if thread is not threading.current_thread():
            thread.join(_PATIENCE_S)


def _as_float(value: Any) -> float:
    return float(np.asarray(value).item())
