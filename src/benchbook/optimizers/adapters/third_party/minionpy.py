"""Adapter to minionpy: modern differential evolution in C++, blocking."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge

from benchbook.errors import unknown_name
from benchbook.optimizers.adapters.base import BlockingAdapter, restarted, seed_from
from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.optimizers.adapters.factory import Adapted, Parameter
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.libraries import SHELF
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
    if name not in _KNOWN:
        raise unknown_name("optimizer of minionpy", name, _KNOWN)
    listed = SHELF["minionpy"].optimizers.get(name)
    summary = listed.summary if listed else f"The algorithm {name} of minionpy."
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
    horizon: int | None,
    repair: str,
    restart: bool,
    **settings: Any,
) -> BlockingAdapter:
    work = partial(
        _work,
        name=name,
        bounds=list(zip(lower.tolist(), upper.tolist(), strict=True)),
        rng=rng,
        horizon=horizon or 1,
        restart=restart,
        settings={key: value for key, value in settings.items() if value is not None},
    )
    return BlockingAdapter(f"minionpy:{name}", lower, upper, Boundary(rng, swaps=False), repair, work)


def _work(
    evaluate: Evaluate,
    *,
    name: str,
    bounds: list[tuple[float, float]],
    rng: np.random.Generator,
    horizon: int,
    restart: bool,
    settings: Mapping[str, Any],
) -> None:
    import minionpy

    def values(points: Any, *_: Any) -> list[float]:
        return list(map(float, evaluate.batch(np.array(points))))

    def once() -> None:
        left = max(1, horizon - evaluate.points)
        made = getattr(minionpy, name)(values, bounds, None, left, None, seed_from(rng), dict(settings))
        made.optimize()

    restarted(once, evaluate, restart=restart)
