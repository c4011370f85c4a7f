"""Planting a wrapped fault: a factory that makes any optimizer with it, one run at a time or a whole cell."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from benchbook.digests import code_digest, text_digest
from benchbook.errors import UsageError, unknown_name
from benchbook.optimizers.faults.wrapped import WRAPPED_FAULTS, Place, Wrapped
from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.protocols import Optimizer
from benchbook.typing import FloatArray

Severity = Literal["mild", "severe"]
SEVERITIES: tuple[Severity, ...] = ("mild", "severe")


class PlantedFactory:
    """Makes optimizers with a fault; the catalog takes it like the intact factory, but under another digest.

    Attributes:
        name: The intact optimizer's name with fault and severity, so that no store takes it for the intact one.
        anytime: As the intact factory has it.
        can: What it can do beyond one objective between bounds, as the intact factory.
    """

    def __init__(self, intact: Callable[..., Optimizer], make: Callable[..., Optimizer], *told_apart_by: str) -> None:
        """Take the intact factory, what makes the faulty ones, and what tells the fault from others."""
        own = getattr(intact, "name", None) or getattr(intact, "__name__", type(intact).__name__)
        self.name = "_".join((str(own), *told_apart_by[:2]))
        self.anytime = bool(getattr(intact, "anytime", False))
        self.can = frozenset(getattr(intact, "can", ()))
        self.packages = tuple(getattr(intact, "packages", ()))
        self.__signature__ = inspect.signature(intact)
        self._intact, self._make, self._told_apart_by = intact, make, told_apart_by

    def __call__(
        self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator | Streams, **settings: Any
    ) -> Optimizer:
        """Make the optimizer."""
        return self._make(lower, upper, rng, **settings)

    def in_lockstep(self, **settings: object) -> bool:
        """Tell whether runs with these settings can advance together, as those of the intact optimizer."""
        intact = getattr(self._intact, "in_lockstep", None)
        return intact is not None and bool(intact(**settings))

    def digest(self) -> str:
        """Return the digest of intact code and fault, for the run key."""
        return text_digest(code_digest(PlantedFactory), code_digest(self._intact), *self._told_apart_by)


def plant(
    factory: Callable[..., Optimizer],
    fault: str,
    severity: Severity = "severe",
    *,
    seed: int = 0,
    optimum: FloatArray | None = None,
) -> PlantedFactory:
    """Return a factory that makes the optimizers of `factory` with a fault.

    Args:
        factory: Makes the intact optimizer: a native one, an adapter or a class of your own.
        fault: A name of `WRAPPED_FAULTS`.
        severity: `"mild"` or `"severe"`.
        seed: Seed of the fault's own randomness; the run's generator stays with the optimizer.
        optimum: Where the optimum lies, shape `(dim,)`; `knows_optimum` needs it.

    Raises:
        UnknownNameError: No fault has the name.
        UsageError: The severity is neither mild nor severe, or `knows_optimum` lacks the optimum.

    Examples:
        >>> from benchbook.optimizers.native.random_search import RandomSearch
        >>> frozen = plant(RandomSearch, "frozen")
        >>> points = frozen(np.zeros(2), np.ones(2), np.random.default_rng(1)).ask()
        >>> int((np.ptp(points, axis=0) == 0).sum()) >= 1
        True
    """
    if fault not in WRAPPED_FAULTS:
        raise unknown_name("fault", fault, WRAPPED_FAULTS)
    if severity not in SEVERITIES:
        raise UsageError(f"severity is {severity!r}, expected 'mild' or 'severe'")
    if fault == "knows_optimum" and optimum is None:
        raise UsageError("optimum is None, expected the optimum's place for the fault 'knows_optimum'")
    planted = WRAPPED_FAULTS[fault]
    degree = planted.mild if severity == "mild" else planted.severe

    def make(lower: FloatArray, upper: FloatArray, rng: np.random.Generator | Streams, **settings: Any) -> Optimizer:
        def wrapped() -> Wrapped:
            place = Place(lower=lower, upper=upper, rng=np.random.default_rng(seed), degree=degree, optimum=optimum)
            return planted.wrapper(place)

        def inside(generator: Any) -> Any:
            return factory(lower, upper, generator, **settings)

        if isinstance(rng, Streams):
            return _Cell(inside, [wrapped() for _ in rng.generators], rng)
        return _Run(inside, wrapped(), rng)

    return PlantedFactory(factory, make, fault, severity, str(seed), repr(optimum))


class _Run:
    """An optimizer of one run behind a fault."""

    def __init__(self, make: Callable[[Any], Optimizer], fault: Wrapped, rng: np.random.Generator) -> None:
        self._make, self._fault = make, fault
        self.inside = make(_first(fault.generator(), rng))
        self._stays = False

    def stay_in_thread(self) -> None:
        """Tell the optimizer inside that nothing of it is called in another thread, if it wants to know."""
        self._stays = True
        stay = getattr(self.inside, "stay_in_thread", None)
        if stay is not None:
            stay()

    def ask(self) -> FloatArray:
        """Return points of the optimizer inside, shape `(batch, dim)`, changed by the fault."""
        self._asked = np.array(self.inside.ask(), dtype=float)
        return _changed(self._fault, self._asked) if len(self._asked) else self._asked

    def tell(self, x: FloatArray, fx: FloatArray, /, *gx: FloatArray) -> None:
        """Tell the optimizer inside its own points, with values changed by the fault.

        Args:
            x: The points; ignored, as the optimizer inside does not know of the change.
            fx: Their values, shape `(batch,)`, or `(batch, objectives)`.
            *gx: Those of constraints, if there are any; a point's values are changed together.
        """
        told = np.array(fx, dtype=float)
        if told.ndim == 1 and not gx:
            self.inside.tell(self._asked, self._fault.values(told))
        else:
            parts = [told.reshape(len(told), -1), *gx]
            changed = self._fault.values(np.column_stack(parts))
            own, *others = np.split(changed, np.cumsum([part.shape[1] for part in parts])[:-1], axis=1)
            self.inside.tell(self._asked, own.reshape(told.shape), *others)
        if self._fault.starts_again(len(fx)):
            self.close()
            self.inside = self._make(self._fault.place.rng)
            if self._stays:
                self.stay_in_thread()

    def close(self) -> None:
        """Close the optimizer inside, if it can be closed."""
        close = getattr(self.inside, "close", None)
        if close is not None:
            close()


class _Cell(NativeOptimizer):
    """A native optimizer of several runs, each behind a fault of its own; what each does is what it does alone."""

    def __init__(self, make: Callable[[Any], NativeOptimizer], faults: Sequence[Wrapped], streams: Streams) -> None:
        self._make, self._faults = make, list(faults)
        own = [_first(fault.generator(), rng) for fault, rng in zip(faults, streams.generators, strict=True)]
        self.inside = make(Streams(own))

    def ask(self) -> FloatArray:
        """Return the next points, shape `(runs, batch, dim)`."""
        self._asked = np.array(self.inside.ask(), dtype=float)
        return np.stack([_changed(fault, x) for fault, x in zip(self._faults, self._asked, strict=True)])

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Take their values, shape `(runs, batch)`."""
        values = [fault.values(row.copy()) for fault, row in zip(self._faults, fx, strict=True)]
        self.inside.tell(self._asked, np.stack(values))
        again = [fault.starts_again(fx.shape[1]) for fault in self._faults]  # each counts
        if all(again):  # or none, since all have asked for batches of one size
            self.inside = self._make(Streams([fault.place.rng for fault in self._faults]))

    def keep(self, runs: Sequence[int]) -> None:
        """Go on with these runs only."""
        self.inside.keep(runs)
        self._faults = [self._faults[run] for run in runs]
        self._asked = np.ascontiguousarray(self._asked[list(runs)])

    def propose(self) -> FloatArray:
        """Return the next points: those of `ask`."""
        return self.ask()

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Take the points' values: `tell`."""
        self.tell(x, fx)


def _first(own: np.random.Generator | None, rng: np.random.Generator) -> np.random.Generator:
    return rng if own is None else own


def _changed(fault: Wrapped, asked: FloatArray) -> FloatArray:
    return np.clip(fault.points(asked.copy()), fault.place.lower, fault.place.upper)
