"""Your own functions with what a study needs: bounds, dimensions, instances, optimum."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Unpack

from benchbook.errors import UsageError
from benchbook.importing.objects import is_place, load_object
from benchbook.problems.callables.announced import announced, load_announced
from benchbook.problems.callables.custom import CallableProblem, from_callable
from benchbook.problems.callables.several import Several
from benchbook.problems.info import ProblemInfo
from benchbook.whole_numbers import check_whole


class OwnFunction:
    """A callable with its bounds; made by `function`, and called like the original."""

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        bounds: Any,
        dims: tuple[int, ...] | None,
        instances: int,
        f_opt: float | None,
        vectorized: bool,
        on_error: str,
        several: Several,
    ) -> None:
        """Check the bounds in one dimension, because the others are alike."""
        functools.update_wrapper(self, function)
        self._function = function
        self._bounds, self._f_opt, self._vectorized, self._on_error = bounds, f_opt, vectorized, on_error
        self._several = several
        self._with_instance = "instance" in inspect.signature(function).parameters
        probe = from_callable(function, bounds=bounds, dim=dims[0] if dims else None, f_opt=f_opt, **several)
        if several.get("variables") is not None:
            self.variables = probe.variables
        self.dims = dims or (probe.dim,)
        self.instances = instances
        self._box = (float(probe.lower.min()), float(probe.upper.max()))
        for dim in self.dims[1:]:
            from_callable(function, bounds=bounds, dim=dim, **several)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self._function(*args, **kwargs)

    def info(self, name: str) -> ProblemInfo:
        """Return its description under a name in the catalog."""
        text = " ".join((inspect.getdoc(self._function) or "").split("\n\n")[0].split())
        return ProblemInfo(
            name=name,
            family="own",
            title=getattr(self._function, "__name__", name),
            formula=text or "your own function",
            lower=self._box[0],
            upper=self._box[1],
            optimum="unknown" if self._f_opt is None else f"{self._f_opt:g}",
            separable=False,
            multimodal=True,
            conditioning=None,
            source=name,
            dims=self.dims,
            last_instance=self.instances - 1,
            bounds="; ".join(map(str, self.variables)) if hasattr(self, "variables") else None,
        )

    def problem(self, name: str, dim: int, instance: int) -> CallableProblem:
        """Create the problem for a dimension and an instance."""
        call = functools.partial(self._function, instance=instance) if self._with_instance else self._function
        made = from_callable(
            call,
            bounds=self._bounds,
            dim=dim,
            vectorized=self._vectorized,
            f_opt=self._f_opt,
            name=name,
            instance=instance,
            on_error=self._on_error,
            **self._several,
        )
        if is_place(name) or name in announced():
            made.rebuild = _from_place, (name, dim, instance)
        return made


def _from_place(place: str, dim: int, instance: int) -> CallableProblem:
    return own_function(place).problem(place, dim, instance)


def function(
    function: Callable[..., Any] | None = None,
    *,
    bounds: Any = None,
    dims: int | Iterable[int] | None = None,
    instances: int = 1,
    f_opt: float | None = None,
    vectorized: bool = False,
    on_error: str = "stop",
    **several: Unpack[Several],
) -> Any:
    """Add what a study needs to your own function; use it as a decorator or as a call.

    Studies, specs and the command line then accept `package.module:name` like a name of the catalog. Worker processes
    import the function from there.

    Args:
        function: Takes a copy of one point, shape `(dim,)`, and returns its value. If it has a parameter `instance`,
            the instance is passed to it.
        bounds: As for `bb.run`.
        dims: The available dimensions; by default that of the bounds.
        instances: Number of instances; they are numbered from 0.
        f_opt: Value at the optimum, if known.
        vectorized: It takes points `(n, dim)` and returns `(n,)`.
        on_error: `stop`: an exception ends the run; `nan`: the evaluation counts as invalid.
        **several: `constraints`, `n_constraints`, `objectives`, `ideal`, `nadir`, `variables`: constraints, two
            objectives, or variables with names that may be integers or choices, instead of bounds; see
            `benchbook.problems.callables.several.Several`.

    Raises:
        UsageError: An argument does not fit the others.

    Examples:
        >>> import numpy as np
        >>> @function(bounds=(-5, 5), dims=[2, 10], f_opt=0.0)
        ... def valley(x):
        ...     return float((x**2).sum())
        >>> valley(np.array([1.0, 2.0])), valley.dims
        (5.0, (2, 10))
    """
    if function is None:
        return functools.partial(
            globals()["function"],
            bounds=bounds,
            dims=dims,
            instances=instances,
            f_opt=f_opt,
            vectorized=vectorized,
            on_error=on_error,
            **several,
        )
    if not callable(function):
        raise UsageError(f"function is {function!r}, expected something that can be called")
    numbers = None if dims is None else tuple([dims] if isinstance(dims, int) else dims)
    if numbers is not None and not numbers:
        raise UsageError("dims is empty, expected at least one dimension")
    return OwnFunction(
        function,
        bounds=bounds,
        dims=None if numbers is None else tuple(check_whole("dims", dim, 1) for dim in numbers),
        instances=check_whole("instances", instances, 1),
        f_opt=f_opt,
        vectorized=vectorized,
        on_error=on_error,
        several=several,
    )


def own_function(place: str) -> OwnFunction:
    """Import your own function by its path, or by a name that an installed package announces.

    Raises:
        UsageError: There is none, or it has no bounds.
    """
    found = load_object(place, "function") if is_place(place) else load_announced(place)
    if not isinstance(found, OwnFunction):
        raise UsageError(
            f"function {place!r} is {type(found).__name__} without bounds; give it some: "
            "bb.function(bounds=(lower, upper), dims=[...])"
        )
    return found
