"""f6 to f9: functions with low or moderate conditioning."""

from __future__ import annotations

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.matrices import SECOND_ROTATION, ill_conditioned_map, rosenbrock_scale, weights
from benchbook.typing import FloatArray


def draw_attractive_sector(seed: int, dim: int) -> Instance:
    """f6, attractive sector: `T_osz(sum (s_i z_i)^2)^0.9`, `z = Q Lambda^10 R (x - x_opt)`.

    `s_i` is 100 where z_i has the sign of x_opt_i, else 1.
    """
    x_opt = legacy.optimum(seed, dim)
    matrix = ill_conditioned_map(seed, dim, legacy.scales(10.0, dim))
    return Instance(x_opt=x_opt, arrays=(matrix, np.sign(x_opt)))


def draw_step_ellipsoid(seed: int, dim: int) -> Instance:
    """f7, step ellipsoid: `0.1 max(|zh_1|/10^4, sum 10^(2 (i-1)/(D-1)) z_i^2)`.

    `zh = Lambda^10 R (x - x_opt)`; `zt` is zh rounded, to whole numbers where `|zh_i| > 0.5`, else to tenths;
    `z = Q zt`.
    """
    first = legacy.rotation(seed, dim) * legacy.scales(10.0, dim)
    second = legacy.rotation(seed + SECOND_ROTATION, dim)
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(first, second, weights(100.0, dim)))


def draw_rosenbrock(seed: int, dim: int) -> Instance:
    """f8, Rosenbrock: `sum_{i<D} 100 (z_i^2 - z_{i+1})^2 + (z_i - 1)^2`, `z = max(1, sqrt(D)/8) (x - x_opt) + 1`.

    The optimum lies within [-3, 3].
    """
    return Instance(x_opt=0.75 * legacy.optimum(seed, dim), arrays=(np.array([rosenbrock_scale(dim)]),))


def draw_rotated_rosenbrock(seed: int, dim: int) -> Instance:
    """f9, rotated Rosenbrock: as f8 with `z = max(1, sqrt(D)/8) R x + 1/2`, which is 1 at x_opt."""
    x_opt, matrix = rotated_valley(seed, dim)
    return Instance(x_opt=x_opt, arrays=(matrix,))


def rotated_valley(seed: int, dim: int) -> tuple[FloatArray, FloatArray]:
    """Return optimum and matrix of f9 and f19: `z = 1` is mapped back to its place."""
    rotation, scale = legacy.rotation(seed, dim), rosenbrock_scale(dim)
    return np.add.accumulate(rotation, axis=-1)[:, -1] / (2.0 * scale), scale * rotation


FUNCTIONS = {
    6: Definition(draw=draw_attractive_sector, function="ATTRACTIVE_SECTOR"),
    7: Definition(draw=draw_step_ellipsoid, function="STEP_ELLIPSOID", penalty=1.0),
    8: Definition(draw=draw_rosenbrock, function="SCALED_ROSENBROCK"),
    9: Definition(draw=draw_rotated_rosenbrock, function="ROTATED_ROSENBROCK"),
}
