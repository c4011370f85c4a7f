"""Adapter to the package `cmaes`, by its own ask and tell."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Gt

from benchbook.errors import UsageError, unknown_name
from benchbook.optimizers.adapters.base import Adapter, seed_from, unpicklable
from benchbook.optimizers.adapters.factory import Adapted, Parameter
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.optimizers.adapters.third_party.cmaes_mixed import STRATEGIES, Parts, Strategy
from benchbook.typing import FloatArray
from benchbook.variables import Variable

_SETTINGS = {
    "sigma": Parameter(
        default=0.2, kind=Annotated[float, Gt(0)], meaning="First standard deviation, as a share of the box's width."
    ),
    "population_size": Parameter(
        default=None, kind=Annotated[int, Ge(3)] | None, meaning="Population; default: the library's own."
    ),
    "n_max_resampling": Parameter(
        default=100, kind=Annotated[int, Ge(0)], meaning="Draws for a point in the box before it is clipped."
    ),
    "restart": Parameter(default=True, kind=bool, meaning="Start again at a random point once a search has ended."),
    "incpopsize": Parameter(default=2, kind=Annotated[int, Ge(1)], meaning="Factor of the population at a restart."),
}
_ADAPT = {"lr_adapt": Parameter(default=False, kind=bool, meaning="Adapt the learning rate.")}
_TEXT = "`cmaes.{}` from a random point; variables are scaled to the unit box."


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    importlib.import_module("cmaes")
    listed = LIBRARIES["cmaes"].optimizers
    if name not in listed:
        raise unknown_name("optimizer of cmaes", name, listed, "(benchbook optimizers list)")
    if name in STRATEGIES:
        text = f"{listed[name].summary}\n\n{_TEXT.format(name)}"
        can, parts = listed[name].can, ("cmaes_mixed",)
        return Adapted(
            make=partial(Mixed, name),
            settings=_SETTINGS,
            text=text,
            anytime=True,
            picklable=False,
            can=can,
            parts=parts,
        )
    return Adapted(
        make=partial(Cmaes, name),
        settings={**_SETTINGS, **(_ADAPT if name == "CMA" else {})},
        text=f"{listed[name].summary}\n\n{_TEXT.format(name)}",
        anytime=True,
        picklable=True,
    )


class Cmaes(Adapter):
    """A strategy of `cmaes` in the unit box."""

    def __init__(
        self,
        inner: str,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None,
        repair: str,
        sigma: float,
        population_size: int | None,
        restart: bool,
        incpopsize: int,
        **options: Any,
    ) -> None:
        """Check the dimension; the first search begins with the first ask."""
        if inner == "SepCMA" and len(lower) == 1:
            raise UsageError(f"cmaes:{inner} needs at least 2 variables, the problem has 1")
        super().__init__(f"cmaes:{inner}", lower, upper, Boundary(rng, swaps=False), repair)
        self._inner = inner
        self._rng = rng
        self._sigma, self._population = sigma, population_size
        self._restart, self._incpopsize = restart, incpopsize
        self._options = options
        self._strategy: Any = None
        self._asked: list[FloatArray] = []

    def proposed(self) -> FloatArray | None:
        """Sample a population; start a new search if the last one has ended."""
        if self._strategy is None:
            self._begin()
        elif self._strategy.should_stop():
            if not self._restart:
                return None
            self._population = self._strategy.population_size * self._incpopsize
            self._begin()
        self._asked = [self._strategy.ask() for _ in range(self._strategy.population_size)]
        return self.lower + np.array(self._asked) * (self.upper - self.lower)

    def learnt(self, fx: FloatArray) -> None:
        """Adapt the strategy."""
        self._strategy.tell(list(zip(self._asked, fx.tolist(), strict=True)))

    def __getstate__(self) -> dict[str, Any]:
        # cmaes gives a pickled strategy a new, randomly seeded generator and rounds its matrix; this keeps both.
        strategy = None if self._strategy is None else (type(self._strategy), dict(vars(self._strategy)))
        return {**self.__dict__, "_strategy": strategy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._strategy is not None:
            kind, inner = self._strategy
            self._strategy = kind.__new__(kind)
            vars(self._strategy).update(inner)

    def _begin(self) -> None:
        import cmaes

        self._strategy = getattr(cmaes, self._inner)(
            mean=self._rng.random(self.dim),
            sigma=self._sigma,
            bounds=np.tile([0.0, 1.0], (self.dim, 1)),
            seed=seed_from(self._rng),
            population_size=self._population,
            **self._options,
        )


class Mixed(Adapter):
    """A strategy of `cmaes` for variables that are not all real."""

    def __init__(
        self,
        inner: str,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator,
        *,
        max_evaluations: int | None,
        repair: str,
        variables: tuple[Variable, ...] = (),
        sigma: float,
        population_size: int | None,
        restart: bool,
        incpopsize: int,
        n_max_resampling: int,
    ) -> None:
        """Keep the settings; the first search starts with the first ask."""
        noise = (("", RuntimeWarning),)  # of means of nothing, where all values are the same
        super().__init__(f"cmaes:{inner}", lower, upper, Boundary(rng, swaps=False, noise=noise), repair)
        self._make = partial(
            STRATEGIES[inner], Parts(self.lower, self.upper, variables), rng, sigma, n_max_resampling=n_max_resampling
        )
        self._rng = rng
        self._population = population_size
        self._restart, self._incpopsize = restart, incpopsize
        self._strategy: Strategy | None = None
        self._samples: list[Any] = []

    def proposed(self) -> FloatArray | None:
        """Sample a population; start a new search if the last one has ended."""
        strategy = self._strategy
        if strategy is not None and strategy.should_stop():
            if not self._restart:
                return None
            self._population = strategy.population_size * self._incpopsize
            strategy = None
        if strategy is None:
            strategy = self._strategy = self._make(seed=seed_from(self._rng), population_size=self._population)
        asked = [strategy.ask() for _ in range(strategy.population_size)]
        self._samples = [sample for _, sample in asked]
        return np.array([point for point, _ in asked])

    def learnt(self, fx: FloatArray) -> None:
        """Adapt the strategy."""
        if self._strategy is not None:
            self._strategy.tell(list(zip(self._samples, fx.tolist(), strict=True)))

    def __getstate__(self) -> dict[str, Any]:
        raise unpicklable(self.name, "cmaes gives a pickled strategy another generator")
