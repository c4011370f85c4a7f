"""The faults that wrap any optimizer at `ask` and `tell`: what they do to points and values of one run.

A fault changes the points that leave, or the values that arrive; the optimizer inside is always told the points it
asked for itself, so that it cannot tell.
"""

# ruff: noqa: D102 -- the methods that faults override are described once, in Wrapped

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.typing import FloatArray

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
    """A fault in one run; this one changes nothing, and the faults override what they change."""

    def __init__(self, place: Place) -> None:
        """Keep where the fault works."""
        self.place = place

    def generator(self) -> np.random.Generator | None:
        """Return what the optimizer draws from instead of the run's generator; None: from that."""
        return None

    def points(self, x: FloatArray) -> FloatArray:
        """Return what leaves instead of the points `x`, shape `(batch, dim)`."""
        return x

    def values(self, fx: FloatArray) -> FloatArray:
        """Return what arrives instead of the values `fx`, shape `(batch,)`, or `(batch, k)` of several functions."""
        return fx

    def starts_again(self, told: int) -> bool:
        """Tell whether the optimizer starts again, after `told` more values."""
        return False


class Forgets(Wrapped):
    """Forgets a share of the values: they arrive as `+inf`, as if the objective had given none."""

    def values(self, fx: FloatArray) -> FloatArray:
        fx[self.place.rng.random(len(fx)) < self.place.degree] = np.inf
        return fx


class SeesNoise(Wrapped):
    """Sees the values with noise, in units of the spread of the last 32 finite ones."""

    def values(self, fx: FloatArray) -> FloatArray:
        finite = fx[np.isfinite(fx.reshape(len(fx), -1)).all(axis=1)]
        self._seen = np.concatenate([getattr(self, "_seen", fx[:0]), finite])[-32:]
        spread = np.std(self._seen, axis=0) if len(self._seen) else 0.0
        return fx + self.place.degree * spread * self.place.rng.standard_normal(fx.shape)


class SeesPermuted(Wrapped):
    """Gets the values of a share of the batches in another order; a batch of one gets the value before it."""

    def values(self, fx: FloatArray) -> FloatArray:
        before = getattr(self, "_before", fx[:1])
        self._before = fx[-1:].copy()
        if self.place.rng.random() >= self.place.degree:
            return fx
        return self.place.rng.permutation(fx) if len(fx) > 1 else before


class PulledToCentre(Wrapped):
    """Pulls every variable of every point towards the centre of the box, by a random share of its distance."""

    def points(self, x: FloatArray) -> FloatArray:
        # The same share for all would only stretch the box, and the optimizer inside would make up for it.
        share = self.place.rng.uniform(0, 2 * self.place.degree, size=x.shape)
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

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._variable = int(place.rng.integers(len(place.lower)))
        self._value = place.rng.uniform(place.lower, place.upper)[self._variable]

    def points(self, x: FloatArray) -> FloatArray:
        if self.place.rng.random() < self.place.degree:
            x[:, self._variable] = self._value
        return x


class RestartsTooOften(Wrapped):
    """Starts the optimizer inside again after a number of evaluations per variable, and forgets what it learned."""

    def starts_again(self, told: int) -> bool:
        self._told = getattr(self, "_told", 0) + told
        if self._told < self.place.degree * len(self.place.lower):
            return False
        self._told = 0
        return True


class IgnoresSeed(Wrapped):
    """Takes randomness from the operating system: all of it (severe), or a hair on every point (mild)."""

    def generator(self) -> np.random.Generator | None:
        return np.random.default_rng() if self.place.degree == 1 else None

    def points(self, x: FloatArray) -> FloatArray:
        return _by_a_hair(x, self.place, np.random.default_rng().random(x.shape)) if self.place.degree < 1 else x


class GlobalRandomState(Wrapped):
    """Draws from NumPy's global random state: all of it (severe), or a hair on every point (mild)."""

    def generator(self) -> np.random.Generator | None:
        seed = np.random.randint(2**31)  # noqa: NPY002 -- to draw from the global state is the fault
        return np.random.default_rng(seed) if self.place.degree == 1 else None

    def points(self, x: FloatArray) -> FloatArray:
        if self.place.degree == 1:
            return x
        return _by_a_hair(x, self.place, np.random.random(x.shape))  # noqa: NPY002 -- see generator


class KnowsTheOptimum(Wrapped):
    """Flatters: moves a share of the points towards the optimum, which no optimizer may know, by a random part."""

    def points(self, x: FloatArray) -> FloatArray:
        if self.place.optimum is None:
            return x
        # A fixed part of the way for all points would only shrink the box.
        part = self.place.rng.random((len(x), 1)) * (self.place.rng.random((len(x), 1)) < self.place.degree)
        return x + part * (self.place.optimum - x)


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
        ("centre", PulledToCentre, 0.02, 0.1),
        ("confined", Confined, 0.75, 0.5),
        ("coarse", CoarseSteps, 0.001, 0.05),
        ("repeats", Repeats, 0.1, 0.5),
        ("random_points", RandomPoints, 0.1, 0.5),
        ("frozen", FrozenVariable, 0.5, 1.0),
        ("restarts", RestartsTooOften, 200, 20),
        ("ignores_seed", IgnoresSeed, 0.0, 1.0),
        ("global_state", GlobalRandomState, 0.0, 1.0),
        ("knows_optimum", KnowsTheOptimum, 0.1, 0.5),
    )
}


def _by_a_hair(x: FloatArray, place: Place, random: FloatArray) -> FloatArray:
    """Return the points, each moved by less than a billionth of the box."""
    return x + HAIR * (place.upper - place.lower) * (random - 0.5)
