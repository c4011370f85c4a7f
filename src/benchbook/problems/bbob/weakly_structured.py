"""f20 to f24: multimodal functions with weak global structure."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.moderate import ill_conditioned_map
from benchbook.problems.bbob.transforms import (
    BLOCK,
    TWO,
    ZERO,
    block_of,
    block_scales,
    constant,
    dot,
    half_sine,
    oscillated_log_of_positive,
    product,
    sine,
)
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

# Twice the optimum's size, as stated; and as COCO's transformations have it, which differs in the last digit.
_SCHWEFEL_X_OPT, _SCHWEFEL_CENTRE = 4.2096874633, 4.2096874637
_SCHWEFEL_HEIGHT = 4.189828872724339
_CENTRE, _CENTRE_STEP = constant(_SCHWEFEL_CENTRE), constant(_SCHWEFEL_CENTRE - _SCHWEFEL_X_OPT)
_HUNDRED, _HALF_WIDTH, _TURNS, _QUARTER = (constant(item) for item in (100.0, 500.0, 0.5 / math.pi, 0.25))
_PEAKS = {21: 101, 22: 21}
_BITS, _GROUPS = 32, 4  # of Katsuura's sum
_MINUS_TEN, _TWENTY = constant(-10.0), constant(20.0)
_LARGEST_PRODUCT_DIM = 150  # beyond, Katsuura's product may leave the range of a float


def draw_schwefel(seed: int, dim: int) -> Instance:
    """Draw an instance of f20; its least value is that at the optimum, which rounding puts a little off 0."""
    signs = np.where(legacy.uniform(dim, seed) < 0.5, -1.0, 1.0)
    at_optimum = _schwefel(np.zeros((BLOCK, dim)), 2.0 * signs)[:1]
    return Instance(x_opt=signs * (0.5 * _SCHWEFEL_X_OPT), parameters={"twice_signs": 2.0 * signs, "least": at_optimum})


def schwefel(y: FloatArray, *, twice_signs: FloatArray, least: FloatArray) -> FloatArray:
    """f20, Schwefel: `-1/(100 D) sum z_i sin(sqrt |z_i|) + 4.189828872724339 + 100 f_pen(z/100)`.

    `z = 100 (Lambda^10 (zh - 2 |x_opt|) + 2 |x_opt|)`, `zh_1 = xh_1`, `zh_{i+1} = xh_{i+1} + (xh_i - 2 |x_opt_i|)/4`,
    `xh = 2 sign(x_opt) x`. What rounding puts below the value at the optimum is raised to it.
    """
    values = _schwefel(y, twice_signs)
    return np.maximum(values, least[..., 0], out=values)


def _schwefel(y: FloatArray, twice_signs: FloatArray) -> FloatArray:
    dim = y.shape[-1]
    steps = y * twice_signs
    steps -= _CENTRE_STEP  # xh - 2 |x_opt|
    z = steps.copy()
    steps *= _QUARTER
    z[..., 1:] += steps[..., :-1]
    z *= block_scales(10.0, dim)
    z += _CENTRE
    z *= _HUNDRED
    size = np.abs(z)
    t = np.sqrt(size)
    t *= _TURNS
    values = dot(sine(t), z)
    values *= -0.01 / dim
    values += _SCHWEFEL_HEIGHT
    size -= _HALF_WIDTH
    np.maximum(size, ZERO, out=size)
    penalty = dot(size, size)
    penalty *= 0.01
    values += penalty
    return values


def draw_gallagher(seed: int, dim: int, number: int) -> Instance:
    """Draw an instance of f21 or f22: places, heights and shapes of the peaks, the first of which is the highest.

    The exponent of peak i is quadratic in `q = R (x - y_1)`: `log(w_i/10) - sum_j c_ij (q_j - l_ij)^2 / (2 D)` with
    `l_i = R (y_i - y_1)`; `quadratic` holds the factors of `q_j^2` and below those of `q_j`, `constant` the rest. For
    the first peak only the former are not zero, so that nothing cancels near the optimum.
    """
    peaks = _PEAKS[number]
    reach = 10.0 if number == 21 else 9.8
    places = reach * legacy.uniform(dim * peaks, seed).reshape(peaks, dim) - 0.5 * reach
    places[0] *= 0.8
    order = np.argsort(legacy.uniform(peaks - 1, seed), kind="stable").tolist()
    conditions = [math.sqrt(1000.0) if number == 21 else 1000.0]
    conditions += [1000.0 ** (i / (peaks - 2.0)) for i in order]
    heights = [10.0, *(1.1 + 8.0 * i / (peaks - 2.0) for i in range(peaks - 1))]
    shapes = np.array([_shape(condition, seed + 1000 * i, dim) for i, condition in enumerate(conditions)])
    rotation = legacy.rotation(seed, dim)
    local = product(places - places[0], rotation)
    factor = -0.5 / dim
    logs = np.array([math.log(height / 10.0) for height in heights])
    constant = logs + factor * np.add.reduce(shapes * local * local, axis=-1)
    quadratic = np.concatenate([factor * shapes, -2.0 * factor * shapes * local], axis=-1)
    return Instance(
        x_opt=places[0].copy(),
        parameters={
            "rotation": rotation,
            "quadratic": np.ascontiguousarray(quadratic.T),
            "constant": constant,
        },
    )


def _shape(condition: float, seed: int, dim: int) -> list[float]:
    order = np.argsort(legacy.uniform(dim, seed), kind="stable").tolist()
    return [condition ** (i / (dim - 1.0) - 0.5) for i in order]


def gallagher(y: FloatArray, *, rotation: FloatArray, quadratic: FloatArray, constant: FloatArray) -> FloatArray:
    """f21 and f22, Gallagher: `T_osz(10 - max_i w_i exp(-1/(2D) (x - y_i)' R' C_i R (x - y_i)))^2`.

    101 peaks in f21, 21 in f22. The greatest exponent is sought, and one exponential taken.
    """
    dim = y.shape[-1]
    both = np.empty((*y.shape[:-1], 2 * dim))
    q = both[..., dim:]
    np.matmul(y, rotation, out=q)
    np.multiply(q, q, out=both[..., :dim])
    exponents = both @ quadratic
    exponents += constant
    values = np.maximum.reduce(exponents, axis=-1)
    np.expm1(values, out=values)
    values *= _MINUS_TEN
    values = oscillated_log_of_positive(values)
    values *= TWO
    return np.exp(values, out=values)


def draw_katsuura(seed: int, dim: int) -> Instance:
    """Draw an instance of f23."""
    matrix = ill_conditioned_map(seed, dim, legacy.scales(100.0, dim))
    return Instance(x_opt=legacy.optimum(seed, dim), parameters={"matrix": matrix})


def katsuura(y: FloatArray, *, matrix: FloatArray) -> FloatArray:
    """f23, Katsuura: `10/D^2 prod_i (1 + i sum_{j=1..32} |2^j z_i - round(2^j z_i)|/2^j)^(10/D^1.2) - 10/D^2`.

    `z = Q Lambda^100 R (x - x_opt)`. Summand j is the distance d_j of z_i to the next multiple of 2^-j, and
    `d_{j+1} = min(d_j, 2^-(j+1) - d_j)`, exactly. Every eighth d_j is taken from z_i itself, in one array.
    """
    dim = y.shape[-1]
    z = y @ matrix
    up, down = _group_scales(z.ndim)
    d = up * z
    d -= np.rint(d)
    np.abs(d, out=d)
    d *= down
    sums = d.copy()
    spacing = down
    other = np.empty_like(d)
    for _ in range(_BITS // _GROUPS - 1):
        spacing = spacing * 0.5
        np.subtract(spacing, d, out=other)
        np.minimum(d, other, out=d)
        sums += d
    total = sums[0]
    for group in sums[1:]:
        total += group
    total *= _indices(dim)
    if dim <= _LARGEST_PRODUCT_DIM:
        total += 1.0
        values = np.asarray(np.multiply.reduce(total, axis=-1))
        np.log(values, out=values)
    else:
        values = np.asarray(np.add.reduce(np.log1p(total, out=total), axis=-1))
    values *= 10.0 / dim**1.2
    np.expm1(values, out=values)
    values *= 10.0 / (dim * dim)
    return values


@cache
def _group_scales(ndim: int) -> tuple[FloatArray, FloatArray]:
    first = np.array([2.0 ** (1 + group * _BITS // _GROUPS) for group in range(_GROUPS)]).reshape(-1, *[1] * ndim)
    return read_only(first), read_only(1.0 / first)


@cache
def _indices(dim: int) -> FloatArray:
    return block_of(np.arange(1.0, dim + 1.0))


def draw_lunacek(seed: int, dim: int) -> Instance:
    """Draw an instance of f24: its optimum is 1.25 in every variable, but for the sign."""
    signs = np.where(legacy.gauss(dim, seed) < 0.0, -1.0, 1.0)
    matrix = ill_conditioned_map(seed, dim, legacy.scales(100.0, dim))
    return Instance(x_opt=1.25 * signs, parameters={"twice_signs": 2.0 * signs, "matrix": matrix})


def lunacek(y: FloatArray, *, twice_signs: FloatArray, matrix: FloatArray) -> FloatArray:
    """f24, Lunacek bi-Rastrigin: `min(sum (xh_i - mu_0)^2, D + s sum (xh_i - mu_1)^2) + 10 (D - sum cos(2 pi z_i))`.

    `xh = 2 sign(x_opt) x`, `z = Q Lambda^100 R (xh - mu_0)`, `mu_0 = 2.5`, `mu_1 = -sqrt((mu_0^2 - 1)/s)`,
    `s = 1 - 1/(2 sqrt(D + 20) - 8.2)`.
    """
    dim = y.shape[-1]
    s, way = _second_funnel(dim)
    steps = y * twice_signs  # xh - mu_0
    values = dot(steps, steps)
    sines = half_sine(steps @ matrix)
    waves = dot(sines, sines)
    steps += way
    second = dot(steps, steps)
    second *= s
    second += dim
    np.minimum(values, second, out=values)
    waves *= _TWENTY
    values += waves
    return values


@cache
def _second_funnel(dim: int) -> tuple[FloatArray, FloatArray]:
    """Return `s` and `mu_0 - mu_1`."""
    s = 1.0 - 0.5 / (math.sqrt(dim + 20.0) - 4.1)
    return constant(s), constant(2.5 + math.sqrt((2.5 * 2.5 - 1.0) / s))


FUNCTIONS = {
    20: Definition(draw=draw_schwefel, formula=schwefel),
    21: Definition(draw=lambda seed, dim: draw_gallagher(seed, dim, 21), formula=gallagher, penalty=1.0, width=4),
    22: Definition(draw=lambda seed, dim: draw_gallagher(seed, dim, 22), formula=gallagher, penalty=1.0, width=2),
    23: Definition(draw=draw_katsuura, formula=katsuura, penalty=1.0, width=_GROUPS),
    24: Definition(draw=draw_lunacek, formula=lunacek, penalty=1e4),
}
