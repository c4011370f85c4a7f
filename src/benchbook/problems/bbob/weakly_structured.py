"""f20 to f24: multimodal functions with weak global structure."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from benchbook.problems import kernel
from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.matrices import ill_conditioned_map, product
from benchbook.typing import FloatArray

# Twice the optimum's size, as stated; and as COCO's transformations have it, which differs in the last digit.
_SCHWEFEL_X_OPT, _SCHWEFEL_CENTRE = 4.2096874633, 4.2096874637
_SCHWEFEL_HEIGHT = 4.189828872724339
_PEAKS = {21: 101, 22: 21}


def draw_schwefel(seed: int, dim: int) -> Instance:
    """f20, Schwefel: `-1/(100 D) sum z_i sin(sqrt |z_i|) + 4.189828872724339 + 100 f_pen(z/100)`.

    `z = 100 (Lambda^10 (zh - 2 |x_opt|) + 2 |x_opt|)`, `zh_1 = xh_1`, `zh_{i+1} = xh_{i+1} + (xh_i - 2 |x_opt_i|)/4`,
    `xh = 2 sign(x_opt) x`. The least value is that at the optimum, which rounding puts a little off 0; what rounding
    puts below is raised to it.
    """
    signs = np.where(legacy.uniform(dim, seed) < 0.5, -1.0, 1.0)
    numbers = [_SCHWEFEL_CENTRE, _SCHWEFEL_CENTRE - _SCHWEFEL_X_OPT, _SCHWEFEL_HEIGHT, -math.inf]
    x_opt, arrays = signs * (0.5 * _SCHWEFEL_X_OPT), (2.0 * signs, legacy.scales(10.0, dim))
    plain = kernel.instance("SCHWEFEL", x_opt, (*arrays, np.array(numbers)))
    numbers[3] = float(plain.evaluate(x_opt[None, :])[0])
    return Instance(x_opt=x_opt, arrays=(*arrays, np.array(numbers)))


def draw_gallagher(seed: int, dim: int, number: int) -> Instance:
    """f21 and f22, Gallagher: `T_osz(10 - max_i w_i exp(-1/(2D) (x - y_i)' R' C_i R (x - y_i)))^2`.

    101 peaks in f21, 21 in f22; the first is the highest. The exponent of peak i is quadratic in `q = R (x - y_1)`:
    `log(w_i/10) - sum_j c_ij (q_j - l_ij)^2 / (2 D)` with `l_i = R (y_i - y_1)`; the second array holds the factors of
    `q_j^2` and below those of `q_j`, the third the rest. For the first peak only the former are not zero, so that
    nothing cancels near the optimum.
    """
    peaks = _PEAKS[number]
    reach = 10.0 if number == 21 else 9.8
    places = reach * legacy.uniform(dim * peaks, seed).reshape(peaks, dim) - 0.5 * reach
    places[0] *= 0.8
    order = np.argsort(legacy.uniform(peaks - 1, seed), kind="stable")
    conditions = [math.sqrt(1000.0) if number == 21 else 1000.0]
    conditions += legacy.powers(1000.0, order / (peaks - 2.0)).tolist()
    heights = np.array([10.0, *(1.1 + 8.0 * i / (peaks - 2.0) for i in range(peaks - 1))])
    shapes = np.array([_shape(condition, seed + 1000 * i, dim) for i, condition in enumerate(conditions)])
    rotation = legacy.rotation(seed, dim)
    local = product(places - places[0], rotation)
    factor = -0.5 / dim
    terms = shapes * local * local
    constants = kernel.elementary("log", heights / 10.0) + factor * np.add.accumulate(terms, axis=-1)[:, -1]
    quadratic = np.concatenate([factor * shapes, -2.0 * factor * shapes * local], axis=-1)
    return Instance(x_opt=places[0].copy(), arrays=(rotation, np.ascontiguousarray(quadratic.T), constants))


def _shape(condition: float, seed: int, dim: int) -> FloatArray:
    order = np.argsort(legacy.uniform(dim, seed), kind="stable")
    return legacy.powers(condition, order / (dim - 1.0) - 0.5)


def draw_katsuura(seed: int, dim: int) -> Instance:
    """f23, Katsuura: `10/D^2 prod_i (1 + i sum_{j=1..32} |2^j z_i - round(2^j z_i)|/2^j)^(10/D^1.2) - 10/D^2`.

    `z = Q Lambda^100 R (x - x_opt)`.
    """
    matrix = ill_conditioned_map(seed, dim, legacy.scales(100.0, dim))
    exponent = 10.0 / float(legacy.powers(float(dim), np.array([1.2]))[0])
    numbers = np.array([10.0 / (dim * dim), exponent])
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(matrix, np.arange(1.0, dim + 1.0), numbers))


def draw_lunacek(seed: int, dim: int) -> Instance:
    """f24, Lunacek bi-Rastrigin: `min(sum (xh_i - mu_0)^2, D + s sum (xh_i - mu_1)^2) + 10 (D - sum cos(2 pi z_i))`.

    `xh = 2 sign(x_opt) x`, `z = Q Lambda^100 R (xh - mu_0)`, `mu_0 = 2.5`, `mu_1 = -sqrt((mu_0^2 - 1)/s)`,
    `s = 1 - 1/(2 sqrt(D + 20) - 8.2)`. The optimum is 1.25 in every variable, up to the sign.
    """
    signs = np.where(legacy.gauss(dim, seed) < 0.0, -1.0, 1.0)
    matrix = ill_conditioned_map(seed, dim, legacy.scales(100.0, dim))
    s = 1.0 - 0.5 / (math.sqrt(dim + 20.0) - 4.1)
    way = 2.5 + math.sqrt((2.5 * 2.5 - 1.0) / s)
    return Instance(x_opt=1.25 * signs, arrays=(2.0 * signs, matrix, np.array([s, way])))


FUNCTIONS = {
    20: Definition(draw=draw_schwefel, function="SCHWEFEL"),
    21: Definition(draw=partial(draw_gallagher, number=21), function="GALLAGHER", penalty=1.0),
    22: Definition(draw=partial(draw_gallagher, number=22), function="GALLAGHER", penalty=1.0),
    23: Definition(draw=draw_katsuura, function="KATSUURA", penalty=1.0),
    24: Definition(draw=draw_lunacek, function="LUNACEK", penalty=1e4),
}
