"""f1 to f5: separable functions."""

from __future__ import annotations

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.matrices import skewness, weights


def draw_sphere(seed: int, dim: int) -> Instance:
    """f1, sphere: `sum z_i^2`, `z = x - x_opt`."""
    return Instance(x_opt=legacy.optimum(seed, dim))


def draw_ellipsoid(seed: int, dim: int) -> Instance:
    """f2, separable ellipsoid: `sum 10^(6 (i-1)/(D-1)) z_i^2`, `z = T_osz(x - x_opt)`."""
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(weights(1e6, dim),))


def draw_rastrigin(seed: int, dim: int) -> Instance:
    """f3, Rastrigin: `10 (D - sum cos(2 pi z_i)) + sum z_i^2`, `z = Lambda^10 T_asy^0.2(T_osz(x - x_opt))`."""
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(skewness(0.2, dim), legacy.scales(10.0, dim)))


def draw_bueche_rastrigin(seed: int, dim: int) -> Instance:
    """f4, Bueche-Rastrigin: as f3 with `z_i = s_i T_osz(x - x_opt)_i`.

    `s_i = 10^(1/2 (i-1)/(D-1))`, ten times as much where z_i > 0 and i is odd. The optimum is not negative in every
    other variable, from the first on.
    """
    x_opt = legacy.optimum(seed, dim)
    x_opt[::2] = np.abs(x_opt[::2])
    nine_times_odd = np.where(np.arange(dim) % 2 == 0, 9.0, 0.0)
    return Instance(x_opt=x_opt, arrays=(legacy.scales(10.0, dim), nine_times_odd))


def draw_linear_slope(seed: int, dim: int) -> Instance:
    """f5, linear slope: `sum 5 |s_i| - s_i z_i`, flat beyond the corner of the box where it is least.

    `s_i = sign(x_opt_i) 10^((i-1)/(D-1))`; each summand is `max(0, -s_i (x - x_opt)_i)`.
    """
    signs = np.sign(legacy.optimum(seed, dim))
    return Instance(x_opt=5.0 * signs, arrays=(-signs * legacy.scales(100.0, dim),))


FUNCTIONS = {
    1: Definition(draw=draw_sphere, function="SPHERE"),
    2: Definition(draw=draw_ellipsoid, function="OSCILLATED_ELLIPSOID"),
    3: Definition(draw=draw_rastrigin, function="SKEWED_RASTRIGIN"),
    4: Definition(draw=draw_bueche_rastrigin, function="BUECHE_RASTRIGIN", penalty=100.0),
    5: Definition(draw=draw_linear_slope, function="LINEAR_SLOPE", unbounded=False),
}
