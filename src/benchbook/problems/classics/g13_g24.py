"""The constrained functions g13 to g24 of CEC 2006, over the rows of variables, one number for each point.

References:
    Liang, Runarsson, Mezura-Montes, Clerc, Suganthan, Coello Coello & Deb 2006, Problem definitions and evaluation
    criteria for the CEC 2006 special session on constrained real-parameter optimization, technical report, Nanyang
    Technological University, Singapore
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.problems.classics.rows import Rows, total
from benchbook.typing import FloatArray


def f13(x: Rows) -> FloatArray:
    """Exponential of the product."""
    return np.exp(x[0] * x[1] * x[2] * x[3] * x[4])


def h13(x: Rows) -> Sequence[FloatArray]:
    """A sphere, a quadric and a cubic."""
    a, b, c, d, e = x
    return total([row * row for row in x]) - 10.0, b * c - 5.0 * d * e, a * a * a + b * b * b + 1.0


_ENERGIES = (-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179)


def f14(x: Rows) -> FloatArray:
    """Free energy of a chemical equilibrium."""
    whole = total(x)
    parts = [
        row * (energy + np.log(np.where(row > 0.0, row / whole, 1.0)))  # x log x is 0 at 0
        for row, energy in zip(x, _ENERGIES, strict=True)
    ]
    return total(parts)


def h14(x: Rows) -> Sequence[FloatArray]:
    """Balances of three elements."""
    a, b, c, d, e, f, g, h, i, j = x
    return (
        a + 2.0 * b + 2.0 * c + f + j - 2.0,
        d + 2.0 * e + f + g - 1.0,
        c + g + h + 2.0 * i + j - 1.0,
    )


def f15(x: Rows) -> FloatArray:
    """Quadratic in three variables."""
    a, b, c = x
    return 1000.0 - a * a - 2.0 * (b * b) - c * c - a * b - a * c


def h15(x: Rows) -> Sequence[FloatArray]:
    """A sphere and a plane."""
    a, b, c = x
    return a * a + b * b + c * c - 25.0, 8.0 * a + 14.0 * b + 7.0 * c - 56.0


# Lower and upper limits of y_3 to y_17 of g16, y_1 and y_2 first.
_LIMITS = (
    (213.1, 405.23),
    (17.505, 1053.6667),
    (11.275, 35.03),
    (214.228, 665.585),
    (7.458, 584.463),
    (0.961, 265.916),
    (1.612, 7.046),
    (0.146, 0.222),
    (107.99, 273.366),
    (922.693, 1286.105),
    (926.832, 1444.046),
    (18.766, 537.141),
    (1072.163, 3247.039),
    (8961.448, 26844.086),
    (0.063, 0.386),
    (71084.33, 140000.0),
    (2802713.0, 12146108.0),
)


def _plant(x: Rows) -> tuple[list[FloatArray], FloatArray, FloatArray, FloatArray]:
    """Return y_1 to y_17 of g16, and its c_12, c_15 / c_16 and c_17."""
    a, b, c, d, e = x
    y1 = b + c + 41.6
    y2 = 12.5 / (0.024 * d - 4.62) + 12.0
    c2 = 0.0003535 * (a * a) + 0.5311 * a + 0.08705 * y2 * a
    c3 = 0.052 * a + 78.0 + 0.002377 * y2 * a
    y3 = c2 / c3
    y4 = 19.0 * y3
    c4 = 0.04782 * (a - y3) + 0.1956 * (a - y3) ** 2 / b + 0.6376 * y4 + 1.594 * y3
    y5 = (a - y3 - y4) * (0.95 - c4 / (100.0 * b))
    y6 = a - y5 - y4 - y3
    c8 = (y5 + y4) * 0.995
    y7, y8 = c8 / y1, c8 / 3798.0
    y9 = 96.82 / (y7 - 0.0663 * y7 / y8 - 0.3153) + 0.321 * y1
    y10 = 1.29 * y5 + 1.258 * y4 + 2.29 * y3 + 1.71 * y6
    y11 = 1.71 * a - 0.452 * y4 + 0.58 * y3
    c12 = 0.995 * y10 + 1998.0
    y12 = (12.3 / 752.3) * a + 1.75 * y2 * 0.995 * a / c12
    y13 = c12 - 1.75 * y2
    c17 = y9 + e
    y14 = 3623.0 + 64.4 * b + 58.4 * c + 146312.0 / c17
    y15 = y13 / (0.995 * y10 + 60.8 * b + 48.0 * d - 0.1121 * y14 - 5095.0)
    y16 = 148000.0 - 331000.0 * y15 + 40.0 * y13 - 61.0 * y15 * y13
    y17 = 14130000.0 - 1328.0 * y10 - 531.0 * y11 + (2324.0 * y10 - 28740000.0 * y2) / c12
    share = (y13 / y15 - y13 / 0.52) / (1.104 - 0.72 * y15)
    return [y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15, y16, y17], c12, share, c17


def f16(x: Rows) -> FloatArray:
    """Loss of a chemical plant."""
    y, c12, share, _ = _plant(x)
    costs = 0.000117 * y[13] + 0.1365 + 0.00002358 * y[12] + 0.000001502 * y[15] + 0.0321 * y[11] + 0.004324 * y[4]
    return costs + 0.0001 * share + 37.48 * y[1] / c12 - 0.0000005843 * y[16]


def g16(x: Rows) -> Sequence[FloatArray]:
    """Limits of what the plant computes, and four relations."""
    y, c12, _, c17 = _plant(x)
    relations = (
        0.28 / 0.72 * y[4] - y[3],
        x[2] - 1.5 * x[1],
        3496.0 * y[1] / c12 - 21.0,
        110.6 + y[0] - 62212.0 / c17,
    )
    limits = [side for value, (low, high) in zip(y, _LIMITS, strict=True) for side in (low - value, value - high)]
    return (*relations, *limits)


def f17(x: Rows) -> FloatArray:
    """Cost of two generators, with steps."""
    a, b = x[0], x[1]
    return np.where(a < 300.0, 30.0, 31.0) * a + np.where(b < 100.0, 28.0, np.where(b < 200.0, 29.0, 30.0)) * b


def h17(x: Rows) -> Sequence[FloatArray]:
    """Balances of power in an electrical network."""
    a, b, c, d, e, f = x
    cross, first, second = c * d / 131.078, 0.90798 * (c * c) / 131.078, 0.90798 * (d * d) / 131.078
    real_part, reactive = np.cos(1.47588), np.sin(1.47588)
    return (
        300.0 - cross * np.cos(1.48477 - f) + first * real_part - a,
        -cross * np.cos(1.48477 + f) + second * real_part - b,
        -cross * np.sin(1.48477 + f) + second * reactive - e,
        200.0 - cross * np.sin(1.48477 - f) + first * reactive,
    )


def f18(x: Rows) -> FloatArray:
    """Area of a hexagon whose diameter is at most 1."""
    a, b, c, d, e, f, g, h, i = x
    return -0.5 * (a * d - b * c + c * i - e * i + e * h - f * g)


def g18(x: Rows) -> Sequence[FloatArray]:
    """Distances of its corners, and their order."""
    a, b, c, d, e, f, g, h, i = x
    return (
        c * c + d * d - 1.0,
        i * i - 1.0,
        e * e + f * f - 1.0,
        a * a + (b - i) ** 2 - 1.0,
        (a - e) ** 2 + (b - f) ** 2 - 1.0,
        (a - g) ** 2 + (b - h) ** 2 - 1.0,
        (c - e) ** 2 + (d - f) ** 2 - 1.0,
        (c - g) ** 2 + (d - h) ** 2 - 1.0,
        g * g + (h - i) ** 2 - 1.0,
        b * c - a * d,
        -c * i,
        e * i,
        f * g - e * h,
    )


_A19 = (
    (-16.0, 2.0, 0.0, 1.0, 0.0),
    (0.0, -2.0, 0.0, 0.4, 2.0),
    (-3.5, 0.0, 2.0, 0.0, 0.0),
    (0.0, -2.0, 0.0, -4.0, -1.0),
    (0.0, -9.0, -2.0, 1.0, -2.8),
    (2.0, 0.0, -4.0, 0.0, 0.0),
    (-1.0, -1.0, -1.0, -1.0, -1.0),
    (-1.0, -2.0, -3.0, -2.0, -1.0),
    (1.0, 2.0, 3.0, 4.0, 5.0),
    (1.0, 1.0, 1.0, 1.0, 1.0),
)
_B19 = (-40.0, -2.0, -0.25, -4.0, -4.0, -1.0, -40.0, -60.0, 5.0, 1.0)
_C19 = (
    (30.0, -20.0, -10.0, 32.0, -10.0),
    (-20.0, 39.0, -6.0, -31.0, 32.0),
    (-10.0, -6.0, 10.0, -6.0, -10.0),
    (32.0, -31.0, -6.0, 39.0, -20.0),
    (-10.0, 32.0, -10.0, -20.0, 30.0),
)
_D19 = (4.0, 8.0, 10.0, 6.0, 2.0)
_E19 = (-15.0, -27.0, -36.0, -18.0, -12.0)


def f19(x: Rows) -> FloatArray:
    """Dual of Colville's problem: cubic in five variables, linear in ten."""
    last = x[10:]
    quadratic = [_C19[i][j] * last[i] * last[j] for j in range(5) for i in range(5)]
    cubic = [2.0 * d * (row * row * row) for d, row in zip(_D19, last, strict=True)]
    linear = [-b * row for b, row in zip(_B19, x[:10], strict=True)]
    return total([*quadratic, *cubic, *linear])


def g19(x: Rows) -> Sequence[FloatArray]:
    """Five gradients."""
    last = x[10:]
    return [
        -2.0 * total([_C19[i][j] * last[i] for i in range(5)])
        - 3.0 * _D19[j] * (last[j] * last[j])
        - _E19[j]
        + total([_A19[i][j] * x[i] for i in range(10)])
        for j in range(5)
    ]


_A20 = (0.0693, 0.0577, 0.05, 0.2, 0.26, 0.55, 0.06, 0.1, 0.12, 0.18, 0.1, 0.09)
_B20 = (44.094, 58.12, 58.12, 137.4, 120.9, 170.9, 62.501, 84.94, 133.425, 82.507, 46.07, 60.097)
_C20 = (123.7, 31.7, 45.7, 14.7, 84.7, 27.7, 49.7, 7.1, 2.1, 17.7, 0.85, 0.64)
_D20 = (31.244, 36.12, 34.784, 92.7, 82.7, 91.6, 56.708, 82.7, 80.8, 64.517, 49.4, 49.1)
_E20 = (0.1, 0.3, 0.4, 0.3, 0.6, 0.3)


def f20(x: Rows) -> FloatArray:
    """Cost of a blend of 24 components."""
    return total([cost * row for cost, row in zip(_A20 * 2, x, strict=True)])


def g20(x: Rows) -> Sequence[FloatArray]:
    """Shares of six components: the first three, and the fourth to sixth of the others."""
    whole = total(x)
    places = (0, 1, 2, 6, 7, 8)
    return [(x[k] + x[k + 12]) / (whole + limit) for k, limit in zip(places, _E20, strict=True)]


def h20(x: Rows) -> Sequence[FloatArray]:
    """Equilibria of twelve pairs, and two sums."""
    liquid = total([row / b for row, b in zip(x[:12], _B20, strict=True)])
    vapour = total([row / b for row, b in zip(x[12:], _B20, strict=True)])
    pairs = [x[k + 12] / (_B20[k] * vapour) - _C20[k] * x[k] / (40.0 * _B20[k] * liquid) for k in range(12)]
    dense = total([row / d for row, d in zip(x[:12], _D20, strict=True)])
    return [*pairs, total(x) - 1.0, dense + 0.7302 * 530.0 * (14.7 / 40.0) * vapour - 1.671]


def f21(x: Rows) -> FloatArray:
    """Cost of two heat exchangers."""
    return x[0].copy()


def g21(x: Rows) -> Sequence[FloatArray]:
    """It covers both areas."""
    return (-x[0] + 35.0 * x[1] ** 0.6 + 35.0 * x[2] ** 0.6,)


def h21(x: Rows) -> Sequence[FloatArray]:
    """Balances of heat, and three logarithms."""
    _, b, c, d, e, f, g = x
    return (
        -300.0 * c + 7500.0 * e - 7500.0 * f - 25.0 * d * e + 25.0 * d * f + c * d,
        100.0 * b + 155.365 * d + 2500.0 * g - b * d - 25.0 * d * g - 15536.5,
        -e + np.log(900.0 - d),
        -f + np.log(d + 300.0),
        -g + np.log(700.0 - 2.0 * d),
    )


def f22(x: Rows) -> FloatArray:
    """Cost of three heat exchangers."""
    return x[0].copy()


def g22(x: Rows) -> Sequence[FloatArray]:
    """It covers the three areas."""
    return (-x[0] + x[1] ** 0.6 + x[2] ** 0.6 + x[3] ** 0.6,)


def h22(x: Rows) -> Sequence[FloatArray]:
    """Nineteen balances, whose terms go from 1 to 10^7."""
    return (
        x[4] - 1e5 * x[7] + 1e7,
        x[5] + 1e5 * x[7] - 1e5 * x[8],
        x[6] + 1e5 * x[8] - 5e7,
        x[4] + 1e5 * x[9] - 3.3e7,
        x[5] + 1e5 * x[10] - 4.4e7,
        x[6] + 1e5 * x[11] - 6.6e7,
        x[4] - 120.0 * x[1] * x[12],
        x[5] - 80.0 * x[2] * x[13],
        x[6] - 40.0 * x[3] * x[14],
        x[7] - x[10] + x[15],
        x[8] - x[11] + x[16],
        -x[17] + np.log(x[9] - 100.0),
        -x[18] + np.log(300.0 - x[7]),
        -x[19] + np.log(x[15]),
        -x[20] + np.log(400.0 - x[8]),
        -x[21] + np.log(x[16]),
        -x[7] - x[9] + x[12] * x[17] - x[12] * x[18] + 400.0,
        x[7] - x[8] - x[10] + x[13] * x[19] - x[13] * x[20] + 400.0,
        x[8] - x[11] - 4.60517 * x[14] + x[14] * x[21] + 100.0,
    )


def f23(x: Rows) -> FloatArray:
    """Haverly's pooling problem: costs less returns."""
    return -9.0 * x[4] - 15.0 * x[7] + 6.0 * x[0] + 16.0 * x[1] + 10.0 * (x[5] + x[6])


def g23(x: Rows) -> Sequence[FloatArray]:
    """Sulphur of both products."""
    return (
        x[8] * x[2] + 0.02 * x[5] - 0.025 * x[4],
        x[8] * x[3] + 0.02 * x[6] - 0.015 * x[7],
    )


def h23(x: Rows) -> Sequence[FloatArray]:
    """Balances of the pool."""
    return (
        x[0] + x[1] - x[2] - x[3],
        0.03 * x[0] + 0.01 * x[1] - x[8] * (x[2] + x[3]),
        x[2] + x[5] - x[4],
        x[3] + x[6] - x[7],
    )


def f24(x: Rows) -> FloatArray:
    """Linear in two variables."""
    return -x[0] - x[1]


def g24(x: Rows) -> Sequence[FloatArray]:
    """Below two curves, which leave two separate regions."""
    a, b = x
    square = a * a
    cube = square * a
    fourth = square * square
    return (
        -2.0 * fourth + 8.0 * cube - 8.0 * square + b - 2.0,
        -4.0 * fourth + 32.0 * cube - 88.0 * square + 96.0 * a + b - 36.0,
    )
