"""A user's own callable as a problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

import numpy as np

from benchbook.digests import text_digest
from benchbook.errors import UsageError
from benchbook.problems.callables.calls import Calls, by_name, numbers
from benchbook.problems.callables.digests import digest_code
from benchbook.problems.callables.several import Several, SeveralValues, check_several
from benchbook.problems.info import MOST_VARIABLES, check_points, continuous, read_only
from benchbook.typing import FloatArray
from benchbook.variables import Variable, check_variables, checked_points, rounded
from benchbook.whole_numbers import check_whole


class CallableProblem:
    """A user's own callable between bounds; made by `from_callable`."""

    def __init__(
        self,
        function: Callable[[FloatArray], Any],
        *,
        lower: FloatArray,
        upper: FloatArray,
        vectorized: bool,
        f_opt: float | None,
        name: str,
        instance: int,
        on_error: str = "stop",
        several: SeveralValues | None = None,
        variables: tuple[Variable, ...] = (),
    ) -> None:
        self.name = name
        # how other processes rebuild it, if they can import it: a function and its arguments
        self.rebuild: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
        self._on_error = on_error
        self.dim = len(lower)
        self.instance = instance
        self.lower = lower
        self.upper = upper
        self.f_opt = f_opt
        self.x_opt: FloatArray | None = None
        self.integer = continuous(self.dim)
        self._whole = np.array([item.whole for item in variables], dtype=np.bool_) if variables else None
        if variables:
            self.variables = variables
            self.integer = np.array([item.kind == "integer" for item in variables], dtype=np.bool_)
            self.integer.flags.writeable = False
        self.vectorized = vectorized
        self._function = function
        self._several = several
        width = None
        if several is not None and several.nadir is not None:
            self.objectives, self.ideal, self.nadir = 2, several.ideal, several.nadir
            width = 2
        if several is not None and several.constraints:
            self.constraints = several.constraints
        self._values = Calls(
            by_name(function, variables, vectorized=vectorized),
            width=width,
            vectorized=vectorized,
            on_error=on_error,
            what="objective",
            name=name,
        )

    def constraint(self, x: FloatArray, /) -> FloatArray:
        """Evaluate the constraints at points of shape `(n, dim)`; return values of shape `(n, constraints)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
            ObjectiveError: The callable raised an exception, or did not return one real number per constraint.
        """
        x = self._points(x)
        if self._several is None or self._several.calls is None:
            return np.empty((len(x), 0))
        return self._several.calls(x)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`, including NaN and infinities.

        With two objectives the shape is `(n, 2)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
            ObjectiveError: The callable raised an exception, or did not return one real number per point (two for two
                objectives).
        """
        return self._values(self._points(x))

    def _points(self, x: FloatArray) -> FloatArray:
        """Return checked points; of variables that are not real, the numbers are rounded."""
        points = check_points(x, self.dim)
        return points if self._whole is None else checked_points(rounded(points, self._whole), self.variables)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the callable's code and of the plain data in it."""
        code = digest_code(self._function)
        if self._several is not None:
            code = text_digest(code, self._several.digest())
        if self._whole is not None:
            code = text_digest(code, repr(self.variables))
        return code if self._on_error == "stop" else text_digest(code, self._on_error)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle by import path if there is one: a decorator may hide the function itself."""
        return super().__reduce_ex__(protocol) if self.rebuild is None else self.rebuild

    def __repr__(self) -> str:
        return f"CallableProblem({self.name!r}, dim={self.dim})"


def from_callable(
    function: Callable[[FloatArray], Any],
    *,
    bounds: Any = None,
    dim: int | None = None,
    vectorized: bool = False,
    f_opt: float | None = None,
    name: str | None = None,
    instance: int = 0,
    on_error: str = "stop",
    **several: Unpack[Several],
) -> CallableProblem:
    """Turn a callable into a problem, to be minimised.

    Args:
        function: Takes a copy of one point, shape `(dim,)`, and returns its value.
        bounds: Lower and upper bound, each one number for all variables or a sequence of length `dim`; or a pair
            (lower, upper) per variable; or `scipy.optimize.Bounds`. Not given together with `variables`.
        dim: Number of variables; may be left out if a bound is a sequence.
        vectorized: The function takes a copy of a batch, shape `(n, dim)`, and returns its values, shape `(n,)`.
        f_opt: Value at the optimum, if known.
        name: Name of the problem; by default `custom:` and the function's own name.
        instance: Instance number, which is only recorded.
        on_error: `stop`: an exception of the function ends the run; `nan`: the evaluation counts as invalid.
        **several: Constraints, a second objective, variables by name and kind; see `Several`.

    Raises:
        UsageError: The function cannot be called, `dim` is missing or not a whole number >= 1, a bound is not a
            finite number, has another length than `dim` or does not lie below the other, `f_opt` is not a finite
            number, or `instance` is not a whole number >= 0.
            A constraint cannot be called, or two objectives lack a finite ideal point below a nadir point.

    Examples:
        >>> problem = from_callable(lambda x: abs(x[0] - 1.0), bounds=(-5, 5), dim=1)
        >>> problem(np.array([[3.0], [1.0]]))
        array([2., 0.])
        >>> disc = from_callable(lambda x: x.sum(), bounds=(-5, 5), dim=2, constraints=lambda x: (x**2).sum() - 1.0)
        >>> disc.constraint(np.array([[1.0, 1.0]]))
        array([[1.]])
    """
    if on_error not in ("stop", "nan"):
        raise UsageError(f"on_error is {on_error!r}, expected 'stop' or 'nan'")
    if not callable(function):
        raise UsageError(f"function is {function!r}, expected something that can be called")
    variables = _variables(several, bounds, dim)
    if variables:
        bounds = [item.lower for item in variables], [item.upper for item in variables]
        dim = len(variables)
    lower, upper = _check_bounds(bounds, dim)
    if f_opt is not None:
        value = numbers(f_opt)
        if value is None or value.shape != () or not np.isfinite(value):
            raise UsageError(f"f_opt is {f_opt!r}, expected a finite number or None")
        f_opt = float(value)
    if name is None:
        # The prefix keeps a user's own `sphere` apart from the catalog's: in seeds, run keys and verification.
        name = "custom:" + getattr(function, "__name__", type(function).__name__).strip("<>")
    if not isinstance(name, str) or not name:  # type: ignore[redundant-expr]  # callers may be untyped
        raise UsageError(f"name is {name!r}, expected a text that is not empty")
    checked = check_several(several, vectorized=bool(vectorized), on_error=on_error, name=name, variables=variables)
    return CallableProblem(
        function,
        lower=lower,
        upper=upper,
        vectorized=bool(vectorized),
        f_opt=f_opt,
        name=name,
        instance=check_whole("instance", instance, 0),
        on_error=on_error,
        several=checked,
        variables=variables,
    )


def _variables(several: Several, bounds: Any, dim: int | None) -> tuple[Variable, ...]:
    if several.get("variables") is None:
        if bounds is None:
            raise UsageError("bounds are missing: a callable needs bounds=(lower, upper), or variables=[...]")
        return ()
    variables = check_variables(several["variables"])
    if bounds is not None:
        raise UsageError("bounds are given with variables, which have their own; expected one of them")
    if dim is not None and check_whole("dim", dim, 1) != len(variables):
        raise UsageError(f"dim is {dim}, but there are {len(variables)} variables")
    return variables


def as_lower_upper(bounds: Any, dim: int | None) -> Any:
    """Return bounds as (lower, upper) if they are pairs, one per variable, or `scipy.optimize.Bounds`.

    Raises:
        UsageError: They can be read both ways, as two pairs in two dimensions.
    """
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):  # SciPy's own class
        return bounds.lb, bounds.ub
    table = numbers(bounds) if isinstance(bounds, list | tuple | np.ndarray) else None
    if table is None or table.ndim != 2 or table.shape[1] != 2 or dim not in (None, len(table)):
        return bounds
    if len(table) != 2:
        return table[:, 0], table[:, 1]
    as_ends, as_pairs = bool((table[0] < table[1]).all()), bool((table[:, 0] < table[:, 1]).all())
    if as_ends and as_pairs:
        (a, b), (c, d) = table.tolist()
        raise UsageError(
            f"bounds is {bounds!r}, which can be read as lower [{a:g}, {b:g}] and upper [{c:g}, {d:g}], or as pairs, "
            f"{a:g} to {b:g} and {c:g} to {d:g}; write scipy.optimize.Bounds(lower, upper), which has one meaning"
        )
    return (table[:, 0], table[:, 1]) if as_pairs else bounds


def _check_bounds(bounds: Any, dim: int | None) -> tuple[FloatArray, FloatArray]:
    if dim is not None:
        dim = check_whole("dim", dim, 1)
        if dim > MOST_VARIABLES:
            raise UsageError(f"dim is {dim}, expected at most {MOST_VARIABLES:,}")
    bounds = as_lower_upper(bounds, dim)
    try:
        lower, upper = bounds
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"bounds is {bounds!r}, expected two: (lower, upper), each a number or a sequence of length dim; or a "
            "pair per variable"
        ) from error
    ends = {"lower": numbers(lower), "upper": numbers(upper)}
    for side, end in ends.items():
        if end is None or end.ndim > 1:
            raise UsageError(
                f"bounds: the {side} bound is {bounds[side == 'upper']!r}, expected a number or a sequence"
            )
        if end.ndim == 1 and dim is None:
            dim = check_whole("the length of a bound", len(end), 1)
        if end.ndim == 1 and len(end) != dim:
            raise UsageError(
                f"bounds: the {side} bound has length {len(end)}, expected {dim} (bounds are (lower, upper), or a pair "
                "per variable)"
            )
    if dim is None:
        raise UsageError("dim is missing; it is needed where both bounds are single numbers")
    low, high = (np.broadcast_to(end, (dim,)).copy() for end in ends.values() if end is not None)
    with np.errstate(over="ignore", invalid="ignore"):
        wrong = np.flatnonzero(~(np.isfinite(high - low) & (low < high)))
    if len(wrong):
        j = int(wrong[0])
        raise UsageError(
            f"bounds of variable {j} are {low[j]:g} to {high[j]:g}, expected finite numbers, the lower below the "
            "upper, and a finite distance"
        )
    return read_only(low), read_only(high)
