"""Variables of a problem that are not all real numbers: integers, and choices from a list.

Points remain arrays of numbers, shape `(n, dim)`: an integer is a whole number, and a categorical variable is the index
of its choice in the list, from 0. Before a problem evaluates a point, it rounds such numbers to the nearest whole
number, halves upwards, as COCO does for bbob-mixint. So every point between the bounds has a value, also for optimizers
of real variables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from benchbook.errors import ShapeError, UsageError
from benchbook.typing import FloatArray

Kind: TypeAlias = Literal["real", "integer", "categorical"]
Choice: TypeAlias = str | int | float | bool
MOST_WHOLE = 2.0**53  # beyond this, not every whole number is a float


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a problem.

    Attributes:
        name: Its name, unique in the problem.
        kind: `real`, `integer` or `categorical`.
        lower: Lower bound; a whole number for integers, 0 for a categorical variable.
        upper: Upper bound; a whole number for integers, the number of choices minus 1 for a categorical variable.
        choices: The choices of a categorical variable; empty for the others.

    Raises:
        UsageError: Name, kind, bounds or choices do not fit.

    Examples:
        >>> colour = categorical("colour", ["red", "green"])
        >>> colour.upper, colour.decode(1.0), colour.encode("red")
        (1.0, 'green', 0.0)
    """

    name: str
    kind: Kind
    lower: float
    upper: float
    choices: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        """Check the fields against each other."""
        if not isinstance(self.name, str) or not self.name:  # type: ignore[redundant-expr]  # callers may be untyped
            raise UsageError(f"the name of a variable is {self.name!r}, expected a text that is not empty")
        if self.kind not in get_args(Kind):
            raise UsageError(f"the kind of variable {self.name!r} is {self.kind!r}, expected one of {_kinds()}")
        object.__setattr__(self, "choices", self._checked_choices())
        lower, upper = (self._checked_bound(item) for item in (self.lower, self.upper))
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)
        if not (lower < upper and math.isfinite(upper - lower)):
            raise UsageError(
                f"bounds of variable {self.name!r} are {lower:g} to {upper:g}, expected finite numbers, the lower "
                "below the upper, and a finite distance"
            )
        if self.kind == "categorical" and (lower, upper) != (0.0, len(self.choices) - 1.0):
            raise UsageError(
                f"bounds of variable {self.name!r} are {lower:g} to {upper:g}, expected 0 to {len(self.choices) - 1}, "
                f"the places of its {len(self.choices)} choices"
            )

    def __str__(self) -> str:
        """Return name and values for a table."""
        if self.kind == "categorical":
            return f"{self.name}: {self._listed()}"
        return f"{self.name}: {'whole numbers ' * self.whole}{self.lower:g} to {self.upper:g}"

    @property
    def whole(self) -> bool:
        """Whether it is an integer or categorical, so that its numbers are whole."""
        return self.kind != "real"

    def decode(self, number: float) -> Choice:
        """Return the value for a number in a point: a float, an int, or a choice.

        Raises:
            ShapeError: It is not a number for an integer, or no place in the list of choices.
        """
        if self.kind == "real":
            return float(number)
        if not math.isfinite(number):
            raise ShapeError(f"variable {self.name!r} is {number}, expected a finite number")
        place = math.floor(number + 0.5)
        if self.kind == "integer":
            return place
        if not 0 <= place < len(self.choices):
            raise ShapeError(
                f"variable {self.name!r} is {number:g}, expected 0 to {len(self.choices) - 1}, the place of one of "
                f"its choices: {self._listed()}"
            )
        return self.choices[place]

    def encode(self, value: Choice) -> float:
        """Return the number for a value in a point.

        Raises:
            UsageError: It is not one of the choices, no whole number for an integer, or outside the bounds.
        """
        if self.kind == "categorical":
            places = [k for k, item in enumerate(self.choices) if _same(item, value)]
            if not places:
                raise UsageError(f"variable {self.name!r} is {value!r}, expected one of its choices: {self._listed()}")
            return float(places[0])
        number = _number(value)
        wanted = "a whole number" if self.whole else "a number"
        fits = number is not None and self.lower <= number <= self.upper and not (self.whole and number % 1.0)
        if number is None or not fits:
            raise UsageError(
                f"variable {self.name!r} is {value!r}, expected {wanted} from {self.lower:g} to {self.upper:g}"
            )
        return number

    def _checked_choices(self) -> tuple[Choice, ...]:
        choices: Any = self.choices
        if isinstance(choices, str) or not isinstance(choices, Iterable):
            raise UsageError(f"choices of variable {self.name!r} are {choices!r}, expected a list of them")
        items = tuple(choices)
        if self.kind != "categorical":
            if items:
                raise UsageError(f"choices of variable {self.name!r} are given, but its kind is {self.kind}")
            return items
        for k, item in enumerate(items):
            if not isinstance(item, str | int | float) or item != item:  # NaN equals no choice
                raise UsageError(f"choices of variable {self.name!r} have {item!r}, expected texts or numbers")
            if any(_same(item, other) for other in items[:k]):
                raise UsageError(f"choices of variable {self.name!r} have {item!r} twice")
        if len(items) < 2:
            raise UsageError(f"choices of variable {self.name!r} are {list(items)!r}, expected at least two")
        return items

    def _checked_bound(self, bound: Any) -> float:
        number = _number(bound)
        if number is None or not math.isfinite(number):
            raise UsageError(f"a bound of variable {self.name!r} is {bound!r}, expected a finite number")
        if self.whole and (number % 1.0 or abs(number) > MOST_WHOLE):
            raise UsageError(f"a bound of the integer variable {self.name!r} is {bound!r}, expected a whole number")
        return number

    def _listed(self) -> str:
        shown = ", ".join(str(item) for item in self.choices[:20])
        return shown if len(self.choices) <= 20 else f"{shown}, ... ({len(self.choices)} in all)"


def real(name: str, low: float, high: float) -> Variable:
    """Return a real variable between two bounds.

    Examples:
        >>> real("thickness", 0.1, 2.0).kind
        'real'
    """
    return Variable(name, "real", low, high)


def integer(name: str, low: int, high: int) -> Variable:
    """Return an integer variable, with both bounds included.

    Raises:
        UsageError: A bound is not a whole number, or the lower one is not below the upper.

    Examples:
        >>> integer("teeth", 12, 60).decode(12.5)
        13
    """
    return Variable(name, "integer", low, high)


def categorical(name: str, choices: Sequence[Choice]) -> Variable:
    """Return a variable that is one of several choices, which have no order.

    Args:
        name: Name of the variable.
        choices: Texts or numbers, at least two, each once.

    Examples:
        >>> categorical("material", ["steel", "brass", "copper"]).decode(2)
        'copper'
    """
    items: Any = choices
    count = len(items) if hasattr(items, "__len__") else 2
    return Variable(name, "categorical", 0, max(count - 1, 1), items)


def check_variables(variables: Any) -> tuple[Variable, ...]:
    """Return the variables of a problem as a tuple.

    Raises:
        UsageError: They are none, something else, or two have the same name.

    Examples:
        >>> [item.name for item in check_variables([real("a", 0, 1), integer("b", 0, 1)])]
        ['a', 'b']
    """
    items = (variables,) if isinstance(variables, Variable) else variables
    if isinstance(items, str | Mapping) or not isinstance(items, Iterable):
        raise UsageError(f"variables is {variables!r}, expected a list of bb.real, bb.integer and bb.categorical")
    found: tuple[Any, ...] = tuple(items)
    if not found:
        raise UsageError("variables is empty, expected at least one")
    names: set[str] = set()
    for item in found:
        if not isinstance(item, Variable):
            raise UsageError(f"variables has {item!r}, expected bb.real, bb.integer or bb.categorical")
        if item.name in names:
            raise UsageError(f"variables has two with the name {item.name!r}, expected a name of its own for each")
        names.add(item.name)
    return found


def variables_of(problem: object) -> tuple[Variable, ...]:
    """Return the variables of a problem, one for each number of a point.

    Where it says nothing of them they are called `x0`, `x1`, ... and are real, or integers where its attribute
    `integer` says so.

    Examples:
        >>> import benchbook as bb
        >>> [item.kind for item in variables_of(bb.problem("sphere", dim=2))]
        ['real', 'real']
    """
    told: tuple[Variable, ...] | None = getattr(problem, "variables", None)
    if told is not None:
        return told
    box: Any = problem
    ends = zip(np.asarray(box.lower).tolist(), np.asarray(box.upper).tolist(), strict=True)
    whole = getattr(problem, "integer", None)
    return tuple(
        Variable(f"x{k}", "integer" if whole is not None and whole[k] else "real", low, high)
        for k, (low, high) in enumerate(ends)
    )


def typed_variables(problem: object) -> tuple[Variable, ...]:
    """Return the variables of a problem where some are not real; else none.

    Examples:
        >>> import benchbook as bb
        >>> typed_variables(bb.problem("sphere", dim=2))
        ()
    """
    told: tuple[Variable, ...] | None = getattr(problem, "variables", None)
    if told is None:
        whole = getattr(problem, "integer", None)
        # Asked for each of many runs: that no byte is 1 is the fastest way to see that no variable is an integer.
        if whole is None or b"\1" not in whole.tobytes():
            return ()
        return variables_of(problem)
    return told if any(item.whole for item in told) else ()


def decoded(variables: object, point: FloatArray) -> dict[str, Choice]:
    """Return what the numbers of a point mean, by the names of the variables.

    Args:
        variables: The variables, or a problem or `bb.function`, which has some.
        point: One point, shape `(dim,)`.

    Raises:
        ShapeError: The point has another shape, or holds no choice of a categorical variable.

    Examples:
        >>> decoded([integer("teeth", 12, 60), categorical("material", ["steel", "brass"])], [16.7, 0.2])
        {'teeth': 17, 'material': 'steel'}
    """
    items = check_variables(variables) if isinstance(variables, list | tuple) else variables_of(variables)
    numbers = np.asarray(point, dtype=np.float64)
    if numbers.shape != (len(items),):
        raise ShapeError(f"the point has shape {numbers.shape}, expected ({len(items)},)")
    return {item.name: item.decode(number) for item, number in zip(items, numbers.tolist(), strict=True)}


def encoded(variables: object, values: Mapping[str, Choice]) -> FloatArray:
    """Return the point, shape `(dim,)`, that stands for values given by the names of the variables.

    Raises:
        UsageError: A variable is missing or unknown, or a value is not one that it can have.

    Examples:
        >>> encoded(
        ...     [integer("teeth", 12, 60), categorical("material", ["steel", "brass"])],
        ...     {"material": "brass", "teeth": 17},
        ... )
        array([17.,  1.])
    """
    items = check_variables(variables) if isinstance(variables, list | tuple) else variables_of(variables)
    names = [item.name for item in items]
    for name in [*(key for key in values if key not in names), *(key for key in names if key not in values)]:
        raise UsageError(
            f"variable {name!r} is {'missing' if name in names else 'unknown'}, expected values of {', '.join(names)}"
        )
    return np.array([item.encode(values[item.name]) for item in items], dtype=np.float64)


def rounded(x: FloatArray, whole: NDArray[np.bool_]) -> FloatArray:
    """Return points `(n, dim)` with the numbers of some variables rounded to the nearest whole one, halves upwards.

    Args:
        x: The points.
        whole: Which variables, shape `(dim,)` of bool.

    Examples:
        >>> rounded(np.array([[1.4, 2.5]]), np.array([False, True]))
        array([[1.4, 3. ]])
    """
    points: FloatArray = np.where(whole, np.floor(x + 0.5), x)
    return points


def checked_points(x: FloatArray, variables: tuple[Variable, ...]) -> FloatArray:
    """Return points `(n, dim)` whose numbers all mean something.

    Raises:
        ShapeError: One is no choice of a categorical variable, or no finite number for an integer.

    Examples:
        >>> checked_points(np.array([[1.0]]), (categorical("metal", ["steel", "brass"]),))
        array([[1.]])
    """
    for column, item in zip(x.T, variables, strict=True):
        if item.whole:
            beyond = ~np.isfinite(column)
            if item.kind == "categorical":
                beyond |= (column < item.lower) | (column > item.upper)
            if beyond.any():
                item.decode(column[beyond].item(0))
    return x


def _number(value: Any) -> float | None:
    if isinstance(value, bool | np.bool_ | str | bytes | complex) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _same(one: Choice, other: object) -> bool:
    """Return whether two are the same choice: True is not 1, but 1 is 1.0."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _kinds() -> str:
    return ", ".join(get_args(Kind))
