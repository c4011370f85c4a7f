import dataclasses

import numpy as np
import pytest

from benchbook.errors import MissingExtraError, UsageError
from benchbook.problems import bbob, certify
from benchbook.problems.bbob import BBOB, BbobProblem
from benchbook.problems.certify import ALL_INSTANCES, LIMIT, REFERENCE_DIMS, relative_differences
from benchbook.problems.coco import ReferenceProblem, reference_dims


@pytest.mark.parametrize("name", BBOB)
def test_functions_are_those_of_the_reference(name: str) -> None:
    """In all required dimensions and instances the error is at most 1e-9 of f - f_opt, without other findings."""
    found = certify.certify(name, REFERENCE_DIMS, ALL_INSTANCES)
    assert found.faults == ()
    assert found.worst <= LIMIT
    assert found.passed
    assert found.problems == len(REFERENCE_DIMS) * len(ALL_INSTANCES)


@pytest.mark.slow
@pytest.mark.parametrize("name", BBOB)
def test_many_points_agree_with_the_reference(name: str) -> None:
    """The limit also holds for thousands of points."""
    for dim in REFERENCE_DIMS:
        for instance in range(1, 16):
            ours, reference = BbobProblem(name, dim, instance), ReferenceProblem(name, dim, instance)
            x = np.random.default_rng(instance).uniform(-5, 5, (200, dim))
            assert relative_differences(ours(x), reference(x), reference.f_opt).max() <= LIMIT


@pytest.mark.parametrize("name", BBOB)
def test_the_reference_agrees_with_ioh(name: str) -> None:
    """Both ioh, a second implementation, and benchbook are within the limit."""
    ioh = pytest.importorskip("ioh", reason="ioh, a second reference, is not installed")
    for dim in (2, 10, 40):
        ours, reference = BbobProblem(name, dim, 3), ReferenceProblem(name, dim, 3)
        peer = ioh.get_problem(int(name.removeprefix("bbob_f")), instance=3, dimension=dim)
        x = np.random.default_rng(4).uniform(-5, 5, (30, dim))
        theirs = np.array(peer(x.tolist()))
        assert relative_differences(theirs, reference(x), reference.f_opt).max() <= LIMIT
        assert relative_differences(ours(x), theirs, reference.f_opt).max() <= LIMIT


def test_every_instance_of_f19_has_its_optimum_where_the_reference_is_least() -> None:
    """This includes instances whose rotation is slightly inexact, so that the stated optimum is a little off."""
    for dim, instances in ((2, (194, 368, 819)), (10, (777,)), (20, (394, 602)), (40, (292, 909))):
        found = certify.certify("bbob_f19", [dim], instances)
        assert found.faults == ()
        assert found.worst <= 1e-10


@pytest.mark.parametrize("name", [name for name in BBOB if name not in {"bbob_f7", "bbob_f13"}])
def test_functions_of_many_variables_are_those_of_a_reference(name: str) -> None:
    """Beyond 40 variables unrotated functions are compared with coco-experiment, the others with ioh."""
    if 80 not in reference_dims(name):
        pytest.importorskip("ioh", reason="ioh, an optional second reference, has no wheel for this Python")
    assert certify.certify(name, [80], [1, 1000]).passed
    assert certify.certify(name, [160], [500]).passed


@pytest.mark.parametrize("dim", [80, 160])
def test_f7_and_f13_of_many_variables_follow_their_formulas(dim: int) -> None:
    """Neither reference has them beyond 40 variables, so the report's formulas in extended precision are used."""
    long = np.longdouble
    x = np.random.default_rng(dim).uniform(-6, 6, (40, dim))
    steps, ridge = BbobProblem("bbob_f7", dim, 3), BbobProblem("bbob_f13", dim, 3)
    scales = long(10.0) ** (np.arange(dim, dtype=long) / (dim - 1) / 2)
    first = bbob.legacy.rotation(bbob.legacy.seed_of(7, 3), dim).astype(long)
    second = bbob.legacy.rotation(bbob.legacy.seed_of(7, 3) + 1_000_000, dim).astype(long)
    zh = (x - steps.x_opt).astype(long) @ first * scales
    zt = np.where(abs(zh) > 0.5, np.floor(zh + 0.5), np.floor(10 * zh + 0.5) / 10)
    sums = ((zt @ second) ** 2 * scales**4).sum(axis=1)
    beyond = (np.maximum(abs(x.astype(long)) - 5, 0) ** 2).sum(axis=1)
    expected = 0.1 * np.maximum(abs(zh[:, 0]) / 10**4, sums) + beyond
    np.testing.assert_allclose((steps(x) - steps.f_opt) / expected.astype(float), 1.0, rtol=1e-12)

    seed = bbob.legacy.seed_of(13, 3)
    left, right = (bbob.legacy.rotation(item, dim).astype(long) for item in (seed, seed + 1_000_000))
    z = (x - ridge.x_opt).astype(long) @ (left * scales @ right)
    expected = z[:, 0] ** 2 + 100 * np.sqrt((z[:, 1:] ** 2).sum(axis=1))
    np.testing.assert_allclose((ridge(x) - ridge.f_opt) / expected.astype(float), 1.0, rtol=1e-12)


def test_what_noise_multiplies_may_have_been_rounded() -> None:
    """A value of 9e-8 that was stored with f_opt has lost digits, and noise multiplies that loss."""
    assert certify.certify("bbob_noisy_f126", [5], [11]).passed
    assert relative_differences(np.array([1.0 + 1e-9]), np.array([1.0]), 0.0)[0] == pytest.approx(1e-9)
    assert relative_differences(np.array([1.0 + 1e-9]), np.array([1.0]), 0.0, gain=1e6)[0] == 0.0


def test_a_wrong_function_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula with a small mistake fails, and the worst point is named."""
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
    """A value below f_opt, another f_opt or another x_opt is described in words."""
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
    """Rounding of f is ignored; otherwise the distance to f_opt is the measure, and NaN must be on both sides."""
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
    """Other dimensions and a missing coco-experiment are reported before anything is compared."""
    with pytest.raises(UsageError, match="dim is 7, expected one of 2, 3, 5, 10, 20, 40, 80, 160"):
        certify.certify("bbob_f1", [7], [1])
    with pytest.raises(UsageError, match="dim is 80, expected at most 40: no reference has bbob_f7 beyond"):
        certify.certify("bbob_f7", [80], [1])
    monkeypatch.setitem(__import__("sys").modules, "ioh", None)
    with pytest.raises(MissingExtraError, match="pip install ioh"):
        certify.certify("bbob_f10", [80], [1])
    monkeypatch.setitem(__import__("sys").modules, "cocoex", None)
    with pytest.raises(MissingExtraError):
        certify.certify("bbob_f1", [2], [1])
