"""Constraints, a second objective and typed variables of a user's own callable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from benchbook.digests import text_digest
from benchbook.errors import UsageError
from benchbook.problems.callables.calls import Calls, Together, by_name, numbers
from benchbook.problems.callables.digests import digest_code
from benchbook.problems.info import read_only
from benchbook.typing import FloatArray
from benchbook.variables import Variable
from benchbook.whole_numbers import check_whole


class Several(TypedDict, total=False):
    """Arguments for constraints, for two objectives and for variables.

    Attributes:
        constraints: One or several callables with the argument of the objective; a point is feasible if all numbers
            that they return are at most 0.
        n_constraints: How many numbers a single callable returns per point; 1 by default.
        objectives: 1 or 2; with 2, the objective returns two numbers per point.
        ideal: For two objectives: the best value of each, known or estimated.
        nadir: For two objectives: the reference point of the hypervolume, above `ideal` in both.
        variables: Names and kinds of the variables, instead of bounds: `bb.real`, `bb.integer`, `bb.categorical`. The
            callables then take a mapping of names to values; where vectorized, points as arrays, with whole numbers
            for integers and for the places of choices.
    """

    constraints: Callable[[FloatArray], Any] | Sequence[Callable[[FloatArray], Any]] | None
    n_constraints: int | None
    objectives: int
    ideal: Sequence[float] | FloatArray | None
    nadir: Sequence[float] | FloatArray | None
    variables: Sequence[Variable] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeveralValues:
    """Checked constraints and objectives.

    Attributes:
        functions: The constraints.
        constraints: How many numbers they return per point.
        calls: Evaluates them; None if there are none.
        ideal, nadir: Points of two objectives, shape `(2,)`; None for one objective.
    """

    functions: tuple[Callable[[FloatArray], Any], ...]
    constraints: int
    calls: Calls | None
    ideal: FloatArray | None
    nadir: FloatArray | None

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the constraints' code and of the two points."""
        points = [None if item is None else item.tolist() for item in (self.ideal, self.nadir)]
        return text_digest(*(digest_code(item) for item in self.functions), repr((self.constraints, points)))


def check_several(
    given: Several, *, vectorized: bool, on_error: str, name: str, variables: tuple[Variable, ...] = ()
) -> SeveralValues | None:
    """Check the arguments; None: there are neither constraints nor a second objective.

    Raises:
        UsageError: One of them is wrong, or does not fit the others.
    """
    unknown = [key for key in given if key not in Several.__annotations__]
    if unknown:
        raise UsageError(f"there is no argument {unknown[0]!r}")
    objectives = check_whole("objectives", given.get("objectives", 1), 1, most=2)
    ideal, nadir = _points(given, objectives)
    functions = _functions(given.get("constraints"))
    if not functions and given.get("n_constraints") is not None:
        raise UsageError("n_constraints is given, but no constraints")
    if functions and objectives > 1:
        raise UsageError("constraints are given with two objectives, expected either: no indicator judges both")
    if not functions and nadir is None:
        return None
    count, call = _constraints(given, functions, vectorized=vectorized)
    calls = None
    if call is not None:
        taken = by_name(call, variables, vectorized=vectorized)
        calls = Calls(taken, width=count, vectorized=vectorized, on_error=on_error, what="constraints", name=name)
    return SeveralValues(functions=functions, constraints=count, calls=calls, ideal=ideal, nadir=nadir)


def _constraints(
    given: Several, functions: tuple[Callable[..., Any], ...], *, vectorized: bool
) -> tuple[int, Callable[..., Any] | None]:
    if not functions:
        return 0, None
    if len(functions) == 1:
        number = given.get("n_constraints")
        return 1 if number is None else check_whole("n_constraints", number, 1), functions[0]
    if given.get("n_constraints") not in (None, len(functions)):
        raise UsageError(f"n_constraints is {given['n_constraints']}, but there are {len(functions)} constraints")
    return len(functions), Together(functions, vectorized=vectorized)


def _functions(given: object) -> tuple[Callable[[FloatArray], Any], ...]:
    items: tuple[Any, ...] = () if given is None else tuple(given) if isinstance(given, list | tuple) else (given,)
    for item in items:
        if not callable(item):
            raise UsageError(f"constraints has {item!r}, expected something that can be called")
    return items


def _points(given: Several, objectives: int) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the ideal and the nadir point of two objectives."""
    points: Mapping[str, Any] = {"ideal": given.get("ideal"), "nadir": given.get("nadir")}
    if objectives == 1:
        for key, value in points.items():
            if value is not None:
                raise UsageError(f"{key} is given, which is for two objectives; give objectives=2")
        return None, None
    found = []
    for key, value in points.items():
        if value is None:
            raise UsageError(f"{key} is missing: two objectives need an ideal and a nadir point, known or estimated")
        array = numbers(value)
        if array is None or array.shape != (2,) or not np.isfinite(array).all():
            raise UsageError(f"{key} is {value!r}, expected two finite numbers")
        found.append(read_only(array))
    ideal, nadir = found
    if not (ideal < nadir).all():
        raise UsageError(f"ideal is {ideal.tolist()}, expected both numbers below nadir, {nadir.tolist()}")
    return ideal, nadir
