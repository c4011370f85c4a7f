"""Ten textbook functions, each over the last axis of its points: `(..., dim) -> (...)`.

The compiled kernel evaluates them; see `native/textbook.h` there. Each is written such that its value at the optimum
is exact and no value lies below it. A point's bytes do not depend on the points next to it.

References:
    Surjanovic & Bingham, Virtual Library of Simulation Experiments, https://www.sfu.ca/~ssurjano/optimization.html
    Jamil & Yang 2013, A literature survey of benchmark functions for global optimisation problems,
    Int. J. Mathematical Modelling and Numerical Optimisation 4(2), 150-194, https://arxiv.org/abs/1308.4008
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from benchbook.problems import kernel
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray

SCHWEFEL_X_OPT = 420.96874635998205
SCHWEFEL_HEIGHT = 418.9828872724337
STYBLINSKI_TANG_X_OPT = -2.903534027771177
STYBLINSKI_TANG_DEPTH = -39.16616570377141


def sphere(x: FloatArray) -> FloatArray:
    """Sum of squares: `sum x_i^2`.

    Domain [-5.12, 5.12]; optimum 0 at x = 0. Separable, unimodal. Source: De Jong 1975, F1; Surjanovic & Bingham.

    Examples:
        >>> float(sphere(np.array([1.0, 2.0])))
        5.0
    """
    return _values("sphere", x)


def ellipsoid(x: FloatArray) -> FloatArray:
    """Ellipsoid of condition 1e6: `sum 10^(6 (i-1)/(dim-1)) x_i^2`; one variable alone has weight 1.

    Domain [-5, 5]; optimum 0 at x = 0. Separable, unimodal. Source: Hansen, Finck, Ros & Auger 2009,
    INRIA RR-6829, f2 without its oscillation.

    Examples:
        >>> float(ellipsoid(np.array([1.0, 2.0])))
        4000001.0
    """
    return _values("ellipsoid", x)


def rosenbrock(x: FloatArray) -> FloatArray:
    """Rosenbrock's valley: `sum_{i<dim} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2`.

    Domain [-5, 10]; optimum 0 at x = 1. Not separable; from 4 variables on with a second, local optimum near
    x_1 = -1. At least 2 variables. Source: Rosenbrock 1960; Surjanovic & Bingham.

    Examples:
        >>> float(rosenbrock(np.array([0.0, 2.0])))
        401.0
    """
    return _values("rosenbrock", x)


def rastrigin(x: FloatArray) -> FloatArray:
    """Rastrigin's function: `10 (dim - sum cos(2 pi x_i)) + sum x_i^2`.

    Domain [-5.12, 5.12]; optimum 0 at x = 0. Separable, with a local optimum near every point of whole numbers.
    Source: Rastrigin 1974; Surjanovic & Bingham.

    Examples:
        >>> round(float(rastrigin(np.array([1.0, 0.5]))), 12)
        21.25
    """
    return _values("rastrigin", x)


def ackley(x: FloatArray) -> FloatArray:
    """Ackley's function: `20 (1 - exp(-0.2 sqrt(mean x_i^2))) + e (1 - exp(mean cos(2 pi x_i) - 1))`.

    This is the usual `-20 exp(...) - exp(...) + 20 + e`, grouped such that it is exact near the optimum.
    Domain [-32.768, 32.768]; optimum 0 at x = 0. Not separable, multimodal. Source: Ackley 1987; Surjanovic &
    Bingham.

    Examples:
        >>> round(float(ackley(np.array([1.0, 0.0]))), 9)
        2.637531092
    """
    return _values("ackley", x)


def griewank(x: FloatArray) -> FloatArray:
    """Griewank's function: `sum x_i^2 / 4000 + 1 - prod cos(x_i / sqrt(i))`.

    Domain [-600, 600]; optimum 0 at x = 0. Not separable, multimodal. Source: Griewank 1981; Surjanovic & Bingham.

    Examples:
        >>> round(float(griewank(np.array([np.pi, 0.0]))), 9)
        2.002467401
    """
    return _values("griewank", x)


def schwefel(x: FloatArray) -> FloatArray:
    """Schwefel's function: `sum (418.982887272433706 - x_i sin(sqrt |x_i|))`.

    Domain [-500, 500]; optimum 0 at x = 420.968746359982. Beyond the domain the sum falls without bound: there it is
    taken at the nearest point within, and a thousandth of the squared distance to it is added. Separable, multimodal,
    the second best optimum is far away. Source: Schwefel 1981; Surjanovic & Bingham, whose constant 418.9829 is
    rounded.

    Examples:
        >>> round(float(schwefel(np.array([0.0, 0.0]))), 9)
        837.965774545
    """
    return _values("schwefel", x)


def levy(x: FloatArray) -> FloatArray:
    """Levy's function, with `u_i = (x_i - 1)/4`.

    `sin^2(pi u_1) + sum_{i<dim} u_i^2 (1 + 10 sin^2(pi u_i + 1)) + u_dim^2 (1 + sin^2(2 pi u_dim))`, which is the
    usual form in `w_i = 1 + u_i`, with the half waves of the sines taken out, so that the optimum is exact.
    Domain [-10, 10]; optimum 0 at x = 1. Separable, multimodal. Source: Laguna & Martí 2005; Surjanovic & Bingham.

    Examples:
        >>> round(float(levy(np.array([3.0, 1.0]))), 9)
        1.979816454
    """
    return _values("levy", x)


def zakharov(x: FloatArray) -> FloatArray:
    """Zakharov's function: `sum x_i^2 + s^2 + s^4` with `s = sum 0.5 i x_i`.

    Domain [-5, 10]; optimum 0 at x = 0. Not separable, unimodal. Source: Surjanovic & Bingham; Jamil & Yang 2013,
    no. 173.

    Examples:
        >>> float(zakharov(np.array([1.0, 1.0])))
        9.3125
    """
    return _values("zakharov", x)


def styblinski_tang(x: FloatArray) -> FloatArray:
    """Styblinski and Tang's function: `sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2`.

    Evaluated as the same polynomial about its least point a: `sum -39.166165703771 + t^2 (t^2 + 4 a t + 6 a^2 - 16)
    / 2` with `t = x_i - a`. Domain [-5, 5]; optimum -39.166165703771 dim at x = -2.903534027771. Separable,
    multimodal. Source: Styblinski & Tang 1990, Neural Networks 3(4), 467-483; Surjanovic & Bingham.

    Examples:
        >>> round(float(styblinski_tang(np.array([1.0, 2.0]))), 9)
        -24.0
    """
    return _values("styblinski_tang", x)


def _values(name: str, x: FloatArray) -> FloatArray:
    points = np.asarray(x, dtype=np.float64)
    dim = points.shape[-1]
    values = plain_instance(name, dim).evaluate(np.ascontiguousarray(points).reshape(-1, dim))
    return values.reshape(points.shape[:-1])


@lru_cache(maxsize=64)
def plain_instance(name: str, dim: int) -> kernel.Instance:
    """Return the kernel's instance of a function as in the textbooks."""
    return compiled(name, read_only(np.zeros(dim)), read_only(np.zeros(dim)), None)


def compiled(name: str, shift: FloatArray, x_opt: FloatArray, rotation: FloatArray | None) -> kernel.Instance:
    """Return the kernel's instance of `f(R (x - shift) + x_opt)`; `rotation` is R transposed, None for none."""
    dim = len(shift)
    own = _OWN[name](dim) if name in _OWN else np.zeros(1)
    arrays = (x_opt, own) if rotation is None else (x_opt, own, rotation)
    return kernel.instance(
        f"TEXTBOOK_{name.upper()}",
        shift,
        arrays,
        offset=STYBLINSKI_TANG_DEPTH * dim if name == "styblinski_tang" else 0.0,
        unbounded=name != "ackley",
    )


# The array of its own that a function has.
_OWN: dict[str, Callable[[int], FloatArray]] = {
    "ellipsoid": lambda dim: kernel.elementary("power", 10.0, 6.0 * np.arange(dim) / max(dim - 1, 1)),
    "griewank": lambda dim: np.sqrt(np.arange(1.0, dim + 1.0)),
    "schwefel": lambda _: np.array([SCHWEFEL_HEIGHT]),
    "styblinski_tang": lambda _: np.array([STYBLINSKI_TANG_X_OPT]),
    "zakharov": lambda dim: 0.5 * np.arange(1.0, dim + 1.0),
}
