"""f10 to f14: unimodal functions with high conditioning."""

from __future__ import annotations

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.matrices import SECOND_ROTATION, ill_conditioned_map, one_heavy, skewness, weights
from benchbook.typing import FloatArray


def _rotated(seed: int, dim: int, numbers: FloatArray) -> Instance:
    rotation = legacy.rotation(seed + SECOND_ROTATION, dim)
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(rotation, numbers))


def draw_ellipsoid(seed: int, dim: int) -> Instance:
    """f10, ellipsoid: `sum 10^(6 (i-1)/(D-1)) z_i^2`, `z = T_osz(R (x - x_opt))`."""
    return _rotated(seed, dim, weights(1e6, dim))


def draw_mild_ellipsoid(seed: int, dim: int) -> Instance:
    """f116 to f118: as f10 with the condition 10^4."""
    return _rotated(seed, dim, weights(1e4, dim))


def draw_discus(seed: int, dim: int) -> Instance:
    """f11, discus: `10^6 z_1^2 + sum_{i>1} z_i^2`, `z = T_osz(R (x - x_opt))`."""
    return _rotated(seed, dim, one_heavy(dim, 1e6, 1.0))


def draw_bent_cigar(seed: int, dim: int) -> Instance:
    """f12, bent cigar: `z_1^2 + 10^6 sum_{i>1} z_i^2`, `z = R T_asy^0.5(R (x - x_opt))`.

    The optimum comes from the seed of the rotation.
    """
    seed += SECOND_ROTATION
    arrays = (legacy.rotation(seed, dim), skewness(0.5, dim), one_heavy(dim, 1.0, 1e6))
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=arrays)


def draw_sharp_ridge(seed: int, dim: int) -> Instance:
    """f13, sharp ridge: `z_1^2 + 100 sqrt(sum_{i>1} z_i^2)`, `z = Q Lambda^10 R (x - x_opt)`."""
    matrix = ill_conditioned_map(seed, dim, legacy.scales(10.0, dim))
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(matrix,))


def draw_different_powers(seed: int, dim: int) -> Instance:
    """f14, different powers: `sqrt(sum |z_i|^(2 + 4 (i-1)/(D-1)))`, `z = R (x - x_opt)`."""
    return _rotated(seed, dim, 2.0 + 4.0 * legacy.steps(dim))


FUNCTIONS = {
    10: Definition(draw=draw_ellipsoid, function="ROTATED_ELLIPSOID"),
    11: Definition(draw=draw_discus, function="ROTATED_ELLIPSOID"),
    12: Definition(draw=draw_bent_cigar, function="BENT_CIGAR"),
    13: Definition(draw=draw_sharp_ridge, function="SHARP_RIDGE"),
    14: Definition(draw=draw_different_powers, function="DIFFERENT_POWERS"),
}
