"""Adapter to `scipy.optimize`; all methods are blocking."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from benchbook.errors import unknown_name
from benchbook.optimizers.adapters.base import BlockingAdapter, restarted
from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.optimizers.adapters.factory import Adapted, Parameter
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.libraries import LIBRARIES
from benchbook.optimizers.adapters.third_party.scipy_constraints import Asked, EvaluateBoth, constraints_of
from benchbook.typing import FloatArray

_NEVER = 2**31 - 1  # iterations: the loop ends the run, not the library
_NOISE: tuple[tuple[str, type[Warning]], ...] = (("", UserWarning), ("", RuntimeWarning))
_Positive = Annotated[float, Gt(0)]
_Count = Annotated[int, Ge(1)]

Minimize = Callable[[Asked, FloatArray, FloatArray, np.random.Generator, dict[str, Any]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Method:
    minimize: Minimize
    settings: Mapping[str, Parameter]
    text: str
    warns: bool = False  # also of irrelevant events, such as a gradient that does not change


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    importlib.import_module("scipy.optimize")
    if name not in _METHODS:
        raise unknown_name("optimizer of scipy", name, _METHODS, "(benchbook optimizers list)")
    method, listed = _METHODS[name], LIBRARIES["scipy"].optimizers[name]
    return Adapted(
        make=partial(_make, name),
        settings=method.settings,
        text=f"{listed.summary}\n\n{method.text}",
        anytime=listed.anytime,
        picklable=False,
        can=listed.can,
        parts=("scipy_constraints",),
    )


def _make(
    name: str,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,
    *,
    max_evaluations: int | None,
    repair: str,
    constraints: int = 0,
    **settings: Any,
) -> BlockingAdapter:
    if max_evaluations is not None:
        settings["max_evaluations"] = max_evaluations
    method = _METHODS[name]
    work = partial(
        _work,
        minimize=method.minimize,
        lower=lower,
        upper=upper,
        rng=rng,
        settings=settings,
        constraints=constraints,
    )
    noise = _NOISE if constraints or method.warns else ()
    return BlockingAdapter(f"scipy:{name}", lower, upper, Boundary(rng, swaps=False, noise=noise), repair, work)


def _work(
    evaluate: Evaluate,
    *,
    minimize: Minimize,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,
    settings: Mapping[str, Any],
    constraints: int,
) -> None:
    rest = dict(settings)
    restart = bool(rest.pop("restart", False))
    asked = EvaluateBoth(evaluate, constraints) if constraints else evaluate
    restarted(lambda: minimize(asked, lower, upper, rng, dict(rest)), evaluate, restart=restart)


def _local(
    method: str,
    evaluate: Asked,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,
    options: dict[str, Any],
) -> None:
    from scipy.optimize import Bounds, minimize

    start = lower + rng.random(len(lower)) * (upper - lower)
    limits = {"maxiter": _NEVER, **({_EVALUATIONS[method]: _NEVER} if method in _EVALUATIONS else {})}
    given = {key: value for key, value in options.items() if value is not None}
    # Otherwise trust-constr would leave the box; the other methods do not.
    bounds = Bounds(lower, upper, keep_feasible=method == "trust-constr")
    limited = {"constraints": constraints_of(evaluate)} if isinstance(evaluate, EvaluateBoth) else {}
    minimize(evaluate.one, start, method=method, bounds=bounds, options={**limits, **given}, **limited)


# The name of each method's limit of evaluations; SLSQP has none.
_EVALUATIONS = {"Nelder-Mead": "maxfev", "Powell": "maxfev", "L-BFGS-B": "maxfun", "COBYQA": "maxfev"}


def _differential_evolution(
    evaluate: Asked, lower: FloatArray, upper: FloatArray, rng: np.random.Generator, settings: dict[str, Any]
) -> None:
    from scipy.optimize import Bounds, differential_evolution

    vectorized = settings["updating"] == "deferred"

    def objective(x: FloatArray) -> Any:
        # The final polishing always evaluates single points.
        return evaluate.batch(x.T) if x.ndim > 1 else evaluate.one(x)

    settings["mutation"] = _scalar_or_pair(settings["mutation"])
    settings["constraints"] = constraints_of(evaluate)
    differential_evolution(objective, Bounds(lower, upper), maxiter=_NEVER, rng=rng, vectorized=vectorized, **settings)


def _dual_annealing(
    evaluate: Asked, lower: FloatArray, upper: FloatArray, rng: np.random.Generator, settings: dict[str, Any]
) -> None:
    from scipy.optimize import Bounds, dual_annealing

    dual_annealing(evaluate.one, Bounds(lower, upper), maxiter=_NEVER, maxfun=_NEVER, rng=rng, **settings)


def _direct(
    evaluate: Asked,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,  # noqa: ARG001  # all methods are called alike; this one draws nothing
    settings: dict[str, Any],
) -> None:
    from scipy.optimize import Bounds, direct

    # It allocates memory for maxfun evaluations and stops before it has used all.
    maxfun = max(settings.pop("max_evaluations"), 2 * len(lower) + 1) + 1000
    direct(evaluate.one, Bounds(lower, upper), maxiter=maxfun, maxfun=maxfun, **settings)


def _basin_hopping(
    evaluate: Asked, lower: FloatArray, upper: FloatArray, rng: np.random.Generator, settings: dict[str, Any]
) -> None:
    from scipy.optimize import Bounds, basinhopping

    start = lower + rng.random(len(lower)) * (upper - lower)
    step = _Step(lower, upper, rng, settings.pop("stepsize"))
    local = {"method": "L-BFGS-B", "bounds": Bounds(lower, upper)}
    settings["T"] = settings.pop("temperature")
    basinhopping(evaluate.one, start, niter=_NEVER, minimizer_kwargs=local, take_step=step, rng=rng, **settings)


class _Step:
    """Random step in the box; `stepsize` is a share of its width, which basin hopping adapts."""

    def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator, stepsize: float) -> None:
        self.lower, self.upper, self.rng, self.stepsize = lower, upper, rng, stepsize

    def __call__(self, x: FloatArray) -> FloatArray:
        moved = x + self.stepsize * (self.upper - self.lower) * self.rng.uniform(-1.0, 1.0, len(x))
        return np.clip(moved, self.lower, self.upper)


def _scalar_or_pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_RESTART = Parameter(default=True, kind=bool, meaning="Start again at a random point once a search has ended.")

_METHODS: dict[str, _Method] = {
    "nelder_mead": _Method(
        minimize=partial(_local, "Nelder-Mead"),
        settings={
            "xatol": Parameter(default=1e-4, kind=_Positive, meaning="Spread of the simplex at which a search ends."),
            "fatol": Parameter(default=1e-4, kind=_Positive, meaning="Spread of its values at which a search ends."),
            "adaptive": Parameter(default=False, kind=bool, meaning="Coefficients that depend on the dimension."),
            "restart": _RESTART,
        },
        text="`minimize(method='Nelder-Mead')` from a random point, one point per batch.",
    ),
    "powell": _Method(
        minimize=partial(_local, "Powell"),
        settings={
            "xtol": Parameter(default=1e-4, kind=_Positive, meaning="Relative step at which a line search ends."),
            "ftol": Parameter(default=1e-4, kind=_Positive, meaning="Relative gain at which a search ends."),
            "restart": _RESTART,
        },
        text="`minimize(method='Powell')` from a random point, one point per batch.",
    ),
    "l_bfgs_b": _Method(
        minimize=partial(_local, "L-BFGS-B"),
        settings={
            "maxcor": Parameter(default=10, kind=_Count, meaning="Corrections kept for the Hessian."),
            "ftol": Parameter(
                default=2.220446049250313e-09, kind=_Positive, meaning="Relative gain that ends a search."
            ),
            "gtol": Parameter(default=1e-5, kind=_Positive, meaning="Projected gradient that ends a search."),
            "eps": Parameter(default=1e-8, kind=_Positive, meaning="Step of the finite differences."),
            "maxls": Parameter(default=20, kind=_Count, meaning="Steps a line search may take."),
            "restart": _RESTART,
        },
        text="`minimize(method='L-BFGS-B')` from a random point; each of the dim + 1 points of a gradient counts.",
    ),
    "slsqp": _Method(
        minimize=partial(_local, "SLSQP"),
        settings={
            "ftol": Parameter(default=1e-6, kind=_Positive, meaning="Gain that ends a search."),
            "eps": Parameter(default=1.4901161193847656e-08, kind=_Positive, meaning="Step of the finite differences."),
            "restart": _RESTART,
        },
        text="`minimize(method='SLSQP')` from a random point; each of the dim + 1 points of a gradient counts.",
    ),
    "cobyqa": _Method(
        minimize=partial(_local, "COBYQA"),
        settings={
            "initial_tr_radius": Parameter(default=1.0, kind=_Positive, meaning="First radius of the trust region."),
            "final_tr_radius": Parameter(default=1e-6, kind=_Positive, meaning="Radius at which a search ends."),
            "scale": Parameter(default=False, kind=bool, meaning="Scale the box to [-1, 1]."),
            "restart": _RESTART,
        },
        text="`minimize(method='COBYQA')` from a random point, one point per batch.",
    ),
    "cobyla": _Method(
        minimize=partial(_local, "COBYLA"),
        settings={
            "rhobeg": Parameter(default=1.0, kind=_Positive, meaning="First radius of the trust region."),
            "tol": Parameter(default=1e-4, kind=_Positive, meaning="Radius at which a search ends."),
            "restart": _RESTART,
        },
        text="`minimize(method='COBYLA')` from a random point, one point per batch.",
    ),
    "trust_constr": _Method(
        minimize=partial(_local, "trust-constr"),
        settings={
            "xtol": Parameter(default=1e-8, kind=_Positive, meaning="Radius of the trust region that ends a search."),
            "gtol": Parameter(default=1e-8, kind=_Positive, meaning="Gradient of the Lagrangian that ends a search."),
            "barrier_tol": Parameter(default=1e-8, kind=_Positive, meaning="Barrier below which a search may end."),
            "initial_tr_radius": Parameter(default=1.0, kind=_Positive, meaning="First radius of the trust region."),
            "restart": _RESTART,
        },
        text="`minimize(method='trust-constr')` from a random point, kept inside the bounds; each of the dim + 1 "
        "points of a gradient counts.",
        warns=True,
    ),
    "differential_evolution": _Method(
        minimize=_differential_evolution,
        settings={
            "strategy": Parameter(default="best1bin", kind=str, meaning="Name of mutation and crossover."),
            "popsize": Parameter(default=15, kind=_Count, meaning="Population, as a multiple of the dimension."),
            "tol": Parameter(default=0.01, kind=Annotated[float, Ge(0)], meaning="Relative spread that ends a search."),
            "atol": Parameter(default=0.0, kind=Annotated[float, Ge(0)], meaning="Absolute spread that ends a search."),
            "mutation": Parameter(
                default=[0.5, 1.0], kind=float | list[float], meaning="Weight of differences; two numbers: dithered."
            ),
            "recombination": Parameter(
                default=0.7, kind=Annotated[float, Ge(0), Le(1)], meaning="Probability of crossover."
            ),
            "init": Parameter(
                default="latinhypercube",
                kind=Literal["latinhypercube", "sobol", "halton", "random"],
                meaning="How the first population is drawn.",
            ),
            "updating": Parameter(
                default="deferred",
                kind=Literal["deferred", "immediate"],
                meaning="deferred: one population per batch; immediate: one point per batch, as SciPy does by default.",
            ),
            "polish": Parameter(default=True, kind=bool, meaning="End each search by L-BFGS-B."),
            "restart": Parameter(
                default=True, kind=bool, meaning="Start again with a new population once a search has ended."
            ),
        },
        text="`differential_evolution`, vectorised unless `updating` is immediate.",
    ),
    "dual_annealing": _Method(
        minimize=_dual_annealing,
        settings={
            "initial_temp": Parameter(
                default=5230.0, kind=Annotated[float, Gt(0.01), Le(5e4)], meaning="First temperature."
            ),
            "restart_temp_ratio": Parameter(
                default=2e-5, kind=Annotated[float, Gt(0), Lt(1)], meaning="Share of it that starts annealing again."
            ),
            "visit": Parameter(default=2.62, kind=Annotated[float, Gt(1), Le(3)], meaning="Width of the visits."),
            "accept": Parameter(default=-5.0, kind=Annotated[float, Le(-5)], meaning="Strictness of acceptance."),
            "no_local_search": Parameter(default=False, kind=bool, meaning="Leave out the local searches."),
        },
        text="`dual_annealing`; its temperature depends only on the iteration, so it need not know the budget.",
    ),
    "direct": _Method(
        minimize=_direct,
        settings={
            "eps": Parameter(default=1e-4, kind=Annotated[float, Ge(0)], meaning="Gain asked of a rectangle."),
            "locally_biased": Parameter(default=True, kind=bool, meaning="Prefer local search (DIRECT_L)."),
            "vol_tol": Parameter(default=1e-16, kind=Annotated[float, Ge(0), Le(1)], meaning="Volume that ends it."),
            "len_tol": Parameter(default=1e-6, kind=Annotated[float, Ge(0), Le(1)], meaning="Length that ends it."),
        },
        text="`direct`; it draws nothing, so that all seeds give one run, and is told the length of the run because it "
        "reserves its memory beforehand.",
    ),
    "basin_hopping": _Method(
        minimize=_basin_hopping,
        settings={
            "temperature": Parameter(default=1.0, kind=Annotated[float, Ge(0)], meaning="Temperature (T)."),
            "stepsize": Parameter(default=0.1, kind=_Positive, meaning="First step, as a share of the box's width."),
            "interval": Parameter(default=50, kind=_Count, meaning="Steps between adaptations of the step size."),
            "target_accept_rate": Parameter(
                default=0.5, kind=Annotated[float, Gt(0), Lt(1)], meaning="Acceptance that the step size aims at."
            ),
            "stepwise_factor": Parameter(
                default=0.9, kind=Annotated[float, Gt(0), Lt(1)], meaning="Factor of one adaptation."
            ),
        },
        text="`basinhopping` from a random point, steps kept in the box, local searches by L-BFGS-B.",
    ),
}
