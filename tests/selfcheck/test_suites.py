"""Suites with constraints or two objectives are certified with coco-experiment's logger, and faults are noticed."""

import json

import numpy as np
import pytest

from benchbook.cli.main import main
from benchbook.errors import UsageError
from benchbook.problems.suites.biobj import BiobjProblem
from benchbook.runs.quality import FeasibleValue, Hypervolume
from benchbook.selfcheck import suites
from benchbook.selfcheck.suites import certify_suite
from benchbook.typing import FloatArray

pytest.importorskip("cocoex")


@pytest.mark.parametrize(("suite", "number"), [("bbob_biobj", 42), ("bbob_constrained", 17)])
def test_recorded_values_are_those_that_the_logger_writes(suite: str, number: int) -> None:
    """Values agree within 1e-9 in several dimensions and instances."""
    (found,) = certify_suite(suite, [number], dims=[2, 10], instances=[1, 15])
    assert found.passed
    assert (found.problems, found.function) == (4, f"{suite}_f{number}")
    assert found.logged > 40


def test_a_slightly_wrong_indicator_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A nadir point that is off by a millionth is noticed."""

    class Wrong(Hypervolume):
        def __init__(self, ideal: FloatArray, nadir: FloatArray, *, attained: bool = False) -> None:
            super().__init__(ideal, nadir * (1 + 1e-6), attained=attained)

    monkeypatch.setattr(suites, "Hypervolume", Wrong)
    (found,) = certify_suite("bbob_biobj", [1], dims=[2], instances=[1])
    assert not found.passed
    assert found.worst_indicator > 1e-8


def test_a_slightly_wrong_objective_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The values of both objectives are compared, not only the indicator."""
    right = BiobjProblem.__call__
    monkeypatch.setattr(BiobjProblem, "__call__", lambda self, x: right(self, x) * (1 + 1e-8))
    (found,) = certify_suite("bbob_biobj", [1], dims=[2], instances=[1])
    assert found.worst_value > 1e-9
    assert not found.passed


def test_ignored_violations_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An infeasible point has another value than that of the objective."""

    class Wrong(FeasibleValue):
        def __call__(self, fx: FloatArray, gx: FloatArray | None, /) -> FloatArray:
            return super().__call__(fx, None if gx is None else np.zeros_like(gx))

    monkeypatch.setattr(suites, "FeasibleValue", Wrong)
    (found,) = certify_suite("bbob_constrained", [1], dims=[2], instances=[1])
    assert not found.passed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bbob", [1]), "suite is 'bbob'"),
        (("bbob_biobj", [93]), "from 1 to 92"),
        (("bbob_constrained", [55]), "1 to 54"),
    ],
)
def test_what_the_suite_does_not_have_is_refused(arguments: tuple[str, list[int]], message: str) -> None:
    """The message lists what the suite has."""
    with pytest.raises(UsageError, match=message):
        next(certify_suite(*arguments))


def test_the_command_certifies_a_suite(capsys: pytest.CaptureFixture[str]) -> None:
    """The command `benchbook problems certify --suite` prints one row per function."""
    code = main(["problems", "certify", "--suite", "bbob_biobj", "--functions", "1-2", "--dims", "2", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [(item["function"], item["passed"]) for item in found] == [("bbob_biobj_f1", True), ("bbob_biobj_f2", True)]
