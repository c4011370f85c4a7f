"""The transformations that the BBOB functions are made of, over arrays of points: `(..., dim) -> (..., dim)`.

Every operation is element by element, or a sum over the last axis, or a product with blocks of a constant number of
rows; so a point has the same bytes alone, in any batch, and beside other runs. Sine and cosine are polynomials of our
own: they need no library function, whose bytes depend on the CPU, and are faster in large batches.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from benchbook.problems.bbob.legacy import scales, steps
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

# Points are multiplied by matrices in blocks of so many rows: BLAS chooses its code by the number of rows.
BLOCK = 8


# Sums of products over the last axis: `(..., dim), (..., dim) -> (...)`.
dot: Callable[[FloatArray, FloatArray], FloatArray] = np.vecdot


def constant(value: float) -> FloatArray:
    """Return a number as an array of shape `()`, which NumPy takes in half the time of a Python float."""
    return read_only(np.array(value, dtype=np.float64))


# Stands for 0 where a logarithm is taken; its square is 0.
TINY = constant(1e-300)
# sin(pi f)/f as a polynomial of f^2 in [0, 1/4], and cos(2 pi sqrt(w)) of w in [0, 1/16], by interpolation at
# Chebyshev's points in 60 digits; highest power first. Their errors are below 6e-16 and 2e-15.
_SINE = (
    -2.113362735205297e-05,
    0.0004659870158043378,
    -0.0073703643265304155,
    0.08214587881631043,
    -0.599264528825224,
    2.5501640398618677,
    -5.1677127800497855,
    3.1415926535897927,
)
_COSINE = (
    -1.6452233497893094,
    7.896555735851554,
    -26.42588874334368,
    60.24463060817376,
    -85.45681703563287,
    64.93939402133272,
    -19.739208802174744,
    0.9999999999999981,
)
SINE, COSINE = (tuple(constant(item) for item in items) for items in (_SINE, _COSINE))
ZERO, ONE, TWO, HALF, FIVE = (constant(item) for item in (0.0, 1.0, 2.0, 0.5, 5.0))
_TURNS = 1.0 / (2.0 * np.pi)
_HALF_WIDTH = 5.0
_QUARTER, _WEIGHT = constant(0.25), constant(0.049)
# Means and half differences of T_osz's constants for positive and negative x, in turns.
_MEANS = (constant((10.0 + 5.5) / 2.0 * _TURNS), constant((7.9 + 3.1) / 2.0 * _TURNS))
_HALF_DIFFERENCES = (constant((10.0 - 5.5) / 2.0 * _TURNS), constant((7.9 - 3.1) / 2.0 * _TURNS))
_TEN, _SEVEN_NINE = constant(10.0), constant(7.9)


def half_sine(t: FloatArray) -> FloatArray:
    """Return `sin(pi t)` but for the sign: its square is `(1 - cos(2 pi t)) / 2`, exactly 0 at whole t. `t` is lost."""
    t -= np.rint(t)
    p = _polynomial(SINE, t * t)
    p *= t
    return p


def sine(t: FloatArray) -> FloatArray:
    """Return `sin(2 pi t)`. `t` is lost."""
    t -= np.rint(t)
    w = np.abs(t)
    w -= _QUARTER
    w *= w
    return np.copysign(_polynomial(COSINE, w), t, out=t)


def _polynomial(coefficients: tuple[FloatArray, ...], w: FloatArray) -> FloatArray:
    p = coefficients[0] * w
    for coefficient in coefficients[1:-1]:
        p += coefficient
        p *= w
    p += coefficients[-1]
    return p


def oscillated_log(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return `log |T_osz(x)|`, that is `l + 0.049 (sin(c_1 l) + sin(c_2 l))` with `l = log |x|`, and the sign of x.

    `c_1, c_2` are 10, 7.9 where x > 0 and 5.5, 3.1 elsewhere. 0 is taken for 1e-300, with the sign 0.
    """
    signs = np.sign(x)
    logs = np.abs(x)
    logs += TINY
    np.log(logs, out=logs)
    t = np.empty((2, *x.shape))
    for turns, mean, half_difference in zip(t, _MEANS, _HALF_DIFFERENCES, strict=True):
        np.multiply(signs, half_difference, out=turns)
        np.add(turns, mean, out=turns)
        np.multiply(turns, logs, out=turns)
    first, second = sine(t)
    first += second
    first *= _WEIGHT
    logs += first
    return logs, signs


def oscillated_log_of_positive(x: FloatArray) -> FloatArray:
    """Return `log T_osz(x)` of totals: few numbers, none of them negative, for which NumPy's sine is quicker."""
    logs = np.log(x + TINY)
    wave = np.sin(_TEN * logs)
    wave += np.sin(_SEVEN_NINE * logs)
    wave *= _WEIGHT
    wave += logs
    return wave


def oscillate(x: FloatArray) -> FloatArray:
    """Return `T_osz(x)`."""
    values, signs = oscillated_log(x)
    np.exp(values, out=values)
    values *= signs
    return values


def oscillate_and_skew(x: FloatArray, beta: FloatArray) -> FloatArray:
    """Return `T_asy(T_osz(x))`; one logarithm serves both. `beta` is `skewness(...)`."""
    logs, signs = oscillated_log(x)
    powers = logs * HALF
    np.exp(powers, out=powers)
    powers *= beta
    powers *= signs
    np.maximum(powers, ZERO, out=powers)
    powers *= logs
    logs += powers
    np.exp(logs, out=logs)
    logs *= signs
    return logs


def skew(x: FloatArray, beta: FloatArray) -> FloatArray:
    """Return `T_asy(x)`: `x_i^(1 + beta_i sqrt(x_i))` where x_i > 0, else x_i. `beta` is `skewness(...)`."""
    powers = np.maximum(x, ZERO)
    logs = powers + TINY
    np.log(logs, out=logs)
    np.sqrt(powers, out=powers)
    powers *= beta
    powers *= logs
    np.exp(powers, out=powers)
    powers *= x
    return powers


@cache
def skewness(beta: float, dim: int) -> FloatArray:
    """Return the factors of T_asy^beta: `beta (i-1)/(dim-1)`, a block of equal rows."""
    return block_of(beta * steps(dim))


@cache
def block_scales(condition: float, dim: int) -> FloatArray:
    """Return the diagonal of the report's `Lambda^condition`, a block of equal rows."""
    return block_of(scales(condition, dim))


def block_of(vector: FloatArray) -> FloatArray:
    """Return a block of equal rows: with the points' blocks it is combined faster than the vector."""
    return read_only(np.tile(vector, (BLOCK, 1)))


def minus_next(values: FloatArray, x: FloatArray) -> None:
    """Subtract `x_{i+1}` from `values_i`, both `(..., dim)` and C-contiguous; the last of each point is undefined.

    The arrays are taken flat, which is four times as fast as slices of each point.
    """
    values.reshape(-1)[:-1] -= x.reshape(-1)[1:]


def outside(x: FloatArray) -> FloatArray | None:
    """Return the report's `f_pen`, the squared distance to the box [-5, 5]: `(..., dim) -> (...)`.

    None stands for zeros: most batches lie within the box, and to find that out takes half the time.
    """
    excess = np.abs(x)
    if np.maximum.reduce(excess, axis=None, initial=0.0) <= _HALF_WIDTH:
        return None
    excess -= FIVE
    np.maximum(excess, ZERO, out=excess)
    return dot(excess, excess)


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the matrix product of `(n, dim)` and `(dim, m)`, in blocks of rows."""
    blocks = np.zeros((-(-len(left) // BLOCK), BLOCK, left.shape[1]))
    blocks.reshape(-1, left.shape[1])[: len(left)] = left
    return (blocks @ right).reshape(-1, right.shape[1])[: len(left)].copy()
