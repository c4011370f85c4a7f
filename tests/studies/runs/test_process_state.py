"""What a run changes in the process."""

import random
import warnings

import numpy as np
import pytest

import benchbook as bb
from benchbook.optimizers import native_names
from benchbook.studies.runs.execute import leaves_process_alone
from benchbook.studies.runs.planned_run import planned_run
from benchbook.studies.runs.process_state import state_put_back


def test_a_run_that_ends_leaves_the_state_that_another_is_using() -> None:
    """The last of overlapping runs restores the state."""
    before = random.getstate()
    first, second = state_put_back(), state_put_back()
    with first:
        second.__enter__()
        random.seed(7)
        in_use = random.getstate()
    assert random.getstate() == in_use
    second.__exit__(None, None, None)
    assert random.getstate() == before


def _shared() -> list[object]:
    legacy = np.random.get_state(legacy=False)["state"]  # noqa: NPY002  # what is compared
    return [legacy["key"].tolist(), legacy["pos"], random.getstate(), np.geterr(), list(warnings.filters)]


@pytest.mark.parametrize("name", native_names())
def test_natives_leave_alone_what_is_not_put_back_after_them(name: str) -> None:
    """For a native optimizer on a kernel function nothing is saved, since it changes nothing shared by the process."""
    for function in ("bbob_f15", "bbob_noisy_f126", "schwefel"):
        made = planned_run(bb.optimizer(name), bb.problem(function, 3, 1), seed=1, budget=400)
        assert leaves_process_alone(made)
        before = _shared()
        bb.run(name, bb.problem(function, 3, 1), seed=1, budget=400)
        assert _shared() == before


def test_what_a_user_wrote_is_put_back() -> None:
    """A callable, a subclass of a native and a subclass of a problem may change anything."""

    class Own(type(bb.problem("sphere", 2, 1))):  # type: ignore[misc]  # a class chosen by the test
        pass

    native = bb.optimizer("random_search")
    assert not leaves_process_alone(planned_run(native, Own("sphere", 2, 1), seed=1, budget=10))
    subclass = type("Mine", (native.factory,), {"__module__": "mine"})  # type: ignore[arg-type]  # a class
    made = planned_run(bb.optimizer(subclass), bb.problem("sphere", 2, 1), seed=1, budget=10)
    assert not leaves_process_alone(made)

    def objective(x: np.ndarray) -> float:
        random.seed(7)
        return float(x @ x)

    before = random.getstate()
    bb.run("random_search", objective, bounds=(-1, 1), dim=2, seed=1, budget=10)
    assert random.getstate() == before
