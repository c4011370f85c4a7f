"""Ten textbook functions, each over the last axis of its points: `(..., dim) -> (...)`.

Each is written such that its value at the optimum is exact and, within the bounds, no value lies below it
(`schwefel` alone, whose optimum is irrational, may round to 1e-12 below). Only the last axis is ever reduced, and
transcendental functions see whole arrays, so that a point's bytes do not depend on the points beside it.

References:
    Surjanovic & Bingham, Virtual Library of Simulation Experiments, https://www.sfu.ca/~ssurjano/optimization.html
    Jamil & Yang 2013, A literature survey of benchmark functions for global optimisation problems,
    Int. J. Mathematical Modelling and Numerical Optimisation 4(2), 150-194, https://arxiv.org/abs/1308.4008
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

SCHWEFEL_X_OPT = 420.96874635998205
SCHWEFEL_HEIGHT = 418.9828872724337
STYBLINSKI_TANG_X_OPT = -2.903534027771177
STYBLINSKI_TANG_DEPTH = -39.16616570377141
_TWO_PI = 2.0 * np.pi


def sphere(x: FloatArray) -> FloatArray:
    """Sum of squares: `sum x_i^2`.

    Domain [-5.12, 5.12]; optimum 0 at x = 0. Separable, unimodal. Source: De Jong 1975, F1; Surjanovic & Bingham.

    Examples:
        >>> float(sphere(np.array([1.0, 2.0])))
        5.0
    """
    return _sum(x * x)


def ellipsoid(x: FloatArray) -> FloatArray:
    """Ellipsoid of condition 1e6: `sum 10^(6 (i-1)/(dim-1)) x_i^2`; one variable alone has weight 1.

    Domain [-5, 5]; optimum 0 at x = 0. Separable, unimodal. Source: Hansen, Finck, Ros & Auger 2009,
    INRIA RR-6829, f2 without its oscillation.

    Examples:
        >>> float(ellipsoid(np.array([1.0, 2.0])))
        4000001.0
    """
    return _sum(_ellipsoid_weights(x.shape[-1]) * (x * x))


def rosenbrock(x: FloatArray) -> FloatArray:
    """Rosenbrock's valley: `sum_{i<dim} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`.

    Domain [-5, 10]; optimum 0 at x = 1. Not separable; from 4 variables on with a second, local optimum near
    x_1 = -1. At least 2 variables. Source: Rosenbrock 1960; Surjanovic & Bingham.

    Examples:
        >>> float(rosenbrock(np.array([0.0, 2.0])))
        401.0
    """
    head, tail = x[..., :-1], x[..., 1:]
    valley = tail - head * head
    slope = 1.0 - head
    return _sum(100.0 * (valley * valley) + slope * slope)


def rastrigin(x: FloatArray) -> FloatArray:
    """Rastrigin's function: `10 (dim - sum cos(2 pi x_i)) + sum x_i^2`.

    Domain [-5.12, 5.12]; optimum 0 at x = 0. Separable, with a local optimum near every point of whole numbers.
    Source: Rastrigin 1974; Surjanovic & Bingham.

    Examples:
        >>> round(float(rastrigin(np.array([1.0, 0.5]))), 12)
        21.25
    """
    return _array(10.0 * (x.shape[-1] - _sum(np.cos(_TWO_PI * x))) + _sum(x * x))


def ackley(x: FloatArray) -> FloatArray:
    """Ackley's function: `20 (1 - exp(-0.2 sqrt(mean x_i^2))) + e (1 - exp(mean cos(2 pi x_i) - 1))`.

    This is the usual `-20 exp(...) - exp(...) + 20 + e`, grouped such that it is exact near the optimum.
    Domain [-32.768, 32.768]; optimum 0 at x = 0. Not separable, multimodal. Source: Ackley 1987; Surjanovic &
    Bingham.

    Examples:
        >>> round(float(ackley(np.array([1.0, 0.0]))), 9)
        2.637531092
    """
    dim = x.shape[-1]
    distance = np.sqrt(_sum(x * x) / dim)
    waves = _sum(np.cos(_TWO_PI * x)) / dim
    return _array(-20.0 * np.expm1(-0.2 * distance) - np.e * np.expm1(waves - 1.0))


def griewank(x: FloatArray) -> FloatArray:
    """Griewank's function: `sum x_i^2 / 4000 + 1 - prod cos(x_i / sqrt(i))`.

    Domain [-600, 600]; optimum 0 at x = 0. Not separable, multimodal. Source: Griewank 1981; Surjanovic & Bingham.

    Examples:
        >>> round(float(griewank(np.array([np.pi, 0.0]))), 9)
        2.002467401
    """
    waves = np.multiply.reduce(np.cos(x / _roots(x.shape[-1])), axis=-1)
    return _array(_sum(x * x) / 4000.0 + (1.0 - waves))


def schwefel(x: FloatArray) -> FloatArray:
    """Schwefel's function: `sum (418.982887272433706 - x_i sin(sqrt |x_i|))`.

    Domain [-500, 500], beyond which it falls without bound; optimum 0 at x = 420.968746359982 (rounding may give
    down to -1.2e-13 a variable there). Separable, multimodal, the second best optimum is far away. Source:
    Schwefel 1981; Surjanovic & Bingham, whose constant 418.9829 is rounded.

    Examples:
        >>> round(float(schwefel(np.array([0.0, 0.0]))), 9)
        837.965774545
    """
    return _sum(SCHWEFEL_HEIGHT - x * np.sin(np.sqrt(np.abs(x))))


def levy(x: FloatArray) -> FloatArray:
    """Levy's function, with `u_i = (x_i - 1)/4`.

    `sin^2(pi u_1) + sum_{i<dim} u_i^2 (1 + 10 sin^2(pi u_i + 1)) + u_dim^2 (1 + sin^2(2 pi u_dim))`, which is the
    usual form in `w_i = 1 + u_i`, with the half waves of the sines taken out, so that the optimum is exact.
    Domain [-10, 10]; optimum 0 at x = 1. Separable, multimodal. Source: Laguna & Martí 2005; Surjanovic & Bingham.

    Examples:
        >>> round(float(levy(np.array([3.0, 1.0]))), 9)
        1.979816454
    """
    u = 0.25 * (x - 1.0)
    squares = u * u
    waves = np.sin(np.pi * u + 1.0)
    terms = squares * (1.0 + 10.0 * (waves * waves))
    ends = np.sin(np.pi * u)
    last = np.sin(_TWO_PI * u)[..., -1]
    first = ends[..., 0]
    return _array(first * first + _sum(terms[..., :-1]) + squares[..., -1] * (1.0 + last * last))


def zakharov(x: FloatArray) -> FloatArray:
    """Zakharov's function: `sum x_i^2 + s^2 + s^4` with `s = sum 0.5 i x_i`.

    Domain [-5, 10]; optimum 0 at x = 0. Not separable, unimodal. Source: Surjanovic & Bingham; Jamil & Yang 2013,
    no. 173.

    Examples:
        >>> float(zakharov(np.array([1.0, 1.0])))
        9.3125
    """
    s = _sum(_half_indices(x.shape[-1]) * x)
    squared = s * s
    return _array(_sum(x * x) + squared + squared * squared)


def styblinski_tang(x: FloatArray) -> FloatArray:
    """Styblinski and Tang's function: `sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2`.

    Evaluated as the same polynomial about its least point a: `sum -39.166165703771 + t^2 (t^2 + 4 a t + 6 a^2 - 16)
    / 2` with `t = x_i - a`. Domain [-5, 5]; optimum -39.166165703771 dim at x = -2.903534027771. Separable,
    multimodal. Source: Styblinski & Tang 1990, Neural Networks 3(4), 467-483; Surjanovic & Bingham.

    Examples:
        >>> round(float(styblinski_tang(np.array([1.0, 2.0]))), 9)
        -24.0
    """
    a = STYBLINSKI_TANG_X_OPT
    t = x - a
    above = (t * t) * (t * (t + 4.0 * a) + (6.0 * a * a - 16.0))
    return _array(STYBLINSKI_TANG_DEPTH * x.shape[-1] + 0.5 * _sum(above))


def _sum(terms: FloatArray) -> FloatArray:
    return _array(np.add.reduce(terms, axis=-1))


def _array(values: Any) -> FloatArray:
    """Give a single point's value the type of an array of shape `()`, as all other shapes have."""
    return np.asarray(values, dtype=np.float64)


@cache
def _ellipsoid_weights(dim: int) -> FloatArray:
    # Python's power rather than NumPy's, which depends on the CPU.
    return read_only(np.array([10.0 ** (6.0 * i / max(dim - 1, 1)) for i in range(dim)]))


@cache
def _roots(dim: int) -> FloatArray:
    return read_only(np.sqrt(np.arange(1.0, dim + 1.0)))


@cache
def _half_indices(dim: int) -> FloatArray:
    return read_only(0.5 * np.arange(1.0, dim + 1.0))
