"""f15 to f19: multimodal functions with adequate global structure."""

from __future__ import annotations

import numpy as np

from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.definition import Definition, Instance
from benchbook.problems.bbob.matrices import SECOND_ROTATION, ill_conditioned_map, product, rosenbrock_scale, skewness
from benchbook.problems.bbob.moderate import rotated_valley

_ROUNDING = 2e-14


def draw_rastrigin(seed: int, dim: int) -> Instance:
    """f15, Rastrigin: as f3 with `z = R Lambda^10 Q T_asy^0.2(T_osz(R (x - x_opt)))`."""
    first = legacy.rotation(seed + SECOND_ROTATION, dim)
    second = ill_conditioned_map(seed, dim, legacy.scales(10.0, dim))
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(first, skewness(0.2, dim), second))


def draw_weierstrass(seed: int, dim: int) -> Instance:
    """f16, Weierstrass: `10 (mean_i sum_{k<12} 2^-k cos(2 pi 3^k (z_i + 1/2)) - f_0)^3`.

    `z = R Lambda^(1/100) Q T_osz(R (x - x_opt))`; f_0 is the sum at z_i = 0. As `3^k` is odd, the difference of the
    cosines is `2 sin^2(pi 3^k z_i)`.
    """
    first = legacy.rotation(seed + SECOND_ROTATION, dim)
    second = ill_conditioned_map(seed, dim, legacy.scales(0.01, dim))
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(first, second))


def draw_schaffers(seed: int, dim: int) -> Instance:
    """f17, Schaffers F7: `(mean_{i<D} sqrt(s_i) (1 + sin^2(50 s_i^(1/5))))^2`.

    `s_i = sqrt(z_i^2 + z_{i+1}^2)`, `z = Lambda^10 Q T_asy^0.5(R (x - x_opt))`.
    """
    return _draw_schaffers(seed, dim, 10.0)


def draw_ill_conditioned_schaffers(seed: int, dim: int) -> Instance:
    """f18, as f17 with `Lambda^1000`."""
    return _draw_schaffers(seed, dim, 1000.0)


def _draw_schaffers(seed: int, dim: int, condition: float) -> Instance:
    first = legacy.rotation(seed + SECOND_ROTATION, dim)
    second = legacy.rotation(seed, dim) * legacy.scales(condition, dim)
    return Instance(x_opt=legacy.optimum(seed, dim), arrays=(first, skewness(0.5, dim), second))


def draw_griewank_rosenbrock(seed: int, dim: int) -> Instance:
    """f19, Griewank-Rosenbrock: `10/(D-1) sum_{i<D} (s_i/4000 - cos s_i) + 10`, s_i the summands of f9.

    `z` is that of f9; with the 10 taken into the sum, a summand is `s_i/4000 + 2 sin^2(s_i/2)`.
    """
    return _draw_griewank_rosenbrock(seed, dim, 10.0)


def draw_small_griewank_rosenbrock(seed: int, dim: int) -> Instance:
    """f125 to f127: a tenth of f19."""
    return _draw_griewank_rosenbrock(seed, dim, 1.0)


def _draw_griewank_rosenbrock(seed: int, dim: int, factor: float) -> Instance:
    x_opt, matrix = rotated_valley(seed, dim)
    # The report's z is `R x + 1/2`, the kernel's `R (x - x_opt) + 1`. Where the rotation is not orthogonal to the last
    # place, its transpose does not map z = 1 back to where it came from, and the cosine of numbers up to 1e6 shows it.
    missed = product(x_opt[np.newaxis], matrix)[0] - 0.5
    if np.max(np.abs(missed)) > _ROUNDING:
        x_opt = x_opt - product(matrix, missed[:, np.newaxis])[:, 0] / rosenbrock_scale(dim) ** 2
    return Instance(x_opt=x_opt, arrays=(matrix, np.array([factor / (dim - 1.0)])))


FUNCTIONS = {
    15: Definition(draw=draw_rastrigin, function="ROTATED_RASTRIGIN"),
    16: Definition(draw=draw_weierstrass, function="WEIERSTRASS", penalty=10.0, shared=True),
    17: Definition(draw=draw_schaffers, function="SCHAFFERS", penalty=10.0),
    18: Definition(draw=draw_ill_conditioned_schaffers, function="SCHAFFERS", penalty=10.0),
    19: Definition(draw=draw_griewank_rosenbrock, function="GRIEWANK_ROSENBROCK"),
}
