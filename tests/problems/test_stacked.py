import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchbook.errors import ObjectiveError, ShapeError, UsageError
from benchbook.problems import expand, from_callable, problem, stack
from benchbook.problems.lockstep import LockstepKernel
from benchbook.problems.stacked import OneByOne


@settings(max_examples=150)
@given(
    name=st.sampled_from(expand("textbook")),
    dim=st.integers(2, 30),
    instances=st.lists(st.integers(0, 500), min_size=1, max_size=6),
    n=st.integers(1, 40),
    data=st.data(),
)
def test_textbook_runs_have_the_same_bytes_alone_and_in_lockstep(
    name: str, dim: int, instances: list[int], n: int, data: st.DataObject
) -> None:
    """Each run's values equal those of its problem alone, with or without instance 0, and after runs have left."""
    problems = [problem(name, dim, instance) for instance in instances]
    box = problems[0]
    x = np.random.default_rng(n).uniform(box.lower, box.upper, (len(problems), n, dim))
    together = stack(problems)
    alone = np.array([one(rows) for one, rows in zip(problems, x, strict=True)])
    assert together(x).tobytes() == alone.tobytes()
    kept = data.draw(st.lists(st.sampled_from(range(len(problems))), min_size=1, unique=True))
    together.keep(kept)
    assert together(x[kept]).tobytes() == alone[kept].tobytes()


def test_problems_of_one_function_are_evaluated_in_one_go() -> None:
    """Textbook and BBOB functions have a lockstep evaluation; mixtures are evaluated one by one."""
    assert isinstance(stack([problem("levy", 3, 1), problem("levy", 3, 2)]), LockstepKernel)
    assert isinstance(stack([problem("levy", 3, 0), problem("levy", 3, 0)]), LockstepKernel)
    assert isinstance(stack([problem("bbob_f3", 3, 1), problem("bbob_f3", 3, 2)]), LockstepKernel)
    assert isinstance(stack([problem("levy", 3, 0), problem("levy", 3, 2)]), LockstepKernel)
    assert isinstance(stack([problem("bbob_f3", 3, 1), problem("bbob_f4", 3, 2)]), OneByOne)
    assert isinstance(stack([problem("levy", 3, 1), problem("bbob_f4", 3, 2)]), OneByOne)


def test_any_problem_can_be_stacked() -> None:
    """A user's own callable can be stacked and is evaluated run by run, and the others leave."""
    own = from_callable(lambda x: float(x[0]), bounds=(-1, 1), dim=2)
    together = stack([own, problem("sphere", 2), own])
    x = np.arange(12.0).reshape(3, 2, 2)
    assert together(x).tolist() == [[0.0, 2.0], [41.0, 85.0], [8.0, 10.0]]
    together.keep([2, 1])
    assert together(x[:2]).tolist() == [[0.0, 2.0], [41.0, 85.0]]


def test_dimensions_must_agree() -> None:
    """At least one problem is needed, and all have the same dimension."""
    with pytest.raises(UsageError, match="dimensions 2, 3, expected one dimension"):
        stack([problem("sphere", 2), problem("sphere", 3)])
    with pytest.raises(UsageError, match="problems is empty"):
        stack([])


@pytest.mark.parametrize("name", ["sphere", "bbob_f1"])
@pytest.mark.parametrize("shape", [(2, 2), (1, 4, 2), (3, 4, 2), (2, 4, 3)])
def test_points_of_a_wrong_shape_are_refused(name: str, shape: tuple[int, ...]) -> None:
    """Every run needs its batch."""
    with pytest.raises(ShapeError, match=r"expected \(2, n, 2\)"):
        stack([problem(name, 2), problem(name, 2)])(np.zeros(shape))


def test_a_problem_that_returns_another_shape_is_refused() -> None:
    """A problem must return one value per point."""

    class Broken:
        name, dim, instance, f_opt = "broken", 2, 0, None
        lower, upper = -np.ones(2), np.ones(2)

        def __call__(self, x: np.ndarray) -> np.ndarray:
            return np.zeros(len(x) + 1)

    with pytest.raises(ObjectiveError, match=r"broken returned an array of shape \(4,\), expected \(3,\)"):
        stack([Broken()])(np.zeros((1, 3, 2)))
