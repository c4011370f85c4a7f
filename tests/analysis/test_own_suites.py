"""Your own functions with constraints or two objectives are never pooled with functions that have one objective."""

from __future__ import annotations

import numpy as np

import benchbook as bb
from benchbook.analysis.measures.targets import CONSTRAINED_TARGETS
from benchbook.analysis.suites import suites_of, targets_of
from benchbook.typing import FloatArray


@bb.function(bounds=(-5, 5), dims=[2])
def valley(x: FloatArray) -> float:
    """Return one objective."""
    return float((x**2).sum())


@bb.function(bounds=(-5, 5), dims=[2], constraints=lambda x: 1.0 - x[0])
def fenced(x: FloatArray) -> float:
    """Return one objective of a function with a constraint."""
    return float((x**2).sum())


@bb.function(bounds=(-5, 5), dims=[2], objectives=2, ideal=[0.0, 0.0], nadir=[50.0, 50.0])
def torn(x: FloatArray) -> list[float]:
    """Return two objectives."""
    return [float((x**2).sum()), float(((x - 1.0) ** 2).sum())]


def test_own_functions_have_the_suite_of_their_kind() -> None:
    """The suite follows from the problem, not the name; a function of a module that is not imported stays unknown."""
    names = [f"{__name__}:{name}" for name in ("valley", "fenced", "torn")]
    assert suites_of(["sphere", *names, "not_imported:fenced"]) == [
        "one objective",
        "own functions with constraints",
        "own functions with two objectives",
    ]
    assert np.array_equal(targets_of([names[1]]), CONSTRAINED_TARGETS)
