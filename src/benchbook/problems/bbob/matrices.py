"""Vectors and matrices for drawing several BBOB functions; none depends on the CPU."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

# A function has two rotations at most: one from its seed, and one from its seed plus this.
SECOND_ROTATION = 1_000_000


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the matrix product of `(n, dim)` and `(dim, m)`, summed from the first term to the last.

    BLAS would choose its order by the CPU.
    """
    total = np.zeros((len(left), right.shape[1]))
    for column, row in zip(left.T, right, strict=True):
        total += column[:, None] * row
    return total


def ill_conditioned_map(seed: int, dim: int, scales: FloatArray) -> FloatArray:
    """Return the matrix of the report's `Q Lambda R`, for points as rows, shape `(dim, dim)`; R has the plain seed."""
    return product(legacy.rotation(seed, dim) * scales, legacy.rotation(seed + SECOND_ROTATION, dim))


@cache
def weights(condition: float, dim: int) -> FloatArray:
    """Return `condition^((i-1)/(dim-1))`, shape `(dim,)`."""
    return read_only(legacy.powers(condition, legacy.steps(dim)))


@cache
def one_heavy(dim: int, first: float, rest: float) -> FloatArray:
    """Return weights of which the first differs from the others, shape `(dim,)`."""
    values = np.full(dim, rest)
    values[0] = first
    return read_only(values)


@cache
def skewness(beta: float, dim: int) -> FloatArray:
    """Return the factors of T_asy^beta: `beta (i-1)/(dim-1)`, shape `(dim,)`."""
    return read_only(beta * legacy.steps(dim))


@cache
def rosenbrock_scale(dim: int) -> float:
    """Return the scale of f8, f9 and f19: `max(1, sqrt(D)/8)`."""
    return max(1.0, math.sqrt(dim) / 8.0)
