"""The constrained functions g01 to g12 of CEC 2006, over the rows of variables, one number for each point.

References:
    Liang, Runarsson, Mezura-Montes, Clerc, Suganthan, Coello Coello & Deb 2006, Problem definitions and evaluation
    criteria for the CEC 2006 special session on constrained real-parameter optimization, technical report, Nanyang
    Technological University, Singapore
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from benchbook.problems.classics.rows import Rows, product, total
from benchbook.typing import FloatArray


def f01(x: Rows) -> FloatArray:
    """Quadratic in four variables, linear in nine."""
    return 5.0 * total(x[:4]) - 5.0 * total([row * row for row in x[:4]]) - total(x[4:])


def g01(x: Rows) -> Sequence[FloatArray]:
    """Nine linear constraints."""
    a, b, c, d = x[0], x[1], x[2], x[3]
    u, v, w = x[9], x[10], x[11]
    return (
        2.0 * a + 2.0 * b + u + v - 10.0,
        2.0 * a + 2.0 * c + u + w - 10.0,
        2.0 * b + 2.0 * c + v + w - 10.0,
        u - 8.0 * a,
        v - 8.0 * b,
        w - 8.0 * c,
        u - 2.0 * d - x[4],
        v - 2.0 * x[5] - x[6],
        w - 2.0 * x[7] - x[8],
    )


def f02(x: Rows) -> FloatArray:
    """Keane's bump: waves that a hill of the distance divides."""
    squares = [np.cos(row) ** 2 for row in x]
    weighted = total([(k + 1.0) * (row * row) for k, row in enumerate(x)])
    waves = total([row * row for row in squares]) - 2.0 * product(squares)
    return -np.abs(waves / np.maximum(np.sqrt(weighted), 1e-64))  # the origin, where it is 0, is not feasible


def g02(x: Rows) -> Sequence[FloatArray]:
    """A product that is not small, a sum that is not large."""
    return 0.75 - product(x), total(x) - 7.5 * len(x)


def f03(x: Rows) -> FloatArray:
    """Product of all variables."""
    return -(math.sqrt(len(x)) ** len(x)) * product(x)


def h03(x: Rows) -> Sequence[FloatArray]:
    """On a sphere."""
    return (total([row * row for row in x]) - 1.0,)


def f04(x: Rows) -> FloatArray:
    """Himmelblau's problem."""
    a, _, c, _, e = x
    return 5.3578547 * (c * c) + 0.8356891 * a * e + 37.293239 * a - 40792.141


def g04(x: Rows) -> Sequence[FloatArray]:
    """Three quadratic forms between two bounds each."""
    a, b, c, d, e = x
    u = 85.334407 + 0.0056858 * b * e + 0.0006262 * a * d - 0.0022053 * c * e
    v = 80.51249 + 0.0071317 * b * e + 0.0029955 * a * b + 0.0021813 * (c * c)
    w = 9.300961 + 0.0047026 * c * e + 0.0012547 * a * c + 0.0019085 * c * d
    return u - 92.0, -u, v - 110.0, 90.0 - v, w - 25.0, 20.0 - w


def f05(x: Rows) -> FloatArray:
    """Cubic in two of four variables."""
    a, b = x[0], x[1]
    return 3.0 * a + 1e-6 * (a * a * a) + 2.0 * b + (2e-6 / 3.0) * (b * b * b)


def g05(x: Rows) -> Sequence[FloatArray]:
    """Two angles that do not differ much."""
    return x[2] - x[3] - 0.55, x[3] - x[2] - 0.55


def h05(x: Rows) -> Sequence[FloatArray]:
    """Three balances of sines of the angles."""
    a, b, c, d = x
    return (
        1000.0 * np.sin(-c - 0.25) + 1000.0 * np.sin(-d - 0.25) + 894.8 - a,
        1000.0 * np.sin(c - 0.25) + 1000.0 * np.sin(c - d - 0.25) + 894.8 - b,
        1000.0 * np.sin(d - 0.25) + 1000.0 * np.sin(d - c - 0.25) + 1294.8,
    )


def f06(x: Rows) -> FloatArray:
    """Two cubes."""
    a, b = x[0] - 10.0, x[1] - 20.0
    return a * a * a + b * b * b


def g06(x: Rows) -> Sequence[FloatArray]:
    """A thin crescent between two circles."""
    a, b = x
    height = (b - 5.0) ** 2
    return 100.0 - (a - 5.0) ** 2 - height, (a - 6.0) ** 2 + height - 82.81


def f07(x: Rows) -> FloatArray:
    """Quadratic in ten variables."""
    a, b, c, d, e, f, g, h, i, j = x
    plane = a * a + b * b + a * b - 14.0 * a - 16.0 * b + (c - 10.0) ** 2 + 4.0 * (d - 5.0) ** 2 + (e - 3.0) ** 2
    others = 2.0 * (f - 1.0) ** 2 + 5.0 * (g * g) + 7.0 * (h - 11.0) ** 2 + 2.0 * (i - 10.0) ** 2 + (j - 7.0) ** 2
    return plane + others + 45.0


def g07(x: Rows) -> Sequence[FloatArray]:
    """Three linear and five quadratic constraints."""
    a, b, c, d, e, f, g, h, i, j = x
    return (
        4.0 * a + 5.0 * b - 3.0 * g + 9.0 * h - 105.0,
        10.0 * a - 8.0 * b - 17.0 * g + 2.0 * h,
        -8.0 * a + 2.0 * b + 5.0 * i - 2.0 * j - 12.0,
        3.0 * (a - 2.0) ** 2 + 4.0 * (b - 3.0) ** 2 + 2.0 * (c * c) - 7.0 * d - 120.0,
        5.0 * (a * a) + 8.0 * b + (c - 6.0) ** 2 - 2.0 * d - 40.0,
        a * a + 2.0 * (b - 2.0) ** 2 - 2.0 * a * b + 14.0 * e - 6.0 * f,
        0.5 * (a - 8.0) ** 2 + 2.0 * (b - 4.0) ** 2 + 3.0 * (e * e) - f - 30.0,
        -3.0 * a + 6.0 * b + 12.0 * (i - 8.0) ** 2 - 7.0 * j,
    )


def f08(x: Rows) -> FloatArray:
    """Waves that decay: `-sin^3(2 pi x_1) sin(2 pi x_2) / (x_1^3 (x_1 + x_2))`."""
    a, b = x
    wave = 2.0 * np.pi * np.sinc(2.0 * a)  # sin(2 pi x_1) / x_1, at 0 too
    return -(wave * wave * wave) * np.sin(2.0 * np.pi * b) / np.maximum(a + b, 1e-300)


def g08(x: Rows) -> Sequence[FloatArray]:
    """Between two parabolas."""
    a, b = x
    return a * a - b + 1.0, 1.0 - a + (b - 4.0) ** 2


def f09(x: Rows) -> FloatArray:
    """Polynomial of degree six in seven variables."""
    a, b, c, d, e, f, g = x
    powers = (c * c) ** 2 + 3.0 * (d - 11.0) ** 2 + 10.0 * ((e * e) * (e * e) * (e * e)) + 7.0 * (f * f)
    return (a - 10.0) ** 2 + 5.0 * (b - 12.0) ** 2 + powers + (g * g) ** 2 - 4.0 * f * g - 10.0 * f - 8.0 * g


def g09(x: Rows) -> Sequence[FloatArray]:
    """Four polynomials."""
    a, b, c, d, e, f, g = x
    return (
        2.0 * (a * a) + 3.0 * (b * b) ** 2 + c + 4.0 * (d * d) + 5.0 * e - 127.0,
        7.0 * a + 3.0 * b + 10.0 * (c * c) + d - e - 282.0,
        23.0 * a + b * b + 6.0 * (f * f) - 8.0 * g - 196.0,
        4.0 * (a * a) + b * b - 3.0 * a * b + 2.0 * (c * c) + 5.0 * f - 11.0 * g,
    )


def f10(x: Rows) -> FloatArray:
    """Area of three heat exchangers."""
    return x[0] + x[1] + x[2]


def g10(x: Rows) -> Sequence[FloatArray]:
    """Three linear and three bilinear balances of temperatures."""
    a, b, c, d, e, f, g, h = x
    return (
        0.0025 * (d + f) - 1.0,
        0.0025 * (e + g - d) - 1.0,
        0.01 * (h - e) - 1.0,
        -a * f + 833.33252 * d + 100.0 * a - 83333.333,
        -b * g + 1250.0 * e + b * d - 1250.0 * d,
        -c * h + 1250000.0 + c * e - 2500.0 * e,
    )


def f11(x: Rows) -> FloatArray:
    """Distance to a point."""
    return x[0] * x[0] + (x[1] - 1.0) ** 2


def h11(x: Rows) -> Sequence[FloatArray]:
    """On a parabola."""
    return (x[1] - x[0] * x[0],)


def f12(x: Rows) -> FloatArray:
    """Distance to the middle."""
    return -(100.0 - total([(row - 5.0) ** 2 for row in x])) / 100.0


def g12(x: Rows) -> Sequence[FloatArray]:
    """In one of 729 balls, around the points with whole numbers from 1 to 9: the nearest one decides."""
    return (total([(row - np.clip(np.floor(row + 0.5), 1.0, 9.0)) ** 2 for row in x]) - 0.0625,)
