"""The generator of BBOB's instances: optima, rotations and offsets as in the suite of 2009.

All of them depend on one integer, the seed, which the suite forms as `number + 10000 instance` (`seed_of`). The numbers
come from Park and Miller's generator `s <- 16807 s mod (2^31 - 1)` with a Bays-Durham shuffle of 32 places.

References:
    Hansen, Finck, Ros & Auger 2009, INRIA RR-6829, section 0.2; COCO's documentation of the legacy generator
    Park & Miller 1988, Random number generators: good ones are hard to find, Communications of the ACM 31(10)
    Bays & Durham 1976, Improving a poor random number generator, ACM Trans. Math. Software 2(1)
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np

from benchbook.problems import kernel
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

_MODULUS = 2**31 - 1
_FACTOR = 16807
_PLACES = 32
_PLACE_WIDTH = 67108865  # the place in the shuffle is the last number divided by this
_SKIPPED = 8  # numbers drawn before the places are filled
_NEVER_ZERO = 1e-99
_CACHED_DIM = 40  # a rotation of 40 variables has 13 kB
# Two pairs of functions share optimum, rotations and offset.
_TWINS = {4: 3, 18: 17}


def seed_of(number: int, instance: int) -> int:
    """Return the seed of function `number` (1 to 24) in an instance."""
    return _TWINS.get(number, number) + 10000 * instance


def uniform(n: int, seed: int) -> FloatArray:
    """Draw `n` numbers between 0 and 1 (neither included), shape `(n,)`.

    Examples:
        >>> uniform(2, 1).round(6).tolist()
        [0.415999, 0.091965]
    """
    state = max(abs(seed), 1) % _MODULUS * int(pow(_FACTOR, _SKIPPED, _MODULUS)) % _MODULUS
    drawn = _stream(state, _PLACES + n)
    # The places are filled from the last to the first.
    places = drawn[_PLACES - 1 :: -1]
    last = places[0]
    numbers = []
    for fresh in drawn[_PLACES:]:
        place = last // _PLACE_WIDTH
        last = places[place]
        places[place] = fresh
        numbers.append(last)
    values = np.array(numbers, dtype=np.float64) / float(_MODULUS)
    values[values == 0.0] = _NEVER_ZERO
    return values


def _stream(state: int, n: int) -> list[int]:
    """Return the `n` states of Park and Miller's generator that follow `state`, by jumps over whole stretches."""
    powers = _powers(1 << (n - 1).bit_length())[:n]
    return [int(item) for item in (powers * np.uint64(state) % np.uint64(_MODULUS)).tolist()]


@lru_cache(maxsize=4)
def _powers(n: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Return `16807^i mod (2^31 - 1)` for i = 1 to n, a power of two, by doubling."""
    powers = np.array([_FACTOR], dtype=np.uint64)
    while len(powers) < n:
        powers = np.concatenate([powers, powers * powers[-1] % np.uint64(_MODULUS)])
    powers.flags.writeable = False
    return powers


def gauss(n: int, seed: int) -> FloatArray:
    """Draw `n` standard normal numbers, shape `(n,)`: `sqrt(-2 log u_i) cos(2 pi u_{n+i})`.

    With libm's log and cos, as in COCO: Gram-Schmidt amplifies rounding errors, so that with other rounding (even
    correctly) some instances of f19 differ from COCO's by more than a certification allows.
    """
    u = uniform(2 * n, seed).tolist()
    values = np.array(
        [math.sqrt(-2.0 * math.log(a)) * math.cos(2.0 * math.pi * b) for a, b in zip(u[:n], u[n:], strict=True)]
    )
    values[values == 0.0] = _NEVER_ZERO
    return values


def optimum(seed: int, dim: int) -> FloatArray:
    """Draw the place of an optimum, shape `(dim,)`: within [-4, 4], on a grid of 8e-4, never 0."""
    place = 8.0 * np.floor(1e4 * uniform(dim, seed)) / 1e4 - 4.0
    place[place == 0.0] = -1e-5
    return place


def offset(seed: int) -> float:
    """Draw the value at the optimum: a ratio of normals (Cauchy) times 100, to two places, within [-1000, 1000]."""
    ratio = 100.0 * 100.0 * float(gauss(1, seed)[0]) / float(gauss(1, seed + 1)[0])
    return min(1000.0, max(-1000.0, math.floor(ratio + 0.5) / 100.0))


def rotation(seed: int, dim: int) -> FloatArray:
    """Draw an orthogonal matrix, shape `(dim, dim)`, for points as rows: `R x` of the report is `x @ rotation`.

    Its rows are the columns of the report's `R`: normal draws, made orthonormal by the modified Gram-Schmidt
    procedure. Sums run from the first to the last, as in COCO, whose bytes result: the procedure multiplies rounding
    by the condition of the draws, which is large in some instances.
    """
    return _cached_rotation(seed, dim) if dim <= _CACHED_DIM else _rotation(seed, dim)


def _rotation(seed: int, dim: int) -> FloatArray:
    columns = np.ascontiguousarray(gauss(dim * dim, seed).reshape(dim, dim).T)
    for i in range(dim):
        column, rest = columns[:, i : i + 1], columns[:, i + 1 :]
        column /= math.sqrt(float(np.add.accumulate(column[:, 0] * column[:, 0])[-1]))
        rest -= _sums_from_first_to_last(column * rest) * column
    return read_only(np.ascontiguousarray(columns.T))


def _sums_from_first_to_last(terms: FloatArray) -> FloatArray:
    """Return the sums of the columns; NumPy would add up a single column in pairs."""
    if terms.shape[1] == 1:
        return np.add.accumulate(terms[:, 0])[-1:]
    return np.asarray(np.add.reduce(terms, axis=0))


_cached_rotation = lru_cache(maxsize=256)(_rotation)


@cache
def steps(dim: int) -> FloatArray:
    """Return `(i-1)/(dim-1)` for i = 1 to dim, shape `(dim,)`."""
    return read_only(np.arange(dim) / (dim - 1.0))


@cache
def scales(condition: float, dim: int) -> FloatArray:
    """Return the diagonal of the report's `Lambda^condition`: `condition^((i-1)/(2 (dim-1)))`, shape `(dim,)`."""
    return read_only(powers(math.sqrt(condition), steps(dim)))


def powers(base: float, exponents: FloatArray) -> FloatArray:
    """Return `base^exponents`, to the bit the same on every CPU, as libm's and NumPy's power is not."""
    return kernel.elementary("power", base, exponents)
