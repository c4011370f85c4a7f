import dataclasses

import numpy as np
import pytest

from benchbook.errors import MissingExtraError, UsageError
from benchbook.problems import bbob, certify
from benchbook.problems.bbob import BBOB, BbobProblem
from benchbook.problems.certify import ALL_INSTANCES, LIMIT, REFERENCE_DIMS, relative_differences
from benchbook.problems.coco import ReferenceProblem


@pytest.mark.parametrize("name", BBOB)
def test_functions_are_those_of_the_reference(name: str) -> None:
    """All dimensions and instances that a certification needs: at most 1e-9 of f - f_opt, and nothing else is wrong."""
    found = certify.certify(name, REFERENCE_DIMS, ALL_INSTANCES)
    assert found.faults == ()
    assert found.worst <= LIMIT
    assert found.passed
    assert found.problems == len(REFERENCE_DIMS) * len(ALL_INSTANCES)


@pytest.mark.slow
@pytest.mark.parametrize("name", BBOB)
def test_many_points_agree_with_the_reference(name: str) -> None:
    """The limit holds for thousands of points, not only for the few of a certification."""
    for dim in REFERENCE_DIMS:
        for instance in range(1, 16):
            ours, reference = BbobProblem(name, dim, instance), ReferenceProblem(name, dim, instance)
            x = np.random.default_rng(instance).uniform(-5, 5, (200, dim))
            assert relative_differences(ours(x), reference(x), reference.f_opt).max() <= LIMIT


@pytest.mark.parametrize("name", BBOB)
def test_the_reference_agrees_with_ioh(name: str) -> None:
    """ioh, a second implementation, is as far from the reference as the limit allows, and so are we from it."""
    ioh = pytest.importorskip("ioh", reason="ioh, a second reference, is not installed")
    for dim in (2, 10, 40):
        ours, reference = BbobProblem(name, dim, 3), ReferenceProblem(name, dim, 3)
        peer = ioh.get_problem(int(name.removeprefix("bbob_f")), instance=3, dimension=dim)
        x = np.random.default_rng(4).uniform(-5, 5, (30, dim))
        theirs = np.array(peer(x.tolist()))
        assert relative_differences(theirs, reference(x), reference.f_opt).max() <= LIMIT
        assert relative_differences(ours(x), theirs, reference.f_opt).max() <= LIMIT


def test_a_wrong_function_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula with a small mistake does not pass, and the worst point is named."""
    right = bbob.problem.DEFINITIONS[2]

    def scaled(seed: int, dim: int) -> bbob.definition.Instance:
        drawn = right.draw(seed, dim)
        return dataclasses.replace(drawn, arrays=(drawn.arrays[0] * (1.0 + 1e-8),))

    wrong = dataclasses.replace(right, draw=scaled)
    monkeypatch.setitem(bbob.problem.DEFINITIONS, 2, wrong)
    found = certify.certify("bbob_f2", [5], [1])
    assert not found.passed
    assert found.worst == pytest.approx(1e-8, rel=1e-3)
    assert (found.dim, found.instance) == (5, 1)


def test_a_wrong_optimum_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value below f_opt, another f_opt or another x_opt is told in words."""
    right = bbob.problem.DEFINITIONS[1]

    def shifted(seed: int, dim: int) -> bbob.definition.Instance:
        drawn = right.draw(seed, dim)
        return dataclasses.replace(drawn, x_opt=drawn.x_opt + 1e-6)

    monkeypatch.setitem(bbob.problem.DEFINITIONS, 1, dataclasses.replace(right, draw=shifted))
    assert any("x_opt is 1.0e-06 away" in fault for fault in certify.certify("bbob_f1", [2], [1]).faults)
    monkeypatch.undo()
    evaluate = BbobProblem.__call__
    monkeypatch.setattr(BbobProblem, "__call__", lambda self, x: evaluate(self, x) - 1e3 * (np.abs(x).max(axis=1) > 4))
    assert any("lies below f_opt" in fault for fault in certify.certify("bbob_f1", [2], [1]).faults)
    monkeypatch.undo()
    offset = bbob.legacy.offset
    monkeypatch.setattr(bbob.legacy, "offset", lambda seed: offset(seed) + 1.0)
    assert any("f_opt is" in fault for fault in certify.certify("bbob_f1", [2], [1]).faults)


def test_relative_differences_are_judged_by_what_is_left_to_win() -> None:
    """Rounding of f counts as none; beyond it the distance to f_opt is the measure; NaN must stand on both sides."""
    found = relative_differences(
        np.array([100.0, 100.0 + 1e-13, 101.0, 100.0 + 2e-6, np.nan, 1.0]),
        np.array([100.0, 100.0, 102.0, 100.0 + 1e-6, np.nan, np.nan]),
        100.0,
    )
    assert found[:2].tolist() == [0.0, 0.0]
    assert found[2] == pytest.approx(0.5)
    assert found[3] == pytest.approx(1.0)
    assert found[4:].tolist() == [0.0, np.inf]


def test_what_the_reference_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other dimensions and a missing coco-experiment are told before anything is compared."""
    with pytest.raises(UsageError, match="dim is 7, expected one of 2, 3, 5, 10, 20, 40"):
        certify.certify("bbob_f1", [7], [1])
    monkeypatch.setitem(__import__("sys").modules, "cocoex", None)
    with pytest.raises(MissingExtraError):
        certify.certify("bbob_f1", [2], [1])
