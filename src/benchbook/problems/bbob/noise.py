"""The three noise models of bbob-noisy, over arrays of points; `f` is a noise-free value minus `f_opt`, hence >= 0.

- Gaussian: `f exp(beta N)`.
- Uniform: `f U_1^beta max(1, (10^9 / (f + 10^-99))^(alpha U_2))`; the nearer the optimum, the wilder.
- Cauchy: `f + alpha max(0, 1000 + [U < p] N_1 / |N_2|)`; rare, but without a mean.

N and U are standard normal and uniform draws. They come from two streams of a run, one for each kind, in the order of
its evaluations; so how the evaluations are grouped into batches changes nothing.

References:
    Hansen, Finck, Ros & Auger 2009, Real-parameter black-box optimization benchmarking 2009: noisy functions
    definitions, INRIA RR-6869, https://inria.hal.science/inria-00369466
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchbook.typing import FloatArray

_TINY = 1e-99
_MOST = 1e9
_CAUCHY_OFFSET = 1000.0


class Streams(Protocol):
    """The normal and the uniform draws of one run."""

    def normal(self, n: int, each: int) -> FloatArray:
        """Return the next standard normal draws of n evaluations, shape `(n, each)`."""

    def uniform(self, n: int, each: int) -> FloatArray:
        """Return the next draws from [0, 1) of n evaluations, shape `(n, each)`."""


class RunStreams:
    """Streams that depend on a generator, independent of each other."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._normal, self._uniform = rng.spawn(2)

    def normal(self, n: int, each: int) -> FloatArray:
        """Return the next standard normal draws of n evaluations, shape `(n, each)`."""
        return self._normal.standard_normal((n, each))

    def uniform(self, n: int, each: int) -> FloatArray:
        """Return the next draws from [0, 1) of n evaluations, shape `(n, each)`."""
        return self._uniform.random((n, each))


class NoiseModel(Protocol):
    """What noise does to values."""

    def __call__(self, f: FloatArray, streams: Streams, /) -> FloatArray:
        """Return `f`, shape `(n,)`, with noise."""

    def formula(self) -> str:
        """Return the model in text, with `f` for the function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussian:
    """Multiplies by a log-normal number."""

    beta: float

    def __call__(self, f: FloatArray, streams: Streams, /) -> FloatArray:
        """Return `f`, shape `(n,)`, with noise."""
        return f * np.exp(self.beta * streams.normal(len(f), 1)[:, 0])

    def formula(self) -> str:
        """Return the model in text."""
        return f"f exp({self.beta:g} N)" if self.beta != 1.0 else "f exp(N)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Multiplies by a power of a uniform number, and by a large factor where f is small."""

    alpha: float
    beta: float

    def __call__(self, f: FloatArray, streams: Streams, /) -> FloatArray:
        """Return `f`, shape `(n,)`, with noise."""
        first, second = streams.uniform(len(f), 2).T
        large = np.power(_MOST / (f + _TINY), self.alpha * second)
        noisy: FloatArray = f * np.power(first, self.beta) * np.maximum(large, 1.0)
        return noisy

    def formula(self) -> str:
        """Return the model in text."""
        return f"f U_1^{self.beta:g} max(1, (10^9 / f)^({self.alpha:.4g} U_2))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cauchy:
    """Adds a constant, and occasionally a Cauchy number."""

    alpha: float
    p: float

    def __call__(self, f: FloatArray, streams: Streams, /) -> FloatArray:
        """Return `f`, shape `(n,)`, with noise."""
        seldom = streams.uniform(len(f), 1)[:, 0] < self.p
        first, second = streams.normal(len(f), 2).T
        added = _CAUCHY_OFFSET + np.where(seldom, first / (np.abs(second) + _TINY), 0.0)
        return f + self.alpha * np.maximum(added, 0.0)

    @property
    def constant(self) -> float:
        """The constant that is added to most values."""
        return self.alpha * _CAUCHY_OFFSET

    def formula(self) -> str:
        """Return the model in text."""
        return f"f + {self.alpha:g} max(0, 1000 + [U < {self.p:g}] N_1 / |N_2|)"
