"""What holds for every applied problem."""

import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchbook as bb
from benchbook.errors import ShapeError, UnknownNameError, UsageError
from benchbook.problems import digest, expand
from benchbook.problems.applied.imitation import ImitationClone
from benchbook.problems.applied.stereo import StereoProblem, depth_error_mm
from benchbook.problems.applied.table import APPLIED

CASES = [(name, dim) for name, info in APPLIED.items() for dim in info.dims or ()]
SMALL = [("stereo_plane", 3), ("stereo_undulating", 9), ("imitation_clone", 10)]


def points(problem: Any, n: int, seed: int = 0) -> np.ndarray:
    """Return points of a problem's box."""
    return np.random.default_rng(seed).uniform(problem.lower, problem.upper, (n, problem.dim))


@pytest.mark.parametrize(("name", "dim"), CASES)
def test_values_are_finite_and_honest_about_the_optimum(name: str, dim: int) -> None:
    """Every listed dimension can be evaluated, and no optimum is claimed."""
    problem = bb.problem(name, dim=dim)
    values = problem(points(problem, 6))
    assert values.shape == (6,)
    assert np.all(np.isfinite(values) & (values > 0))
    assert problem.f_opt is None
    assert problem.instance == 1


@pytest.mark.parametrize(("name", "dim"), SMALL)
@given(n=st.integers(1, 17), first=st.integers(0, 3))
def test_a_point_has_the_same_bytes_alone_and_in_any_batch(name: str, dim: int, n: int, first: int) -> None:
    """A value depends on its point only, so runs in lockstep equal runs alone."""
    problem = bb.problem(name, dim=dim)
    x = points(problem, 20)
    together = problem(x)
    np.testing.assert_array_equal(problem(x[first : first + n]), together[first : first + n])
    assert problem(x[n : n + 1])[0] == together[n]


@pytest.mark.parametrize(("name", "dim"), SMALL)
def test_a_problem_is_the_same_in_every_process(name: str, dim: int, python: Callable[..., str]) -> None:
    """Values and digest equal those of a copy and of other processes, to the last bit under pinned arithmetic."""
    problem = bb.problem(name, dim=dim, instance=3)
    x = points(problem, 2)
    copy = pickle.loads(pickle.dumps(problem))  # noqa: S301  # our own
    np.testing.assert_array_equal(copy(x), problem(x))
    code = (
        "import json, benchbook as bb, numpy as np\n"
        "from benchbook.problems import digest\n"
        f"p = bb.problem({name!r}, dim={dim}, instance=3)\n"
        "x = np.random.default_rng(0).uniform(p.lower, p.upper, (2, p.dim))\n"
        "print(json.dumps([p(x).tolist(), digest(p)]))"
    )
    one, other = (python(code, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert one == other
    values, code_digest = json.loads(one)
    np.testing.assert_allclose(values, problem(x), rtol=1e-12)  # arithmetic in the tests' own process may not be pinned
    assert code_digest == digest(problem)


@pytest.mark.parametrize(("name", "dim"), SMALL)
def test_a_run_is_repeated_to_the_last_bit(name: str, dim: int) -> None:
    """One seed gives one history and another seed another; a run by name equals a run on the problem object."""
    runs = [bb.run("cma_es", name, dim=dim, instance=2, seed=seed, budget=60) for seed in (1, 1, 2)]
    assert runs[0].history == runs[1].history
    assert runs[0].history != runs[2].history
    assert runs[0].precision is None
    same = bb.run("cma_es", bb.problem(name, dim=dim, instance=2), seed=1, budget=60)
    assert same.content_digest == runs[0].content_digest


def test_applied_problems_take_part_in_studies() -> None:
    """Applied problems run in studies, serially and in lockstep, with random search as a control."""
    study = bb.study(optimizers="cma_es", functions="imitation_clone", dims=[5, 10], seeds=2, budget_per_dim=20)
    runs = study.run()
    assert len(runs) == 8
    alone = bb.run("cma_es", "imitation_clone", dim=5, seed=2, budget=100)
    assert alone.content_digest in {run.content_digest for run in runs}


def test_the_group_has_a_name() -> None:
    """The applied problems form a group of the catalog that contains both kinds."""
    assert expand("applied") == ["stereo_plane", "stereo_undulating", "imitation_clone"]
    assert {info.group for info in APPLIED.values()} == {"stereo", "imitation"}


@pytest.mark.parametrize(
    ("name", "dim", "instance", "message"),
    [
        ("stereo_plane", 2, 1, "dim is 2, expected one of 3"),
        ("stereo_plane", 4, 1, "dim is 4, expected one of 3"),
        ("stereo_undulating", 10, 1, "expected one of 4, 9, 16, 25, 36"),
        ("imitation_clone", 7, 1, "expected one of 5, 10"),
        ("imitation_clone", 5, 0, "instances of applied start at 1"),
    ],
)
def test_sizes_that_do_not_exist_are_refused(name: str, dim: int, instance: int, message: str) -> None:
    """The message names the sizes that exist."""
    with pytest.raises(UsageError, match=message):
        bb.problem(name, dim=dim, instance=instance)


def test_other_names_are_refused() -> None:
    """Each class makes its own functions only."""
    with pytest.raises(UnknownNameError, match="unknown stereo function 'sphere'"):
        StereoProblem("sphere", 3)
    with pytest.raises(UnknownNameError, match="unknown imitation function 'stereo_plane'"):
        ImitationClone("stereo_plane", 5)


@pytest.mark.parametrize(("name", "dim"), SMALL)
def test_wrong_points_are_refused(name: str, dim: int) -> None:
    """A single point must be a row of a batch."""
    with pytest.raises(ShapeError, match="x has shape"):
        bb.problem(name, dim=dim)(np.zeros(dim))


@pytest.mark.parametrize("instance", [1, 2, 3, 4])
def test_photo_consistency_is_best_near_the_truth(instance: int) -> None:
    """The true plane explains the pictures to within their noise, and neighbouring planes do not."""
    plane = StereoProblem("stereo_plane", 3, instance)
    true = plane(plane.x_true[None])[0]
    assert true < 3.5  # grey levels: noise of 2.5 in both pictures, rounding, and interpolation between pixels
    neighbours = plane.x_true + 100.0 * np.concatenate([np.eye(3), -np.eye(3)])
    assert np.all(plane(neighbours) > true + 0.5)


def test_the_true_depths_give_the_true_plane_exactly() -> None:
    """1/depth of a plane is affine in the pixel, so three true depths determine it without error."""
    plane = StereoProblem("stereo_plane", 3, 5)
    np.testing.assert_allclose(plane.depth_map(plane.x_true), plane.truth_mm, rtol=1e-12)


def test_a_finer_grid_follows_the_surface_more_closely() -> None:
    """The spline's error falls with the number of anchors, which is why no optimum value is known."""
    made = [StereoProblem("stereo_undulating", side**2, 1) for side in (2, 3, 4, 5, 6)]
    errors = [depth_error_mm(item.depth_map(item.x_true), item.truth_mm) for item in made]
    assert errors == sorted(errors, reverse=True)  # type: ignore[type-var]  # none of them is None
    assert errors[-1] is not None
    assert errors[-1] < 3.0


@pytest.mark.parametrize("point", [[1000.0], [1000.0, 1000.0, -1.0], [[1000.0, 1000.0, 1000.0]]])
def test_a_depth_map_needs_one_point(point: Any) -> None:
    """Depths are positive, and there is one per anchor."""
    with pytest.raises(UsageError, match="expected 3 positive depths"):
        StereoProblem("stereo_plane", 3).depth_map(point)


def test_a_surface_that_no_camera_sees_has_the_worst_value() -> None:
    """Moving the surface out of all pictures gains nothing, and NaN counts as invisible."""
    plane = StereoProblem("stereo_plane", 3)
    assert plane(np.array([[1e-6, 1e-6, 1e-6], [np.nan, 900.0, 900.0]])).tolist() == [40.0, 40.0]
