"""What a problem of one dimension with constraints consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchbook.problems.classics.rows import Rows
from benchbook.typing import FloatArray
from benchbook.variables import Variable

Objective: TypeAlias = Callable[[Rows], FloatArray]
Values: TypeAlias = Callable[[Rows], Sequence[FloatArray]]  # of several constraints

TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function with its constraints, bounds and answer.

    Attributes:
        name: Name in the catalog.
        family: Group in the catalog.
        title: Name for people.
        formula: The objective in text.
        lower, upper: Bounds, one number for each variable.
        objective: Of the variables, one array each, to values `(n,)`.
        inequalities: A point is feasible where none is above 0.
        equalities: A point is feasible where none differs from 0 by more than `TOLERANCE`.
        counts: How many inequalities and equalities there are.
        solved: Whether a feasible point is known; the best one stands in `data/suites/classics.json`.
        variables: Names and kinds; None where all are real.
        multimodal: Whether there are local optima besides the global one.
        source: Where the definition comes from.
    """

    name: str
    family: str
    title: str
    formula: str
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    objective: Objective
    inequalities: Values | None = None
    equalities: Values | None = None
    counts: tuple[int, int]
    solved: bool = True
    variables: tuple[Variable, ...] | None = None
    multimodal: bool = True
    source: str
