"""Functions with two objectives whose front is known: ZDT1 to 4 and 6, and DTLZ1 to 4, 6 and 7.

With two objectives DTLZ5 is DTLZ2, and is left out; DTLZ6 has its front, and another distance to it.

References:
    Zitzler, Deb & Thiele 2000, Comparison of multiobjective evolutionary algorithms: empirical results, Evolutionary
    Computation 8(2), 173-195
    Deb, Thiele, Laumanns & Zitzler 2005, Scalable test problems for evolutionary multiobjective optimization, in:
    Evolutionary Multiobjective Optimization, Springer, 105-145
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from benchbook.problems.classics.rows import Rows, total
from benchbook.typing import FloatArray

Objectives: TypeAlias = Callable[[Rows], tuple[FloatArray, FloatArray]]
_ZDT = "Zitzler, Deb & Thiele 2000, Evolutionary Computation 8(2), 173-195"
_DTLZ = "Deb, Thiele, Laumanns & Zitzler 2005, Evolutionary Multiobjective Optimization, 105-145"


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A function with two objectives and what is known of its front.

    Attributes:
        name: Name in the catalog.
        title: Name for people.
        formula: Both objectives in text.
        objectives: Of the variables, one array each.
        ideal: Best value of each objective.
        nadir: Worst value of each on the front.
        hypervolume: Share of the box from ideal to nadir that the front dominates.
        second: The second objective on the front, by the first one.
        span: The first objective's range on the front. Parts of it that another point dominates are not on the front.
        others: Bounds of all variables but the first, which is between 0 and 1.
        best: Value of these variables on the front, at their lower bound or in the middle.
        multimodal: Whether there are local fronts.
        source: Where the definition comes from.
    """

    name: str
    title: str
    formula: str
    objectives: Objectives
    ideal: tuple[float, float] = (0.0, 0.0)
    nadir: tuple[float, float] = (1.0, 1.0)
    hypervolume: float
    second: Callable[[FloatArray], FloatArray]
    span: tuple[float, float] = (0.0, 1.0)
    others: tuple[float, float] = (0.0, 1.0)
    best: float = 0.0
    multimodal: bool = False
    source: str


def _nine_means(others: Rows) -> FloatArray:
    """Distance to the front of ZDT1 to ZDT3 and DTLZ7."""
    return 1.0 + 9.0 * total(others) / float(len(others))


def _zdt1(x: Rows) -> tuple[FloatArray, FloatArray]:
    g = _nine_means(x[1:])
    return x[0].copy(), g * (1.0 - np.sqrt(x[0] / g))


def _zdt2(x: Rows) -> tuple[FloatArray, FloatArray]:
    g = _nine_means(x[1:])
    return x[0].copy(), g * (1.0 - (x[0] / g) ** 2)


def _zdt3(x: Rows) -> tuple[FloatArray, FloatArray]:
    g = _nine_means(x[1:])
    share = x[0] / g
    return x[0].copy(), g * (1.0 - np.sqrt(share) - share * np.sin(10.0 * np.pi * x[0]))


def _zdt4(x: Rows) -> tuple[FloatArray, FloatArray]:
    g = 1.0 + 10.0 * (len(x) - 1.0) + total([row * row - 10.0 * np.cos(4.0 * np.pi * row) for row in x[1:]])
    return x[0].copy(), g * (1.0 - np.sqrt(x[0] / g))


def _zdt6(x: Rows) -> tuple[FloatArray, FloatArray]:
    wave = np.sin(6.0 * np.pi * x[0])
    square = wave * wave
    first = 1.0 - np.exp(-4.0 * x[0]) * (square * square * square)
    g = 1.0 + 9.0 * np.sqrt(np.sqrt(total(x[1:]) / (len(x) - 1.0)))
    return first, g * (1.0 - (first / g) ** 2)


def _hills(others: Rows) -> FloatArray:
    """Distance to the front of DTLZ1 and DTLZ3, with many local fronts."""
    moved = [row - 0.5 for row in others]
    return 100.0 * (len(others) + total([row * row - np.cos(20.0 * np.pi * row) for row in moved]))


def _bowl(others: Rows) -> FloatArray:
    """Distance to the front of DTLZ2 and DTLZ4."""
    return total([(row - 0.5) ** 2 for row in others])


def _line(x: Rows) -> tuple[FloatArray, FloatArray]:
    g = _hills(x[1:])
    return 0.5 * x[0] * (1.0 + g), 0.5 * (1.0 - x[0]) * (1.0 + g)


def _arc(place: FloatArray, g: FloatArray) -> tuple[FloatArray, FloatArray]:
    angle = 0.5 * np.pi * place
    return (1.0 + g) * np.cos(angle), (1.0 + g) * np.sin(angle)


def _dtlz7(x: Rows) -> tuple[FloatArray, FloatArray]:
    g = _nine_means(x[1:])
    return x[0].copy(), (1.0 + g) * (2.0 - x[0] / (1.0 + g) * (1.0 + np.sin(3.0 * np.pi * x[0])))


def _circle(first: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(1.0 - first * first, 0.0))


def _quarter(
    name: str, title: str, formula: str, objectives: Objectives, *, best: float = 0.5, multimodal: bool = False
) -> Front:
    """Describe a function whose front is a quarter of the unit circle."""
    return Front(
        name=name,
        title=title,
        formula=formula,
        objectives=objectives,
        hypervolume=1.0 - np.pi / 4.0,
        second=_circle,
        best=best,
        multimodal=multimodal,
        source=_DTLZ,
    )


_LEAST_6 = 0.28077531881536977  # 1 - exp(-4 x) sin^6(6 pi x) where tan(6 pi x) = 9 pi

FRONTS = (
    Front(
        name="zdt1",
        title="ZDT1, convex front",
        formula="f_1 = x_1, f_2 = g (1 - sqrt(f_1 / g)), g = 1 + 9 mean x_i",
        objectives=_zdt1,
        hypervolume=2.0 / 3.0,
        second=lambda first: 1.0 - np.sqrt(first),
        source=_ZDT,
    ),
    Front(
        name="zdt2",
        title="ZDT2, concave front",
        formula="f_1 = x_1, f_2 = g (1 - (f_1 / g)^2), g = 1 + 9 mean x_i",
        objectives=_zdt2,
        hypervolume=1.0 / 3.0,
        second=lambda first: 1.0 - first * first,
        source=_ZDT,
    ),
    Front(
        name="zdt3",
        title="ZDT3, front of five pieces",
        formula="f_1 = x_1, f_2 = g (1 - sqrt(f_1 / g) - (f_1 / g) sin(10 pi f_1)), g = 1 + 9 mean x_i",
        objectives=_zdt3,
        ideal=(0.0, -0.7733690123266406),
        nadir=(0.8518328654361064, 1.0),
        hypervolume=0.5174525051364268,
        second=lambda first: 1.0 - np.sqrt(first) - first * np.sin(10.0 * np.pi * first),
        span=(0.0, 0.8518328654361064),
        source=_ZDT,
    ),
    Front(
        name="zdt4",
        title="ZDT4, many local fronts",
        formula="f_1 = x_1, f_2 = g (1 - sqrt(f_1 / g)), g = 10 dim - 9 + sum x_i^2 - 10 cos(4 pi x_i)",
        objectives=_zdt4,
        hypervolume=2.0 / 3.0,
        second=lambda first: 1.0 - np.sqrt(first),
        others=(-5.0, 5.0),
        multimodal=True,
        source=_ZDT,
    ),
    Front(
        name="zdt6",
        title="ZDT6, uneven density",
        formula="f_1 = 1 - exp(-4 x_1) sin^6(6 pi x_1), f_2 = g (1 - (f_1 / g)^2), g = 1 + 9 (mean x_i)^(1/4)",
        objectives=_zdt6,
        ideal=(_LEAST_6, 0.0),
        nadir=(1.0, 1.0 - _LEAST_6 * _LEAST_6),
        hypervolume=0.4064076435293033,
        second=lambda first: 1.0 - first * first,
        span=(_LEAST_6, 1.0),
        multimodal=True,
        source=_ZDT,
    ),
    Front(
        name="dtlz1",
        title="DTLZ1, line behind many local fronts",
        formula="f_1 = x_1 (1 + g) / 2, f_2 = (1 - x_1) (1 + g) / 2, "
        "g = 100 sum 1 + (x_i - 1/2)^2 - cos(20 pi (x_i - 1/2))",
        objectives=_line,
        nadir=(0.5, 0.5),
        hypervolume=0.5,
        second=lambda first: 0.5 - first,
        span=(0.0, 0.5),
        best=0.5,
        multimodal=True,
        source=_DTLZ,
    ),
    _quarter(
        "dtlz2",
        "DTLZ2, quarter of a circle",
        "f_1 = (1 + g) cos(pi x_1 / 2), f_2 = (1 + g) sin(pi x_1 / 2), g = sum (x_i - 1/2)^2",
        lambda x: _arc(x[0], _bowl(x[1:])),
    ),
    _quarter(
        "dtlz3",
        "DTLZ3, quarter of a circle behind many local fronts",
        "f_1 = (1 + g) cos(pi x_1 / 2), f_2 = (1 + g) sin(pi x_1 / 2), "
        "g = 100 sum 1 + (x_i - 1/2)^2 - cos(20 pi (x_i - 1/2))",
        lambda x: _arc(x[0], _hills(x[1:])),
        multimodal=True,
    ),
    _quarter(
        "dtlz4",
        "DTLZ4, uneven density",
        "f_1 = (1 + g) cos(pi x_1^100 / 2), f_2 = (1 + g) sin(pi x_1^100 / 2), g = sum (x_i - 1/2)^2",
        lambda x: _arc(x[0] ** 100.0, _bowl(x[1:])),
    ),
    _quarter(
        "dtlz6",
        "DTLZ6, steep near the front",
        "f_1 = (1 + g) cos(pi x_1 / 2), f_2 = (1 + g) sin(pi x_1 / 2), g = sum x_i^0.1",
        lambda x: _arc(x[0], total([row**0.1 for row in x[1:]])),
        best=0.0,
    ),
    Front(
        name="dtlz7",
        title="DTLZ7, front of two pieces",
        formula="f_1 = x_1, f_2 = (1 + g) (2 - f_1 / (1 + g) (1 + sin(3 pi f_1))), g = 1 + 9 mean x_i",
        objectives=_dtlz7,
        ideal=(0.0, 2.3070043655015775),
        nadir=(0.8594008566444763, 4.0),
        hypervolume=0.3373290098470567,
        second=lambda first: 4.0 - first * (1.0 + np.sin(3.0 * np.pi * first)),
        span=(0.0, 0.8594008566444763),
        source=_DTLZ,
    ),
)
