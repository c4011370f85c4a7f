import pickle
import sys
from pathlib import Path

import cocoex
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchbook.errors import MissingExtraError, ShapeError, UnknownNameError, UsageError
from benchbook.problems.bbob import BbobProblem
from benchbook.problems.bbob_table import BBOB, DIMS

CASES = st.tuples(st.integers(1, 24), st.sampled_from(DIMS), st.integers(1, 1000))


def number(name: str) -> int:
    """Return the number in a function's name."""
    return int(name.removeprefix("bbob_f"))


def points(dim: int, n: int, seed: int) -> np.ndarray:
    """Draw points within the bounds."""
    return np.random.default_rng(seed).uniform(-5, 5, (n, dim))


@pytest.mark.parametrize("name", BBOB)
def test_values_are_those_of_the_suite(name: str) -> None:
    """In each dimension the values equal, to the bit, those of coco-experiment's suite, point by point."""
    suite = cocoex.Suite("bbob", "", f"function_indices: {number(name)} instance_indices: 1,7")
    for reference in suite:
        problem = BbobProblem(name, reference.dimension, reference.id_instance)
        x = points(problem.dim, 5, 2)
        assert problem(x).tolist() == [reference(row) for row in x]
        assert problem.lower.tolist() == reference.lower_bounds.tolist()
        assert problem.upper.tolist() == reference.upper_bounds.tolist()


@pytest.mark.parametrize("name", BBOB)
def test_values_agree_with_ioh(name: str) -> None:
    """A second implementation of the suite has the same values."""
    ioh = pytest.importorskip("ioh", reason="ioh, an optional second reference, is not installed")
    reference = ioh.get_problem(number(name), instance=3, dimension=5)
    problem = BbobProblem(name, 5, 3)
    x = points(5, 20, 3)
    np.testing.assert_allclose(problem(x), [reference(row.tolist()) for row in x], rtol=1e-9)
    assert problem.f_opt == pytest.approx(reference.optimum.y)


@given(case=CASES)
def test_value_at_the_optimum_is_f_opt(case: tuple[int, int, int]) -> None:
    """At its optimum a problem has exactly the value f_opt."""
    problem = BbobProblem(f"bbob_f{case[0]}", *case[1:])
    assert float(problem(problem.x_opt[None, :])[0]) == problem.f_opt
    assert np.all((problem.x_opt >= problem.lower) & (problem.x_opt <= problem.upper))


@given(case=CASES, seed=st.integers(0, 1000))
def test_no_value_lies_below_f_opt(case: tuple[int, int, int], seed: int) -> None:
    """Random points, and points right beside the optimum, have values of at least f_opt (f20: but for rounding)."""
    problem = BbobProblem(f"bbob_f{case[0]}", *case[1:])
    near = problem.x_opt + np.random.default_rng(seed).normal(size=(8, problem.dim)) * 1e-7
    x = np.vstack([points(problem.dim, 8, seed), np.clip(near, -5, 5)])
    rounding = 1e-14 * max(1.0, abs(problem.f_opt)) if case[0] == 20 else 0.0
    assert problem(x).min() >= problem.f_opt - rounding


@settings(max_examples=60)
@given(case=CASES, seed=st.integers(0, 1000), n=st.integers(1, 20))
def test_a_point_has_the_same_bytes_alone_and_in_any_batch(case: tuple[int, int, int], seed: int, n: int) -> None:
    """Row order and company do not change a single bit of a point's value."""
    problem = BbobProblem(f"bbob_f{case[0]}", *case[1:])
    x = points(problem.dim, n, seed)
    values = problem(x)
    assert problem(x[::-1]).tobytes() == values[::-1].tobytes()
    assert [float(problem(row[None, :])[0]) for row in x] == values.tolist()


@pytest.mark.parametrize("name", BBOB)
def test_f_opt_is_the_best_value_that_coco_states(name: str) -> None:
    """f_opt is the reference's best value, to the bit but for f20, whose optimum evaluates a rounding lower."""
    for instance in range(1, 16):
        stated = cocoex.BareProblem("bbob", number(name), 10, instance).best_value()
        f_opt = BbobProblem(name, 10, instance).f_opt
        assert f_opt == (pytest.approx(stated, abs=1e-14) if name == "bbob_f20" else stated)


def test_instances_differ() -> None:
    """Other instances have another optimum."""
    assert len({BbobProblem("bbob_f8", 3, instance).x_opt.tobytes() for instance in range(1, 16)}) == 15


def test_pickling_makes_the_problem_anew() -> None:
    """A pickled problem evaluates the same bytes."""
    problem = BbobProblem("bbob_f21", 5, 12)
    copy = pickle.loads(pickle.dumps(problem))  # noqa: S301  # our own bytes
    x = points(5, 4, 9)
    assert copy(x).tobytes() == problem(x).tobytes()


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making and evaluating a problem leaves no file behind."""
    monkeypatch.chdir(tmp_path)
    BbobProblem("bbob_f1", 2, 1)(np.zeros((3, 2)))
    assert list(tmp_path.iterdir()) == []


def test_read_only_and_empty_batches_are_evaluated() -> None:
    """Points that cannot be written are fine, and so is a batch of none."""
    problem = BbobProblem("bbob_f1", 2, 1)
    x = np.zeros((1, 2))
    x.flags.writeable = False
    assert problem(x).shape == (1,)
    assert problem(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize("shape", [(2,), (1, 3), (1, 1, 2)])
def test_points_of_a_wrong_shape_are_refused(shape: tuple[int, ...]) -> None:
    """Points of another number of variables are a ShapeError (coco-experiment would read beyond them)."""
    with pytest.raises(ShapeError, match=r"expected \(n, 2\)"):
        BbobProblem("bbob_f1", 2, 1)(np.zeros(shape))


def test_instance_zero_is_refused() -> None:
    """BBOB has no textbook instance."""
    with pytest.raises(UsageError, match=r"instance is 0, expected .* \(instances of bbob start at 1\)"):
        BbobProblem("bbob_f1", 2, 0)


@pytest.mark.parametrize("dim", [1, 4, 41, 80])
def test_dimensions_beyond_the_suite_are_refused(dim: int) -> None:
    """Only the suite's dimensions are offered, and the message lists them."""
    with pytest.raises(UsageError, match=rf"dim is {dim}, expected"):
        BbobProblem("bbob_f1", dim, 1)


def test_numbers_that_would_end_the_process_are_refused() -> None:
    """Functions and instances that coco-experiment does not know are refused before it sees them."""
    with pytest.raises(UnknownNameError):
        BbobProblem("bbob_f25", 2, 1)
    with pytest.raises(UsageError, match="expected at most 2147483647"):
        BbobProblem("bbob_f1", 2, 2**31)
    assert BbobProblem("bbob_f1", 2, 2**31 - 1).f_opt is not None


def test_missing_library_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where coco-experiment is missing, the error says how to install it."""
    monkeypatch.setitem(sys.modules, "cocoex", None)
    with pytest.raises(MissingExtraError, match="pip install coco-experiment"):
        BbobProblem("bbob_f1", 2, 1)


def test_digest_hangs_on_the_library_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of coco-experiment is other code."""
    problem = BbobProblem("bbob_f1", 2, 1)
    before = problem.digest()
    monkeypatch.setattr(cocoex, "__version__", "0.0")
    assert problem.digest() != before


@pytest.mark.parametrize("name", BBOB)
def test_descriptions_are_complete(name: str) -> None:
    """Every function has a title, a formula and its place in the report."""
    info = BBOB[name]
    assert info.source.endswith(f", f{number(name)}")
    assert all([info.title, info.formula])
    assert repr(BbobProblem(name, 3, 2)) == f"BbobProblem('{name}', dim=3, instance=2)"
