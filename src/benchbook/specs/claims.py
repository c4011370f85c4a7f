"""Claims: sentences with a measured value, a threshold and a verdict."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence

from benchbook.errors import UsageError
from benchbook.records import Claim, Verdict

_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_LARGE = 1e6  # larger numbers are written with an exponent
_SIGNS = {"<=": "≤", ">=": "≥", "==": "=", "<": "<", ">": ">"}


def verdict_of(
    measured: float | int | bool | None,
    relation: str,
    threshold: float | int | bool,
    upper: float | int | None = None,
) -> Verdict:
    """Compare a measured value with one or two thresholds; a missing value gives the verdict undecided.

    Raises:
        UsageError: The relation is unknown.

    Examples:
        >>> verdict_of(3, "<=", 5).value, verdict_of(None, "<=", 5).value
        ('held', 'undecided')
    """
    if relation not in _RELATIONS:
        raise UsageError(f"relation is {relation!r}, expected one of {', '.join(_RELATIONS)}")
    if measured is None or not math.isfinite(measured):
        return Verdict.UNDECIDED
    holds = _RELATIONS[relation](measured, threshold) and (upper is None or measured <= upper)
    return Verdict.HELD if holds else Verdict.FAILED


def smallest_noticed(
    measured: float | int | bool | None,
    relation: str,
    threshold: float | int | bool,
    upper: float | int | None = None,
) -> float | None:
    """Return by how much a measured value would have to change for a claim to fail; None if it does not hold anyway.

    Examples:
        >>> smallest_noticed(0.9, ">=", 0.75), smallest_noticed(2.0, ">=", 0.5, 2.5), smallest_noticed(3, "<=", 2)
        (0.15000000000000002, 0.5, None)
    """
    if measured is None or verdict_of(measured, relation, threshold, upper) is not Verdict.HELD:
        return None
    bounds = [threshold] if upper is None else [threshold, upper]
    return min(abs(float(measured) - float(bound)) for bound in bounds)


def number(value: float | int | bool | None, digits: int = 3) -> str:
    """Return a number in a readable form.

    Examples:
        >>> number(0.98765), number(None), number(12), number(True)
        ('0.988', 'not measured', '12', 'yes')
        >>> number(1e-8), number(388.1, 2)
        ('1e-8', '390')
    """
    if value is None:
        return "not measured"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    text = f"{value:.{digits}g}"
    if "e+" in text and abs(value) < _LARGE:
        return f"{float(text):,.0f}"
    return re.sub(r"e([+-])0", r"e\1", text)


def requirement(claim: Claim) -> str:
    """Return relation, threshold and unit of a claim.

    Examples:
        >>> held = Verdict.HELD
        >>> claim = Claim(id="a", text="A.", measured=1, relation=">=", threshold=0.5, unit="of runs", verdict=held)
        >>> requirement(claim)
        '≥ 0.5 of runs'
    """
    if claim.upper is not None:
        return f"{number(claim.threshold)} to {number(claim.upper)} {claim.unit}".rstrip()
    return f"{_SIGNS[claim.relation]} {number(claim.threshold)} {claim.unit}".rstrip()


def verdict_lines(claims: Sequence[Claim]) -> str:
    """Return one line per claim: verdict, sentence, requirement, without the measured value, which may vary."""
    return "\n".join(f"{claim.verdict.value:<9} {claim.text}  [{requirement(claim)}]" for claim in claims)
