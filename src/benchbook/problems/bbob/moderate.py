"""f6 to f9: functions with low or moderate conditioning."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.transforms import (
    HALF,
    TWO,
    ZERO,
    constant,
    dot,
    minus_next,
    oscillated_log_of_positive,
    product,
)
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

# A function has two rotations at most: one from its seed, and one from its seed plus this.
SECOND_ROTATION = 1_000_000
HUNDRED = constant(100.0)
_POWER, _TENTH, _TEN, _LEAST_SLOPE = constant(0.9), constant(0.1), constant(10.0), constant(1e-4)
_NINETY_NINE = constant(99.0)


def ill_conditioned_map(seed: int, dim: int, scales: FloatArray) -> FloatArray:
    """Return the matrix of the report's `Q Lambda R`, for points as rows, shape `(dim, dim)`; R has the plain seed."""
    return product(legacy.rotation(seed, dim) * scales, legacy.rotation(seed + SECOND_ROTATION, dim))


def draw_attractive_sector(seed: int, dim: int) -> Instance:
    """Draw an instance of f6."""
    x_opt = legacy.optimum(seed, dim)
    matrix = ill_conditioned_map(seed, dim, legacy.scales(10.0, dim))
    return Instance(x_opt=x_opt, parameters={"matrix": matrix, "signs": np.sign(x_opt)})


def attractive_sector(y: FloatArray, *, matrix: FloatArray, signs: FloatArray) -> FloatArray:
    """f6, attractive sector: `T_osz(sum (s_i z_i)^2)^0.9`, `z = Q Lambda^10 R (x - x_opt)`.

    `s_i` is 100 where z_i has the sign of x_opt_i, else 1.
    """
    z = y @ matrix
    inside = z * signs
    np.maximum(inside, ZERO, out=inside)
    inside *= _NINETY_NINE
    np.abs(z, out=z)
    z += inside
    total = dot(z, z)
    values = oscillated_log_of_positive(total)
    values *= _POWER
    np.exp(values, out=values)
    values *= total > ZERO
    return values


def draw_step_ellipsoid(seed: int, dim: int) -> Instance:
    """Draw an instance of f7."""
    first = legacy.rotation(seed, dim) * legacy.scales(10.0, dim)
    return Instance(
        x_opt=legacy.optimum(seed, dim),
        parameters={"first": first, "second": legacy.rotation(seed + SECOND_ROTATION, dim)},
    )


def step_ellipsoid(y: FloatArray, *, first: FloatArray, second: FloatArray) -> FloatArray:
    """f7, step ellipsoid: `0.1 max(|zh_1|/10^4, sum 10^(2 (i-1)/(D-1)) z_i^2)`.

    `zh = Lambda^10 R (x - x_opt)`; `zt` is zh rounded, to whole numbers where `|zh_i| > 0.5`, else to tenths;
    `z = Q zt`.
    """
    rough = y @ first
    leading = np.abs(rough[..., 0])
    leading *= _LEAST_SLOPE
    large = np.abs(rough) > HALF
    fine = rough * _TEN
    fine += HALF
    np.floor(fine, out=fine)
    fine /= _TEN
    rough += HALF
    np.floor(rough, out=rough)
    np.copyto(fine, rough, where=large)
    z = fine @ second
    z *= z
    values = dot(z, _hundreds(y.shape[-1]))
    np.maximum(values, leading, out=values)
    values *= _TENTH
    return values


@cache
def _hundreds(dim: int) -> FloatArray:
    return read_only(np.array([100.0**step for step in legacy.steps(dim).tolist()]))


@cache
def rosenbrock_scale(dim: int) -> float:
    """Return the scale of f8, f9 and f19: `max(1, sqrt(D)/8)`."""
    return max(1.0, math.sqrt(dim) / 8.0)


def draw_rosenbrock(seed: int, dim: int) -> Instance:
    """Draw an instance of f8, whose optimum lies within [-3, 3]."""
    return Instance(x_opt=0.75 * legacy.optimum(seed, dim))


def rosenbrock(y: FloatArray) -> FloatArray:
    """f8, Rosenbrock: `sum_{i<D} 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2`, `z = max(1, sqrt(D)/8) (x - x_opt) + 1`."""
    scale = rosenbrock_scale(y.shape[-1])
    return rosenbrock_of(y if scale == 1.0 else y * scale)


def rosenbrock_of(slopes: FloatArray) -> FloatArray:
    """Return Rosenbrock's function of `z = slopes + 1`."""
    bends = rosenbrock_bends(slopes)[..., :-1]
    values = dot(bends, bends)
    values *= HUNDRED
    slopes = slopes[..., :-1]
    values += dot(slopes, slopes)
    return values


def rosenbrock_bends(slopes: FloatArray) -> FloatArray:
    """Return `z_i^2 - z_{i+1}` of `z = slopes + 1`, of which the last in each point is undefined."""
    bends = slopes + TWO
    bends *= slopes
    minus_next(bends, slopes)
    return bends


def draw_rotated_rosenbrock(seed: int, dim: int) -> Instance:
    """Draw an instance of f9 or f19: `z = 1` is mapped back to its place."""
    rotation, scale = legacy.rotation(seed, dim), rosenbrock_scale(dim)
    x_opt = np.add.reduce(rotation, axis=-1) / (2.0 * scale)
    return Instance(x_opt=x_opt, parameters={"matrix": scale * rotation})


def rotated_rosenbrock(y: FloatArray, *, matrix: FloatArray) -> FloatArray:
    """f9, rotated Rosenbrock: as f8 with `z = max(1, sqrt(D)/8) R x + 1/2`, which is 1 at x_opt."""
    return rosenbrock_of(y @ matrix)


FUNCTIONS = {
    6: Definition(draw=draw_attractive_sector, formula=attractive_sector),
    7: Definition(draw=draw_step_ellipsoid, formula=step_ellipsoid, penalty=1.0),
    8: Definition(draw=draw_rosenbrock, formula=rosenbrock, blocked=False),
    9: Definition(draw=draw_rotated_rosenbrock, formula=rotated_rosenbrock),
}
