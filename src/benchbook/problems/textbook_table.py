"""What is known about each textbook function: one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchbook.problems import textbook
from benchbook.problems.info import ProblemInfo, read_only
from benchbook.typing import FloatArray

FAMILY = "textbook"
_SFU = "Surjanovic & Bingham, Virtual Library of Simulation Experiments, https://www.sfu.ca/~ssurjano/"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextbookFunction:
    """A textbook function with its optimum.

    Attributes:
        info: Its description.
        function: The function, `(..., dim) -> (...)`.
        x_opt_each: Value of every variable at the optimum.
        f_opt_each: The optimum value, per variable.
    """

    info: ProblemInfo
    function: Callable[[FloatArray], FloatArray]
    x_opt_each: float = 0.0
    f_opt_each: float = 0.0

    def x_opt(self, dim: int) -> FloatArray:
        """Return the optimum, shape `(dim,)`, read-only."""
        return read_only(np.full(dim, self.x_opt_each))

    def f_opt(self, dim: int) -> float:
        """Return the value at the optimum."""
        return self.f_opt_each * dim


def _info(
    name: str,
    title: str,
    formula: str,
    bounds: tuple[float, float],
    optimum: str,
    *,
    separable: bool,
    multimodal: bool,
    conditioning: float | None = None,
    source: str = _SFU,
    min_dim: int = 1,
) -> ProblemInfo:
    return ProblemInfo(
        name=name,
        family=FAMILY,
        title=title,
        formula=formula,
        lower=bounds[0],
        upper=bounds[1],
        optimum=optimum,
        separable=separable,
        multimodal=multimodal,
        conditioning=conditioning,
        source=source,
        min_dim=min_dim,
    )


_FUNCTIONS = (
    TextbookFunction(
        info=_info(
            "sphere",
            "Sphere",
            "sum x_i^2",
            (-5.12, 5.12),
            "0 at x_i = 0",
            separable=True,
            multimodal=False,
            conditioning=1.0,
        ),
        function=textbook.sphere,
    ),
    TextbookFunction(
        info=_info(
            "ellipsoid",
            "Ellipsoid",
            "sum 10^(6 (i-1)/(dim-1)) x_i^2",
            (-5.0, 5.0),
            "0 at x_i = 0",
            separable=True,
            multimodal=False,
            conditioning=1e6,
            source="Hansen, Finck, Ros & Auger 2009, INRIA RR-6829, f2 without oscillation",
        ),
        function=textbook.ellipsoid,
    ),
    TextbookFunction(
        info=_info(
            "rosenbrock",
            "Rosenbrock",
            "sum_{i<dim} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2",
            (-5.0, 10.0),
            "0 at x_i = 1",
            separable=False,
            multimodal=True,
            min_dim=2,
        ),
        function=textbook.rosenbrock,
        x_opt_each=1.0,
    ),
    TextbookFunction(
        info=_info(
            "rastrigin",
            "Rastrigin",
            "10 (dim - sum cos(2 pi x_i)) + sum x_i^2",
            (-5.12, 5.12),
            "0 at x_i = 0",
            separable=True,
            multimodal=True,
            conditioning=1.0,
        ),
        function=textbook.rastrigin,
    ),
    TextbookFunction(
        info=_info(
            "ackley",
            "Ackley",
            "20 (1 - exp(-0.2 sqrt(mean x_i^2))) + e - exp(mean cos(2 pi x_i))",
            (-32.768, 32.768),
            "0 at x_i = 0",
            separable=False,
            multimodal=True,
        ),
        function=textbook.ackley,
    ),
    TextbookFunction(
        info=_info(
            "griewank",
            "Griewank",
            "sum x_i^2 / 4000 + 1 - prod cos(x_i / sqrt(i))",
            (-600.0, 600.0),
            "0 at x_i = 0",
            separable=False,
            multimodal=True,
        ),
        function=textbook.griewank,
    ),
    TextbookFunction(
        info=_info(
            "schwefel",
            "Schwefel",
            "sum (418.982887272433706 - x_i sin(sqrt |x_i|))",
            (-500.0, 500.0),
            "0 at x_i = 420.968746359982",
            separable=True,
            multimodal=True,
        ),
        function=textbook.schwefel,
        x_opt_each=textbook.SCHWEFEL_X_OPT,
    ),
    TextbookFunction(
        info=_info(
            "levy",
            "Levy",
            "sin^2(pi w_1) + sum_{i<dim} (w_i - 1)^2 (1 + 10 sin^2(pi w_i + 1)) "
            "+ (w_dim - 1)^2 (1 + sin^2(2 pi w_dim)), w_i = 1 + (x_i - 1)/4",
            (-10.0, 10.0),
            "0 at x_i = 1",
            separable=True,
            multimodal=True,
        ),
        function=textbook.levy,
        x_opt_each=1.0,
    ),
    TextbookFunction(
        info=_info(
            "zakharov",
            "Zakharov",
            "sum x_i^2 + s^2 + s^4, s = sum 0.5 i x_i",
            (-5.0, 10.0),
            "0 at x_i = 0",
            separable=False,
            multimodal=False,
        ),
        function=textbook.zakharov,
    ),
    TextbookFunction(
        info=_info(
            "styblinski_tang",
            "Styblinski and Tang",
            "sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2",
            (-5.0, 5.0),
            "-39.166165703771 dim at x_i = -2.903534027771",
            separable=True,
            multimodal=True,
            conditioning=1.0,
        ),
        function=textbook.styblinski_tang,
        x_opt_each=textbook.STYBLINSKI_TANG_X_OPT,
        f_opt_each=textbook.STYBLINSKI_TANG_DEPTH,
    ),
)

TEXTBOOK = {item.info.name: item for item in _FUNCTIONS}
