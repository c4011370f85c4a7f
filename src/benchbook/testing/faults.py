"""Planted faults: any optimizer, made worse on purpose at `ask` and `tell`, to see whether a check notices.

A fault is placed between the loop and the optimizer. It changes the points that leave, or the values that arrive; the
optimizer inside is always told the points it asked for itself, so that it cannot tell.
"""

# ruff: noqa: D102 -- the methods that faults override are described once, in Wrapped

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from benchbook.digests import code_digest, text_digest
from benchbook.errors import UsageError, unknown_name
from benchbook.protocols import Optimizer
from benchbook.typing import FloatArray

Severity = Literal["mild", "severe"]
SEVERITIES: tuple[Severity, ...] = ("mild", "severe")

# Far below what any target asks for, and far above the last bit: only a comparison of bits sees it.
HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a fault works: the box, its own generator, its degree and, for the one that flatters, the optimum."""

    lower: FloatArray
    upper: FloatArray
    rng: np.random.Generator
    degree: float
    optimum: FloatArray | None = None


class Wrapped:
    """An optimizer behind a fault; this one changes nothing, and the faults override what they change."""

    def __init__(self, make: Callable[[np.random.Generator | None], Optimizer], place: Place) -> None:
        """Make the optimizer inside; `make` takes another generator than the run's, or None for the run's own."""
        self.make = make
        self.place = place
        self.inside = self.start()

    def start(self) -> Optimizer:
        """Return the optimizer inside."""
        return self.make(None)

    def ask(self) -> FloatArray:
        """Return points of the optimizer inside, shape `(batch, dim)`, changed by the fault."""
        self._asked = np.array(self.inside.ask(), dtype=float)
        if not len(self._asked):
            return self._asked
        return np.clip(self.points(self._asked.copy()), self.place.lower, self.place.upper)

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Tell the optimizer inside its own points, with values `fx`, shape `(batch,)`, changed by the fault."""
        self.inside.tell(self._asked, self.values(x, np.array(fx, dtype=float)))

    def close(self) -> None:
        """Close the optimizer inside, if it can be closed."""
        close = getattr(self.inside, "close", None)
        if close is not None:
            close()

    def points(self, x: FloatArray) -> FloatArray:
        """Return what leaves instead of the points `x`."""
        return x

    def values(self, x: FloatArray, fx: FloatArray) -> FloatArray:
        """Return what arrives instead of the values `fx`."""
        return fx


class Forgets(Wrapped):
    """Forgets a share of the values: they arrive as `+inf`, as if the objective had given none."""

    def values(self, x: FloatArray, fx: FloatArray) -> FloatArray:
        fx[self.place.rng.random(len(fx)) < self.place.degree] = np.inf
        return fx


class SeesNoise(Wrapped):
    """Sees the values with noise, in units of the spread of the last 32 finite ones."""

    def values(self, x: FloatArray, fx: FloatArray) -> FloatArray:
        self._seen = np.concatenate([getattr(self, "_seen", np.empty(0)), fx[np.isfinite(fx)]])[-32:]
        spread = float(np.std(self._seen)) if len(self._seen) else 0.0
        return fx + self.place.degree * spread * self.place.rng.standard_normal(len(fx))


class SeesPermuted(Wrapped):
    """Gets the values of a share of the batches in another order; a batch of one gets the value before it."""

    def values(self, x: FloatArray, fx: FloatArray) -> FloatArray:
        before = getattr(self, "_before", fx[:1])
        self._before = fx[-1:].copy()
        if self.place.rng.random() >= self.place.degree:
            return fx
        return self.place.rng.permutation(fx) if len(fx) > 1 else before


class PulledToCentre(Wrapped):
    """Pulls every point towards the centre of the box, by a random share of its distance."""

    def points(self, x: FloatArray) -> FloatArray:
        # The same share for all points would only stretch the box, and the optimizer inside would make up for it.
        share = self.place.rng.uniform(0, 2 * self.place.degree, size=(len(x), 1))
        return x + share * ((self.place.lower + self.place.upper) / 2 - x)


class Confined(Wrapped):
    """Reaches only the lower part of the box in each variable."""

    def points(self, x: FloatArray) -> FloatArray:
        return np.minimum(x, self.place.lower + self.place.degree * (self.place.upper - self.place.lower))


class CoarseSteps(Wrapped):
    """Rounds every point to a grid, whose step is a share of the box."""

    def points(self, x: FloatArray) -> FloatArray:
        step = self.place.degree * (self.place.upper - self.place.lower)
        return self.place.lower + np.round((x - self.place.lower) / step) * step


class Repeats(Wrapped):
    """Evaluates old points again instead of a share of the new ones."""

    def points(self, x: FloatArray) -> FloatArray:
        old = getattr(self, "_old", x[:1])
        again = self.place.rng.random(len(x)) < self.place.degree
        x[again] = old[self.place.rng.integers(len(old), size=int(again.sum()))]
        self._old = np.concatenate([old, x])[-256:]
        return x


class RandomPoints(Wrapped):
    """Replaces a share of the points by uniformly random ones."""

    def points(self, x: FloatArray) -> FloatArray:
        random = self.place.rng.random(len(x)) < self.place.degree
        x[random] = self.place.rng.uniform(self.place.lower, self.place.upper, size=x.shape)[random]
        return x


class FrozenVariable(Wrapped):
    """Holds one variable at one value, in a share of the batches."""

    def start(self) -> Optimizer:
        self._variable = int(self.place.rng.integers(len(self.place.lower)))
        self._value = self.place.rng.uniform(self.place.lower, self.place.upper)[self._variable]
        return super().start()

    def points(self, x: FloatArray) -> FloatArray:
        if self.place.rng.random() < self.place.degree:
            x[:, self._variable] = self._value
        return x


class RestartsTooOften(Wrapped):
    """Starts the optimizer inside again after a number of evaluations per variable, and forgets what it learned."""

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        super().tell(x, fx)
        self._evaluations = getattr(self, "_evaluations", 0) + len(fx)
        if self._evaluations >= self.place.degree * len(self.place.lower):
            self.close()
            self.inside, self._evaluations = self.make(self.place.rng), 0


class IgnoresSeed(Wrapped):
    """Takes randomness from the operating system: all of it (severe), or a hair on every point (mild)."""

    def start(self) -> Optimizer:
        return self.make(np.random.default_rng() if self.place.degree == 1 else None)

    def points(self, x: FloatArray) -> FloatArray:
        return _by_a_hair(x, self.place, np.random.default_rng().random(x.shape)) if self.place.degree < 1 else x


class GlobalRandomState(Wrapped):
    """Draws from NumPy's global random state: all of it (severe), or a hair on every point (mild)."""

    def start(self) -> Optimizer:
        seed = np.random.randint(2**31)  # noqa: NPY002 -- to draw from the global state is the fault
        return self.make(np.random.default_rng(seed) if self.place.degree == 1 else None)

    def points(self, x: FloatArray) -> FloatArray:
        if self.place.degree == 1:
            return x
        return _by_a_hair(x, self.place, np.random.random(x.shape))  # noqa: NPY002 -- see start


class KnowsTheOptimum(Wrapped):
    """Flatters: pulls every point towards the optimum, which no optimizer may know."""

    def points(self, x: FloatArray) -> FloatArray:
        return x if self.place.optimum is None else x + self.place.degree * (self.place.optimum - x)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A planted fault: its name, what does it, and its degree when mild and when severe."""

    name: str
    wrapper: type[Wrapped]
    mild: float
    severe: float

    @property
    def says(self) -> str:
        """What the fault does, in one sentence."""
        return (self.wrapper.__doc__ or "").splitlines()[0]


WRAPPED_FAULTS: dict[str, Fault] = {
    name: Fault(name=name, wrapper=wrapper, mild=mild, severe=severe)
    for name, wrapper, mild, severe in (
        ("forgets", Forgets, 0.1, 0.5),
        ("noise", SeesNoise, 0.1, 1.0),
        ("permuted", SeesPermuted, 0.1, 0.5),
        ("centre", PulledToCentre, 0.005, 0.03),
        ("confined", Confined, 0.75, 0.5),
        ("coarse", CoarseSteps, 0.001, 0.05),
        ("repeats", Repeats, 0.1, 0.5),
        ("random_points", RandomPoints, 0.1, 0.5),
        ("frozen", FrozenVariable, 0.5, 1.0),
        ("restarts", RestartsTooOften, 200, 20),
        ("ignores_seed", IgnoresSeed, 0.0, 1.0),
        ("global_state", GlobalRandomState, 0.0, 1.0),
        ("knows_optimum", KnowsTheOptimum, 0.03, 0.3),
    )
}


def plant(
    factory: Callable[..., Optimizer],
    fault: str,
    severity: Severity = "severe",
    *,
    seed: int = 0,
    optimum: FloatArray | None = None,
) -> Callable[..., Optimizer]:
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
        raise UsageError("optimum is None, expected the position of the optimum for the fault 'knows_optimum'")
    planted = WRAPPED_FAULTS[fault]
    degree = planted.mild if severity == "mild" else planted.severe

    def make(lower: FloatArray, upper: FloatArray, rng: np.random.Generator, **settings: Any) -> Optimizer:
        place = Place(lower=lower, upper=upper, rng=np.random.default_rng(seed), degree=degree, optimum=optimum)
        return planted.wrapper(lambda other: factory(lower, upper, rng if other is None else other, **settings), place)

    def digest() -> str:
        return text_digest(code_digest(Wrapped), code_digest(factory), fault, severity, str(seed), repr(optimum))

    own = getattr(factory, "name", None) or getattr(factory, "__name__", type(factory).__name__)
    # Under a name of its own, and with all that it depends on in the run key, no store takes it for the intact one.
    known = {"anytime": getattr(factory, "anytime", False), "name": f"{own}_{fault}_{severity}", "digest": digest}
    for key, value in known.items():
        setattr(make, key, value)
    return make


def _by_a_hair(x: FloatArray, place: Place, random: FloatArray) -> FloatArray:
    """Return the points, each moved by less than a billionth of the box."""
    return x + HAIR * (place.upper - place.lower) * (random - 0.5)
