"""What is known about a function before it becomes a problem, and the checks that depend on it."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchbook.errors import ShapeError, UsageError
from benchbook.typing import FloatArray

BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemInfo:
    """Description of a function.

    Attributes:
        name: Name of the function, as in `problem(name, ...)`.
        family: The group it belongs to, such as `textbook` or `bbob`.
        title: Name for people.
        formula: Formula in text, for instance 0 or up to the instance's transformations.
        lower: Lower bound of every variable.
        upper: Upper bound of every variable.
        optimum: Position and value of the optimum, as text.
        separable: Whether the variables can be minimised one after another (in instance 0, where instances rotate).
        multimodal: Whether there are local optima besides the global one.
        conditioning: Condition number that the definition states; None if it states none.
        source: Where the definition comes from.
        first_instance: Least instance number, and the default.
        min_dim: Least dimension.
        dims: The only dimensions there are; None if all from `min_dim` are defined.
        last_instance: Greatest instance number; None if there is none.
        group: Name of the group within its family, such as BBOB's five; None if there is none.
        bounds: The bounds in text where the variables differ or have a unit; `lower` and `upper` are then the least and
            greatest.
    """

    name: str
    family: str
    title: str
    formula: str
    lower: float
    upper: float
    optimum: str
    separable: bool
    multimodal: bool
    conditioning: float | None
    source: str
    first_instance: int = 0
    min_dim: int = 1
    dims: tuple[int, ...] | None = None
    last_instance: int | None = None
    group: str | None = None
    bounds: str | None = None


MOST_VARIABLES = 10_000_000  # a point then takes 80 MB; a typing error should not end in a lack of memory


def check_dim(info: ProblemInfo, dim: int) -> int:
    """Return `dim` as a plain int.

    Raises:
        UsageError: It is not a whole number, too large for one, or the function is not defined for it.
    """
    if info.dims is None:
        value = check_whole("dim", dim, max(info.min_dim, 1), f"for {info.name}")
        if value > MOST_VARIABLES:
            raise UsageError(f"dim is {value}, expected at most {MOST_VARIABLES:,} for {info.name}")
        return value
    value = check_whole("dim", dim, 1, f"for {info.name}")
    if value not in info.dims:
        raise UsageError(f"dim is {value}, expected one of {', '.join(map(str, info.dims))} for {info.name}")
    return value


def check_instance(info: ProblemInfo, instance: int | None) -> int:
    """Return `instance` as a plain int; None stands for the function's first instance.

    Raises:
        UsageError: It is not a whole number, or not between the function's first and last instance.
    """
    if instance is None:
        return info.first_instance
    context = f"for {info.name}"
    if info.first_instance:
        context = f"(instances of {info.family} start at {info.first_instance})"
    value = check_whole("instance", instance, info.first_instance, context)
    if info.last_instance is not None and value > info.last_instance:
        raise UsageError(f"instance is {value}, expected at most {info.last_instance} for {info.name}")
    return value


def check_whole(argument: str, value: int, least: int, context: str = "") -> int:
    """Return `value` as a plain int.

    Raises:
        UsageError: It is not a whole number >= `least`.
    """
    message = f"{argument} is {value!r}, expected a whole number >= {least} {context}".rstrip()
    try:
        whole = operator.index(value)
    except TypeError as error:
        raise UsageError(message) from error
    if isinstance(value, bool | np.bool_) or whole < least:  # the older NumPys take True for 1
        raise UsageError(message)
    return whole


def check_points(x: FloatArray, dim: int) -> FloatArray:
    """Return the points as a C-contiguous and aligned float array of shape `(n, dim)`.

    Raises:
        ShapeError: `x` has another shape, or does not hold real numbers.
    """
    try:
        points = np.asarray(x)
    except ValueError as error:
        raise ShapeError(f"x is not an array of points: {error}; expected shape (n, {dim})") from error
    if points.ndim != 2 or points.shape[1] != dim:
        hint = "; pass x[None, :] for a single point" if points.ndim == 1 else ""
        raise ShapeError(f"x has shape {points.shape}, expected (n, {dim}){hint}")
    if points.dtype.kind not in "fiub":
        raise ShapeError(f"x has dtype {points.dtype}, expected real numbers of shape (n, {dim})")
    return np.require(points, np.float64, ["C", "A"])


def continuous(dim: int) -> BoolArray:
    """Return the attribute `integer` of a problem without integer variables: `dim` times False, read-only."""
    values = np.zeros(dim, dtype=np.bool_)
    values.flags.writeable = False
    return values


def read_only(values: FloatArray) -> FloatArray:
    """Make an array that several callers share unwritable, and return it."""
    values.flags.writeable = False
    return values
