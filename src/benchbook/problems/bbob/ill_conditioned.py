"""f10 to f14: unimodal functions with high conditioning."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.moderate import HUNDRED, SECOND_ROTATION, ill_conditioned_map
from benchbook.problems.bbob.separable import ellipsoid_weights, oscillated_squares
from benchbook.problems.bbob.transforms import TINY, block_of, dot, skew, skewness
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray


def draw_rotated(seed: int, dim: int) -> Instance:
    """Draw an instance of f10, f11 or f14: an optimum and a rotation."""
    rotation = legacy.rotation(seed + SECOND_ROTATION, dim)
    return Instance(x_opt=legacy.optimum(seed, dim), parameters={"rotation": rotation})


def rotated_ellipsoid(y: FloatArray, *, rotation: FloatArray) -> FloatArray:
    """f10, ellipsoid: `sum 10^(6 (i-1)/(D-1)) z_i^2`, `z = T_osz(R (x - x_opt))`."""
    return dot(oscillated_squares(y @ rotation), ellipsoid_weights(y.shape[-1]))


def discus(y: FloatArray, *, rotation: FloatArray) -> FloatArray:
    """f11, discus: `10^6 z_1^2 + sum_{i>1} z_i^2`, `z = T_osz(R (x - x_opt))`."""
    return dot(oscillated_squares(y @ rotation), _one_heavy(y.shape[-1], 1e6, 1.0))


@cache
def _one_heavy(dim: int, first: float, rest: float) -> FloatArray:
    weights = np.full(dim, rest)
    weights[0] = first
    return read_only(weights)


def draw_bent_cigar(seed: int, dim: int) -> Instance:
    """Draw an instance of f12, whose optimum comes from the seed of its rotation."""
    seed += SECOND_ROTATION
    return Instance(x_opt=legacy.optimum(seed, dim), parameters={"rotation": legacy.rotation(seed, dim)})


def bent_cigar(y: FloatArray, *, rotation: FloatArray) -> FloatArray:
    """f12, bent cigar: `z_1^2 + 10^6 sum_{i>1} z_i^2`, `z = R T_asy^0.5(R (x - x_opt))`."""
    z = skew(y @ rotation, skewness(0.5, y.shape[-1])) @ rotation
    z *= z
    return dot(z, _one_heavy(y.shape[-1], 1.0, 1e6))


def draw_sharp_ridge(seed: int, dim: int) -> Instance:
    """Draw an instance of f13."""
    matrix = ill_conditioned_map(seed, dim, legacy.scales(10.0, dim))
    return Instance(x_opt=legacy.optimum(seed, dim), parameters={"matrix": matrix})


def sharp_ridge(y: FloatArray, *, matrix: FloatArray) -> FloatArray:
    """f13, sharp ridge: `z_1^2 + 100 sqrt(sum_{i>1} z_i^2)`, `z = Q Lambda^10 R (x - x_opt)`."""
    z = y @ matrix
    rest = z[..., 1:]
    values = dot(rest, rest)
    np.sqrt(values, out=values)
    values *= HUNDRED
    first = z[..., 0]
    values += first * first
    return values


def different_powers(y: FloatArray, *, rotation: FloatArray) -> FloatArray:
    """f14, different powers: `sqrt(sum |z_i|^(2 + 4 (i-1)/(D-1)))`, `z = R (x - x_opt)`."""
    z = y @ rotation
    np.abs(z, out=z)
    z += TINY
    np.log(z, out=z)
    z *= _exponents(y.shape[-1])
    np.exp(z, out=z)
    return np.asarray(np.sqrt(np.add.reduce(z, axis=-1)))


@cache
def _exponents(dim: int) -> FloatArray:
    return block_of(2.0 + 4.0 * legacy.steps(dim))


FUNCTIONS = {
    10: Definition(draw=draw_rotated, formula=rotated_ellipsoid, width=2),
    11: Definition(draw=draw_rotated, formula=discus, width=2),
    12: Definition(draw=draw_bent_cigar, formula=bent_cigar),
    13: Definition(draw=draw_sharp_ridge, formula=sharp_ridge),
    14: Definition(draw=draw_rotated, formula=different_powers),
}
