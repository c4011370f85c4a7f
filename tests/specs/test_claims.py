"""Claims and their wording."""

from __future__ import annotations

import math

import pytest

from benchbook.errors import UsageError
from benchbook.records import Claim, Verdict
from benchbook.specs.claim_list import ClaimList
from benchbook.specs.claims import number, requirement, verdict_lines, verdict_of


def made(measured: float, relation: str = "<=", threshold: float = 1, text: str = "It is small.", **more: str) -> Claim:
    """Return a claim."""
    return Claim(
        id="id",
        text=text,
        measured=measured,
        relation=relation,
        threshold=threshold,
        unit=more.get("unit", ""),
        verdict=verdict_of(measured, relation, threshold),
        detail="",
    )


@pytest.mark.parametrize(
    ("measured", "relation", "threshold", "verdict"),
    [
        (1, "<=", 1, Verdict.HELD),
        (2, "<=", 1, Verdict.FAILED),
        (1, "<", 1, Verdict.FAILED),
        (1, ">=", 1, Verdict.HELD),
        (1, ">", 1, Verdict.FAILED),
        (0, "==", 0, Verdict.HELD),
        (True, "==", True, Verdict.HELD),
    ],
)
def test_a_measured_value_is_compared_with_its_threshold(
    measured: float, relation: str, threshold: float, verdict: Verdict
) -> None:
    """Each relation has its meaning, also at equality."""
    assert verdict_of(measured, relation, threshold) is verdict


@pytest.mark.parametrize("measured", [None, math.nan, math.inf])
def test_what_cannot_be_measured_is_undecided(measured: float | None) -> None:
    """A missing or non-finite measurement does not pass."""
    assert verdict_of(measured, "<=", 1) is Verdict.UNDECIDED


def test_an_unknown_relation_is_refused_with_the_known_ones() -> None:
    """The message lists the known relations."""
    with pytest.raises(UsageError, match=r"relation is '~', expected one of <=, >="):
        verdict_of(1, "~", 1)


def test_a_claim_needs_a_sentence() -> None:
    """A claim without words is refused."""
    with pytest.raises(UsageError, match="needs an id and a sentence"):
        ClaimList().add(made(1, text=""))


def test_verdict_lines_hold_no_measured_value() -> None:
    """Lines that nbval compares must not change with the last bits of a result."""
    a = made(0.123, unit="orders of magnitude")
    b = made(0.124, unit="orders of magnitude")
    assert verdict_lines([a]) == verdict_lines([b]) == "held      It is small.  [≤ 1 orders of magnitude]"


def test_numbers_are_written_as_people_write_them() -> None:
    """Numbers have three digits, and truth values and missing values are words."""
    assert [number(v) for v in (1234.5, 1e-9, 12, False, None)] == ["1,230", "1e-9", "12", "no", "not measured"]
    assert requirement(made(1, "==", 0)) == "= 0"
