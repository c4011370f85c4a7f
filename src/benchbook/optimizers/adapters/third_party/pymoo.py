"""Adapter to pymoo's algorithms, for one objective or two and with constraints, by its own ask and tell."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from benchbook.errors import UsageError
from benchbook.optimizers.adapters.base import Adapter, seed_from, unpicklable
from benchbook.optimizers.adapters.factory import Adapted, Parameter, summary_of
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.keyword_settings import settings_of
from benchbook.typing import FloatArray

# name -> module below pymoo.algorithms.soo.nonconvex; those for several objectives are below pymoo.algorithms.moo
_MODULES = {
    "BIPOPCMAES": "cmaes",
    "BRKGA": "brkga",
    "CMAES": "cmaes",
    "DE": "de",
    "EPPSO": "pso_ep",
    "ES": "es",
    "G3PCX": "g3pcx",
    "GA": "ga",
    "ISRES": "isres",
    "NelderMead": "nelder",
    "NicheGA": "ga_niching",
    "PSO": "pso",
    "PatternSearch": "pattern",
    "SRES": "sres",
}
_SEVERAL = {"MOEAD": "moead", "NSGA2": "nsga2", "NSGA3": "nsga3", "SMSEMOA": "sms"}
# ISRES and SRES take constraints, too, but then draw from a generator that pymoo seeds randomly.
_CAN = {
    **dict.fromkeys(("BRKGA", "DE", "GA", "NicheGA"), frozenset({"constraints"})),
    **dict.fromkeys(("MOEAD", "NSGA3", "SMSEMOA"), frozenset({"objectives"})),
    "NSGA2": frozenset({"constraints", "objectives"}),
}
_NOT_FOR_ONE = ("MOEAD", "NSGA3", "SMSEMOA")
_BY_DIRECTION = ("MOEAD", "NSGA3")  # a search along each of a number of directions in the space of objectives
_LOCAL = {"BIPOPCMAES", "CMAES", "NelderMead", "PatternSearch"}  # they end by themselves and hold running generators
_PICKLABLE = {"DE", "EPPSO", "ES", "ISRES", "PSO"}  # the others contain running generators or nested functions
_OURS = ("seed", "verbose", "output", "termination", "maxfevals", "cmaes_verbose", "verb_log", "x0", "noise_handler")
_RESTART = Parameter(default=True, kind=bool, meaning="Start again at random points once a search has ended.")
# Further arguments that are not in their signatures.
_FURTHER: Mapping[str, dict[str, Parameter]] = {
    "DE": {
        "F": Parameter(default=0.5, kind=float, meaning="Weight of differences."),
        "CR": Parameter(default=0.2, kind=float, meaning="Probability of crossover."),
    },
    **{
        name: {"n_sample_points": Parameter(default=20, kind=int, meaning="Points drawn to choose the start from.")}
        for name in ("NelderMead", "PatternSearch")
    },
    **{
        name: {
            "n_partitions": Parameter(
                default=99,
                kind=Annotated[int, Ge(1)],
                meaning="Spaces between directions, each with a point (Das and Dennis); pymoo's default for MOEAD.",
            )
        }
        for name in _BY_DIRECTION
    },
}


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    importlib.import_module("pymoo.problems.static")
    summary = summary_of("pymoo", name, [*_MODULES, *_SEVERAL], f"The algorithm {name} of pymoo.")
    settings = {**settings_of(_class(name), skip=_OURS), **_FURTHER.get(name, {})}
    if name in _LOCAL:
        settings["restart"] = _RESTART
    return Adapted(
        make=partial(Pymoo, name),
        settings=settings,
        text=f"{summary}\n\n`pymoo`'s {name}, one population per batch.",
        anytime=True,
        picklable=name in _PICKLABLE,
        can=_CAN.get(name, frozenset()),
    )


def _class(name: str) -> Any:
    below = f"moo.{_SEVERAL[name]}" if name in _SEVERAL else f"soo.nonconvex.{_MODULES[name]}"
    return getattr(importlib.import_module(f"pymoo.algorithms.{below}"), name)


def _directions(partitions: int) -> FloatArray:
    """Return evenly spread weights of two objectives, shape `(partitions + 1, 2)`."""
    first = np.arange(partitions + 1) / partitions
    return np.column_stack([first, 1.0 - first])


class Pymoo(Adapter):
    """An algorithm of pymoo; it carries its own generator."""

    def __init__(
        self,
        inner: str,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None,
        repair: str,
        objectives: int = 1,
        constraints: int = 0,
        restart: bool = False,
        **options: Any,
    ) -> None:
        """Take the settings; the first search begins with the first ask."""
        if inner in _NOT_FOR_ONE and objectives == 1:
            raise UsageError(f"pymoo:{inner} needs 2 objectives, the problem has 1")
        super().__init__(f"pymoo:{inner}", lower, upper, Boundary(rng, swaps=inner in _LOCAL), repair)
        self._inner = inner
        self._rng = rng
        self._objectives, self._constraints = objectives, constraints
        self._restart = restart
        self._options = options
        self._algorithm: Any = None
        self._asked: Any = None
        self._new: Any = None

    def proposed(self) -> FloatArray | None:
        """Return the algorithm's offspring; start a new search if the last one has ended."""
        if self._algorithm is None:
            self._begin()
        points = self._offspring()
        if points is None and self._restart:
            self._begin()
            points = self._offspring()
        return points

    def learnt(self, fx: FloatArray) -> None:
        """Advance by a generation."""
        from pymoo.core.evaluator import Evaluator
        from pymoo.problems.static import StaticProblem

        values = {"F": fx.reshape(len(fx), -1), **({} if self.gx is None else {"G": self.gx})}
        static = StaticProblem(self._algorithm.problem, **values)
        Evaluator().eval(static, self._new)
        self._algorithm.evaluator.n_eval += len(fx)
        self._algorithm.tell(infills=self._asked)

    def __getstate__(self) -> dict[str, Any]:
        if self._inner not in _PICKLABLE:
            raise unpicklable(self.name, "it holds running generators or nested functions")
        return self.__dict__

    def _offspring(self) -> FloatArray | None:
        """Ask until there is a point with an unknown value; local searches also ask for known ones."""
        from pymoo.core.individual import Individual
        from pymoo.core.population import Population

        while self._algorithm.has_next():
            self._asked = self._algorithm.ask()
            if self._asked is None:
                return None
            asked = Population.create(self._asked) if isinstance(self._asked, Individual) else self._asked
            self._new = Population.create(*[point for point in asked if "F" not in point.evaluated])
            if len(self._new):
                return np.array(self._new.get("X"), dtype=np.float64)
            self._algorithm.tell(infills=self._asked)
        return None

    def _begin(self) -> None:
        from pymoo.core.problem import Problem
        from pymoo.core.termination import NoTermination

        counts = {"n_obj": self._objectives, "n_ieq_constr": self._constraints}
        problem = Problem(n_var=self.dim, xl=self.lower, xu=self.upper, **counts)
        options = dict(self._options)
        if self._inner in _BY_DIRECTION:
            options["ref_dirs"] = _directions(options.pop("n_partitions"))
        self._algorithm = _class(self._inner)(**options)
        ending = {} if self._inner in _LOCAL else {"termination": NoTermination()}
        self._algorithm.setup(problem, seed=seed_from(self._rng), verbose=False, **ending)
