"""Adapter to NLopt: its derivative-free algorithms, each blocking."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.adapters.base import BlockingAdapter, restarted, seed_from
from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.optimizers.adapters.factory import Adapted, Parameter, summary_of
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.typing import FloatArray

# NLopt's constants without their first letters, which mark local (LN) and global (GN) algorithms.
_LOCAL = ("BOBYQA", "COBYLA", "NELDERMEAD", "NEWUOA_BOUND", "PRAXIS", "SBPLX")
_POPULATIONS = ("CRS2_LM", "ESCH", "ISRES")
_DIVIDING = ("DIRECT", "DIRECT_L", "DIRECT_L_RAND")
_KNOWN = (*_LOCAL, *_POPULATIONS, *_DIVIDING)
# NLopt has one generator per thread; these draw from it and get a thread of their own.
_DRAWING = (*_POPULATIONS, "DIRECT_L_RAND", "PRAXIS")

_Share = Annotated[float, Ge(0)]
_LOCAL_SETTINGS = {
    "xtol_rel": Parameter(default=0.0, kind=_Share, meaning="Relative step that ends a search; 0: none does."),
    "ftol_rel": Parameter(default=0.0, kind=_Share, meaning="Relative gain that ends a search; 0: none does."),
    "restart": Parameter(default=True, kind=bool, meaning="Start again at a random point once a search has ended."),
}
_POPULATION_SETTINGS = {
    "population": Parameter(default=0, kind=Annotated[int, Ge(0)], meaning="Population; 0: the library's own.")
}


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    importlib.import_module("nlopt")
    summary = summary_of("nlopt", name, _KNOWN, f"The algorithm {name} of NLopt.")
    settings: Mapping[str, Parameter] = {}
    if name in _LOCAL:
        settings = _LOCAL_SETTINGS
    elif name in _POPULATIONS:
        settings = _POPULATION_SETTINGS
    start = "" if name in _DIVIDING else " from a random point"
    return Adapted(
        make=partial(_make, name),
        settings=settings,
        text=f"{summary}\n\n`nlopt.{_constant(name)}`{start}, one point per batch.",
        anytime=True,
        picklable=False,
    )


def _constant(name: str) -> str:
    return f"{'LN' if name in _LOCAL else 'GN'}_{name}"


def _make(
    name: str,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,
    *,
    max_evaluations: int | None,  # noqa: ARG001  # all factories are called alike; these need none
    repair: str,
    restart: bool = False,
    **settings: Any,
) -> BlockingAdapter:
    import nlopt

    def minimize(evaluate: Evaluate) -> None:
        seed = seed_from(rng)
        if name in _DRAWING:
            nlopt.srand(seed)

        def once() -> None:
            made = nlopt.opt(getattr(nlopt, _constant(name)), len(lower))
            made.set_lower_bounds(lower)
            made.set_upper_bounds(upper)
            made.set_min_objective(lambda x, _: evaluate.one(x))
            for setting, value in settings.items():
                getattr(made, f"set_{setting}")(value)
            try:
                made.optimize(lower + rng.random(len(lower)) * (upper - lower))
            except nlopt.RoundoffLimited:
                return  # the ordinary end of a search without tolerances

        restarted(once, evaluate, restart=restart)

    boundary = Boundary(rng, swaps=False)
    return BlockingAdapter(f"nlopt:{name}", lower, upper, boundary, repair, minimize, threads=name in _DRAWING)
