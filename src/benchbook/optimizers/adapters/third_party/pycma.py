"""Adapter to pycma (the package `cma`), by its own ask and tell."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt

from benchbook.errors import UsageError, unknown_name
from benchbook.optimizers.adapters.base import Adapter, seed_from, unpicklable
from benchbook.optimizers.adapters.factory import Adapted, Parameter
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.typing import FloatArray

# Warnings for interactive use, about one-dimensional problems, flat functions and the like; the values show it.
_NOISE = (("", UserWarning),)
_OFF = {"verbose": -9, "verb_log": 0, "verb_disp": 0, "signals_filename": None, "maxiter": np.inf, "maxfevals": np.inf}

_SETTINGS = {
    "sigma0": Parameter(
        default=0.2, kind=Annotated[float, Gt(0)], meaning="First standard deviation, as a share of the box's width."
    ),
    "popsize": Parameter(
        default=None, kind=Annotated[int, Ge(3)] | None, meaning="Population; default: pycma's own, 4 + 3 ln(dim)."
    ),
    "active": Parameter(default=True, kind=bool, meaning="Negative weights for bad points (CMA_active)."),
    "diagonal": Parameter(default=False, kind=bool, meaning="A diagonal matrix for the whole run (CMA_diagonal)."),
    "elitist": Parameter(default=False, kind=bool, meaning="Keep the best point (CMA_elitist)."),
    "tolfun": Parameter(default=1e-11, kind=Annotated[float, Ge(0)], meaning="Gain at which a search ends."),
    "tolx": Parameter(default=1e-11, kind=Annotated[float, Ge(0)], meaning="Step at which a search ends."),
    "restart": Parameter(default=True, kind=bool, meaning="Start again at a random point once a search has ended."),
    "incpopsize": Parameter(default=2, kind=Annotated[int, Ge(1)], meaning="Factor of the population at a restart."),
}


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    importlib.import_module("cma")
    listed = LIBRARIES["pycma"].optimizers
    if name not in listed:
        raise unknown_name("optimizer of pycma", name, listed, "(benchbook optimizers list)")
    text = "`cma.CMAEvolutionStrategy` from a random point; variables are scaled by the width of the box. "
    text += "Constraints are handled by `cma.ConstrainedFitnessAL`, an augmented Lagrangian."
    return Adapted(
        make=Pycma,
        settings=_SETTINGS,
        text=f"{listed[name].summary}\n\n{text}",
        anytime=True,
        picklable=False,
        can=listed[name].can,
    )


class Pycma(Adapter):
    """`cma.CMAEvolutionStrategy`; it draws from NumPy's global state, which the boundary swaps."""

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None,
        repair: str,
        constraints: int = 0,
        sigma0: float,
        popsize: int | None,
        restart: bool,
        incpopsize: int,
        active: bool,
        diagonal: bool,
        elitist: bool,
        tolfun: float,
        tolx: float,
    ) -> None:
        """Take the settings; the first search begins with the first ask."""
        if len(lower) == 1:
            raise UsageError("pycma:CMAES needs at least 2 variables, the problem has 1")
        super().__init__("pycma:CMAES", lower, upper, Boundary(rng, swaps=True, noise=_NOISE), repair)
        self._rng = rng
        self._sigma0, self._popsize = sigma0, popsize
        self._restart, self._incpopsize = restart, incpopsize
        self._options = {
            "CMA_active": active,
            "CMA_diagonal": diagonal,
            "CMA_elitist": elitist,
            "tolfun": tolfun,
            "tolx": tolx,
            **_OFF,
            # Values of an augmented Lagrangian change with its weights, and do not stagnate; so pycma's own fmin_con2.
            **({"tolstagnation": 0} if constraints else {}),
        }
        self._constrained = constraints > 0
        self._lagrangian: Any = None
        self._es: Any = None
        self._asked: list[FloatArray] = []

    def proposed(self) -> FloatArray | None:
        """Sample a population; start a new search if the last one has ended."""
        if self._es is None:
            self._begin()
        elif self._es.stop():
            if not self._restart:
                return None
            self._popsize = self._es.popsize * self._incpopsize
            self._begin()
        self._asked = self._es.ask()
        return np.array(self._asked)

    def learnt(self, fx: FloatArray) -> None:
        """Adapt mean, step size and covariances, and the weights of constraints."""
        if self._lagrangian is None:
            self._es.tell(self._asked, fx.tolist())
            return
        self._es.tell(self._asked, self._lagrangian.of(self._asked, fx, self.gx))
        self._lagrangian.weigh(self._es)

    def __getstate__(self) -> dict[str, Any]:
        raise unpicklable(self.name, "a pickled strategy does not continue with the same points")

    def _begin(self) -> None:
        import cma

        width = self.upper - self.lower
        options = {
            **self._options,
            "bounds": [self.lower.tolist(), self.upper.tolist()],
            "CMA_stds": width.tolist(),
            "seed": seed_from(self._rng),
        }
        if self._popsize is not None:
            options["popsize"] = self._popsize
        start = self.lower + self._rng.random(self.dim) * width
        self._es = cma.CMAEvolutionStrategy(start.tolist(), self._sigma0, options)
        if self._constrained:
            self._lagrangian = _Lagrangian(self.dim)


class _Lagrangian:
    """pycma's augmented Lagrangian, which asks for values of points that are known already."""

    def __init__(self, dim: int) -> None:
        from cma import constraints_handler

        class Silent(constraints_handler.AugmentedLagrangian):  # type: ignore[misc]  # pycma has no types
            """A strategy that writes no log files and makes no folder for them."""

            def _init_(self) -> None:
                self.logging = 0
                super()._init_()

        self._value, self._limits = np.nan, [np.nan]
        # Archives are for people to look at, and have no influence.
        self._function = constraints_handler.ConstrainedFitnessAL(
            lambda _: self._value, lambda _: self._limits, dimension=dim, archives=False, logging=0
        )
        self._function._al = Silent(dim)  # before it makes its own

    def of(self, points: list[FloatArray], fx: FloatArray, gx: FloatArray | None) -> list[float]:
        """Return the values of points, of which `fx` are the objectives and `gx` the constraints."""
        limits = np.empty((len(fx), 0)) if gx is None else gx
        found = []
        for x, self._value, self._limits in zip(points, fx.tolist(), limits.tolist(), strict=True):
            found.append(float(self._function(x)))
        return found

    def weigh(self, strategy: Any) -> None:
        """Adapt the weights of the constraints by the points seen last."""
        self._function.update(strategy)
