"""f1 to f5: separable functions."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.transforms import (
    TWO,
    ZERO,
    block_of,
    block_scales,
    constant,
    dot,
    half_sine,
    oscillate,
    oscillate_and_skew,
    oscillated_log,
    skewness,
)
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

_TWENTY = constant(20.0)


def draw_place(seed: int, dim: int) -> Instance:
    """Draw an instance that has an optimum and nothing else."""
    return Instance(x_opt=legacy.optimum(seed, dim))


def sphere(y: FloatArray) -> FloatArray:
    """f1, sphere: `sum z_i^2`, `z = x - x_opt`."""
    return dot(y, y)


def ellipsoid(y: FloatArray) -> FloatArray:
    """f2, separable ellipsoid: `sum 10^(6 (i-1)/(D-1)) z_i^2`, `z = T_osz(x - x_opt)`."""
    return dot(oscillated_squares(y), ellipsoid_weights(y.shape[-1]))


def oscillated_squares(z: FloatArray) -> FloatArray:
    """Return `T_osz(z)^2`."""
    squares, _ = oscillated_log(z)
    squares *= TWO
    return np.exp(squares, out=squares)


@cache
def ellipsoid_weights(dim: int) -> FloatArray:
    """Return `10^(6 (i-1)/(dim-1))`, shape `(dim,)`."""
    return read_only(np.array([1e6**step for step in legacy.steps(dim).tolist()]))


def rastrigin_of(z: FloatArray) -> FloatArray:
    """Return `10 (D - sum cos(2 pi z_i)) + sum z_i^2`, written as `20 sum sin^2(pi z_i) + sum z_i^2`. `z` is lost."""
    values = dot(z, z)
    sines = half_sine(z)
    waves = dot(sines, sines)
    waves *= _TWENTY
    values += waves
    return values


def rastrigin(y: FloatArray) -> FloatArray:
    """f3, separable Rastrigin: `z = Lambda^10 T_asy^0.2(T_osz(x - x_opt))`."""
    dim = y.shape[-1]
    z = oscillate_and_skew(y, skewness(0.2, dim))
    z *= block_scales(10.0, dim)
    return rastrigin_of(z)


def draw_bueche_rastrigin(seed: int, dim: int) -> Instance:
    """Draw an instance of f4: its optimum is not negative in every other variable, from the first on."""
    x_opt = legacy.optimum(seed, dim)
    x_opt[::2] = np.abs(x_opt[::2])
    return Instance(x_opt=x_opt)


def bueche_rastrigin(y: FloatArray) -> FloatArray:
    """f4, Bueche-Rastrigin: `z_i = s_i T_osz(x - x_opt)_i`.

    `s_i = 10^(1/2 (i-1)/(D-1))`, ten times as much where z_i > 0 and i is odd.
    """
    z = oscillate(y)
    z *= block_scales(10.0, y.shape[-1])
    positive = np.maximum(z, ZERO)
    positive *= _nine_times_odd(y.shape[-1])
    z += positive
    return rastrigin_of(z)


@cache
def _nine_times_odd(dim: int) -> FloatArray:
    return block_of(np.where(np.arange(dim) % 2 == 0, 9.0, 0.0))


def draw_linear_slope(seed: int, dim: int) -> Instance:
    """Draw an instance of f5: the optimum is a corner of the box."""
    signs = np.sign(legacy.optimum(seed, dim))
    return Instance(x_opt=5.0 * signs, parameters={"slopes": -signs * legacy.scales(100.0, dim)})


def linear_slope(y: FloatArray, *, slopes: FloatArray) -> FloatArray:
    """f5, linear slope: `sum 5 |s_i| - s_i z_i`, flat beyond the corner of the box where it is least.

    `s_i = sign(x_opt_i) 10^((i-1)/(D-1))`; each summand is `max(0, -s_i (x - x_opt)_i)`.
    """
    terms = y * slopes
    np.maximum(terms, ZERO, out=terms)
    return np.asarray(np.add.reduce(terms, axis=-1))


FUNCTIONS = {
    1: Definition(draw=draw_place, formula=sphere, blocked=False),
    2: Definition(draw=draw_place, formula=ellipsoid, width=2),
    3: Definition(draw=draw_place, formula=rastrigin, width=2),
    4: Definition(draw=draw_bueche_rastrigin, formula=bueche_rastrigin, penalty=100.0, width=2),
    5: Definition(draw=draw_linear_slope, formula=linear_slope, blocked=False),
}
