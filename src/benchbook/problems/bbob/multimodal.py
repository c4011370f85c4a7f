"""f15 to f19: multimodal functions with adequate global structure."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.moderate import (
    HUNDRED,
    SECOND_ROTATION,
    draw_rotated_rosenbrock,
    ill_conditioned_map,
    rosenbrock_bends,
)
from benchbook.problems.bbob.separable import rastrigin_of
from benchbook.problems.bbob.transforms import (
    ONE,
    TINY,
    TWO,
    constant,
    dot,
    half_sine,
    oscillate,
    oscillate_and_skew,
    skew,
    skewness,
)
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

_SUMMANDS = 12  # of Weierstrass's series
_FREQUENCY, _TENTH = constant(50.0 / math.pi), constant(0.1)
_HALF_TURNS = constant(0.5 / math.pi)
_TEN, _FOUR_THOUSAND = constant(10.0), constant(4000.0)


def draw_rastrigin(seed: int, dim: int) -> Instance:
    """Draw an instance of f15."""
    return _draw_twice_rotated(seed, dim, legacy.scales(10.0, dim))


def rotated_rastrigin(y: FloatArray, *, first: FloatArray, second: FloatArray) -> FloatArray:
    """f15, Rastrigin: as f3 with `z = R Lambda^10 Q T_asy^0.2(T_osz(R (x - x_opt)))`."""
    return rastrigin_of(oscillate_and_skew(y @ first, skewness(0.2, y.shape[-1])) @ second)


def draw_weierstrass(seed: int, dim: int) -> Instance:
    """Draw an instance of f16."""
    return _draw_twice_rotated(seed, dim, legacy.scales(0.01, dim))


def _draw_twice_rotated(seed: int, dim: int, scales: FloatArray) -> Instance:
    return Instance(
        x_opt=legacy.optimum(seed, dim),
        parameters={
            "first": legacy.rotation(seed + SECOND_ROTATION, dim),
            "second": ill_conditioned_map(seed, dim, scales),
        },
    )


def weierstrass(y: FloatArray, *, first: FloatArray, second: FloatArray) -> FloatArray:
    """f16, Weierstrass: `10 (mean_i sum_{k<12} 2^-k cos(2 pi 3^k (z_i + 1/2)) - f_0)^3`.

    `z = R Lambda^(1/100) Q T_osz(R (x - x_opt))`; f_0 is the sum at z_i = 0. As `3^k` is odd, the difference of the
    cosines is `2 sin^2(pi 3^k z_i)`.
    """
    z = oscillate(y @ first) @ second
    z -= np.rint(z)  # before the multiplication, so that it rounds less
    factors, weights = _series(z.ndim)
    sines = half_sine(factors * z)
    terms = dot(sines, sines)
    terms *= weights
    means = np.asarray(np.add.reduce(terms, axis=0))
    means /= y.shape[-1]
    values: FloatArray = means * means
    values *= means
    values *= _TEN
    return values


@cache
def _series(ndim: int) -> tuple[FloatArray, FloatArray]:
    k = np.arange(_SUMMANDS, dtype=np.float64)
    factors, weights = np.rint(3.0**k), 2.0 * 0.5**k
    return read_only(factors.reshape(-1, *[1] * ndim)), read_only(weights.reshape(-1, *[1] * (ndim - 1)))


def draw_schaffers(seed: int, dim: int) -> Instance:
    """Draw an instance of f17."""
    return _draw_schaffers(seed, dim, 10.0)


def draw_ill_conditioned_schaffers(seed: int, dim: int) -> Instance:
    """Draw an instance of f18."""
    return _draw_schaffers(seed, dim, 1000.0)


def _draw_schaffers(seed: int, dim: int, condition: float) -> Instance:
    return Instance(
        x_opt=legacy.optimum(seed, dim),
        parameters={
            "first": legacy.rotation(seed + SECOND_ROTATION, dim),
            "second": legacy.rotation(seed, dim) * legacy.scales(condition, dim),
        },
    )


def schaffers(y: FloatArray, *, first: FloatArray, second: FloatArray) -> FloatArray:
    """f17 and f18, Schaffers F7: `(mean_{i<D} sqrt(s_i) (1 + sin^2(50 s_i^(1/5))))^2`.

    `s_i = sqrt(z_i^2 + z_{i+1}^2)`, `z = Lambda^c Q T_asy^0.5(R (x - x_opt))` with c = 10 in f17 and 1000 in f18.
    """
    dim = y.shape[-1]
    z = skew(y @ first, skewness(0.5, dim)) @ second
    z *= z
    squares = z.copy()
    squares.reshape(-1)[:-1] += z.reshape(-1)[1:]
    t = np.add(squares, TINY, out=z)
    np.log(t, out=t)
    t *= _TENTH
    np.exp(t, out=t)
    t *= _FREQUENCY
    terms = half_sine(t)
    terms *= terms
    terms += ONE
    np.sqrt(squares, out=squares)
    np.sqrt(squares, out=squares)
    values = dot(terms[..., :-1], squares[..., :-1])
    values /= dim - 1.0
    values *= values
    return values


def griewank_rosenbrock(y: FloatArray, *, matrix: FloatArray) -> FloatArray:
    """f19, Griewank-Rosenbrock: `10/(D-1) sum_{i<D} (s_i/4000 - cos s_i) + 10`, s_i the summands of f9.

    `z` is that of f9; with the 10 taken into the sum, a summand is `s_i/4000 + 2 sin^2(s_i/2)`.
    """
    dim = y.shape[-1]
    slopes = y @ matrix
    s = rosenbrock_bends(slopes)
    s *= s
    s *= HUNDRED
    slopes *= slopes
    s += slopes
    sines = half_sine(s * _HALF_TURNS)[..., :-1]
    values = dot(sines, sines)
    values *= TWO
    total = np.add.reduce(s[..., :-1], axis=-1)
    total /= _FOUR_THOUSAND
    values += total
    values *= 10.0 / (dim - 1.0)
    return values


FUNCTIONS = {
    15: Definition(draw=draw_rastrigin, formula=rotated_rastrigin, width=2),
    16: Definition(draw=draw_weierstrass, formula=weierstrass, penalty=10.0, shared=True, width=_SUMMANDS),
    17: Definition(draw=draw_schaffers, formula=schaffers, penalty=10.0),
    18: Definition(draw=draw_ill_conditioned_schaffers, formula=schaffers, penalty=10.0),
    19: Definition(draw=draw_rotated_rosenbrock, formula=griewank_rosenbrock),
}
