"""Adapter to minionpy: modern differential evolution in C++, blocking."""

from __future__ import annotations

import importlib
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.adapters.base import BlockingAdapter, restarted, seed_from
from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.optimizers.adapters.factory import Adapted, Parameter, summary_of
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.typing import FloatArray

# Defaults of populations and memories depend on the algorithm; they are passed on only if they are given.
_SETTINGS = {
    "population_size": Parameter(
        default=0, kind=Annotated[int, Ge(0)], meaning="First population; 0: the library's own."
    ),
    "bound_strategy": Parameter(
        default=None,
        kind=Literal["random", "reflect-random", "clip"] | None,
        meaning="What happens to trials outside the box; None: the library's own.",
    ),
    "restart": Parameter(
        default=True, kind=bool, meaning="Start again, with the evaluations that are left, once a search has ended."
    ),
}
_TOLERANCE = {
    "x_tol": Parameter(
        default=1e-8, kind=float, meaning="Spread of the population that ends a search; below 0: none does."
    )
}
_WITHOUT_TOLERANCE = ("ARRDE", "j2020")  # they restart themselves
_KNOWN = ("AGSK", "ARRDE", "IMODE", "JADE", "LSHADE", "LSHADE_cnEpSin", "LSRTDE", "NLSHADE_RSP", "RDEX", "j2020", "jSO")


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    importlib.import_module("minionpy")
    summary = summary_of("minionpy", name, _KNOWN, f"The algorithm {name} of minionpy.")
    return Adapted(
        make=partial(_make, name),
        settings={**_SETTINGS, **({} if name in _WITHOUT_TOLERANCE else _TOLERANCE)},
        text=f"{summary}\n\n`minionpy.{name}`, one population per batch; its schedule ends with the run.",
        anytime=False,
        picklable=False,
    )


def _make(
    name: str,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,
    *,
    max_evaluations: int | None,
    repair: str,
    restart: bool,
    **settings: Any,
) -> BlockingAdapter:
    import minionpy

    bounds = list(zip(lower.tolist(), upper.tolist(), strict=True))
    given = {key: value for key, value in settings.items() if value is not None}

    def minimize(evaluate: Evaluate) -> None:
        def values(points: Any, *_: Any) -> list[float]:
            return list(map(float, evaluate.batch(np.array(points))))

        def once() -> None:
            left = max(1, (max_evaluations or 1) - evaluate.points)
            getattr(minionpy, name)(values, bounds, None, left, None, seed_from(rng), dict(given)).optimize()

        restarted(once, evaluate, restart=restart)

    return BlockingAdapter(f"minionpy:{name}", lower, upper, Boundary(rng, swaps=False), repair, minimize)
