"""Functions of the literature with constraints in one dimension each: those of CEC 2006, and engineering designs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchbook.digests import module_digest, text_digest
from benchbook.errors import unknown_name
from benchbook.problems.classics import cec2006, definition, designs, engineering, g01_g12, g13_g24, rows
from benchbook.problems.classics.definition import TOLERANCE, Definition, Values
from benchbook.problems.classics.rows import Rows, as_rows
from benchbook.problems.info import ProblemInfo, check_dim, check_instance, check_points, continuous, read_only
from benchbook.typing import FloatArray
from benchbook.variables import checked_points, rounded

_ANSWERS = Path(__file__).parents[2] / "data" / "suites" / "classics.json"
_DEFINITIONS = {item.name: item for item in (*cec2006.CEC2006, *designs.DESIGNS)}


@cache
def _answers() -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = json.loads(_ANSWERS.read_text(encoding="utf-8"))
    return answers


def _info(item: Definition) -> ProblemInfo:
    dim = len(item.lower)
    known = "the best value known" if item.solved else "no feasible point is known"
    ends = ", ".join(f"{low:g} to {high:g}" for low, high in zip(item.lower, item.upper, strict=True))
    if item.variables is not None:
        ends = "; ".join(map(str, item.variables))
    elif len(set(zip(item.lower, item.upper, strict=True))) == 1:
        ends = ""
    elif dim > 9:
        ends = f"{min(item.lower):g} to {max(item.upper):g}, narrower for some of the {dim} variables"
    inequalities, equalities = item.counts
    parts = [f"{inequalities} constraint{'s' * (inequalities > 1)} g_i(x) <= 0"] if inequalities else []
    parts += [f"{equalities} equalit{'ies' if equalities > 1 else 'y'} h_j(x) = 0"] if equalities else []
    return ProblemInfo(
        name=item.name,
        family=item.family,
        title=item.title,
        formula=f"{item.formula}, with {' and '.join(parts)}",
        lower=min(item.lower),
        upper=max(item.upper),
        optimum=known,
        separable=False,
        multimodal=item.multimodal,
        conditioning=None,
        source=item.source,
        min_dim=dim,
        dims=(dim,),
        first_instance=1,  # none has its optimum at the centre of the box, as instances 0 may
        last_instance=1,
        bounds=ends or None,
    )


CONSTRAINED = {name: _info(item) for name, item in _DEFINITIONS.items()}


class ConstrainedClassic:
    """A function with constraints in its one dimension.

    An equality `h(x) = 0` is the constraint `|h(x)| - 1e-4 <= 0`, as in CEC 2006.

    Attributes:
        constraints: Number of constraints; inequalities come first.
        variables: Names and kinds of the variables, for the designs.
        x_opt: The best point known, feasible with the tolerance; None if no feasible point is known.
        f_opt: Its value.

    Raises:
        UnknownNameError: There is no such function.
        UsageError: `dim` is not its number of variables, or `instance` is not 1.

    Examples:
        >>> crescent = ConstrainedClassic("cec2006_g06", 2)
        >>> crescent(np.array([[14.5, 1.0]])), crescent.constraint(np.array([[14.5, 1.0]])).shape
        (array([-6767.875]), (1, 2))
    """

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in CONSTRAINED:
            raise unknown_name("function with constraints", name, CONSTRAINED)
        info, item = CONSTRAINED[name], _DEFINITIONS[name]
        self.name = name
        self.dim = check_dim(info, dim)
        self.instance = check_instance(info, instance)
        self.lower = read_only(np.array(item.lower))
        self.upper = read_only(np.array(item.upper))
        self.constraints = sum(item.counts)
        self.integer = continuous(self.dim)
        self._whole = None
        if item.variables is not None:
            self.variables = item.variables
            self._whole = np.array([variable.whole for variable in item.variables])
            self.integer = np.array([variable.kind == "integer" for variable in item.variables])
            self.integer.flags.writeable = False
        self.x_opt: FloatArray | None = None
        self.f_opt: float | None = None
        if item.solved:
            answer = _answers()[name]
            self.x_opt = read_only(np.array(answer["x_opt"]))
            self.f_opt = answer["f_opt"]
        self._item = item

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        with np.errstate(all="ignore"):
            return np.array(self._item.objective(self._rows(x)), dtype=np.float64)

    def constraint(self, x: FloatArray, /) -> FloatArray:
        """Evaluate the constraints at points of shape `(n, dim)`; return values of shape `(n, constraints)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        found = self._rows(x)
        with np.errstate(all="ignore"):
            above = list(_values(self._item.inequalities, found))
            above += [np.abs(row) - TOLERANCE for row in _values(self._item.equalities, found)]
        return np.column_stack(above)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        modules = (cec2006, definition, designs, engineering, g01_g12, g13_g24, rows)
        return text_digest(module_digest([__name__, *(item.__name__ for item in modules)]), repr(self.f_opt))

    def _rows(self, x: FloatArray) -> Rows:
        points = check_points(x, self.dim)
        if self._whole is not None:
            points = checked_points(rounded(points, self._whole), self.variables)
        return as_rows(points)

    def __reduce__(self) -> tuple[type[ConstrainedClassic], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"ConstrainedClassic({self.name!r}, dim={self.dim}, instance={self.instance})"


def _values(function: Values | None, found: Rows) -> Sequence[FloatArray]:
    return () if function is None else function(found)
