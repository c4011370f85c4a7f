from typing import Any

import numpy as np
import pytest
from scipy.optimize import dual_annealing, minimize

import benchbook as bb
from benchbook.errors import UsageError


def by_start(f: Any, start: np.ndarray, max_evals: int) -> None:
    """Step from a start."""
    for k in range(max_evals):
        f(start * (1 - k / max_evals))


def by_ends(f: Any, lb: np.ndarray, ub: np.ndarray) -> None:
    """Look at the middle."""
    f((lb + ub) / 2)


@pytest.mark.parametrize(
    "made",
    [
        bb.from_minimize(minimize, options={"method": "Nelder-Mead"}),
        bb.from_minimize(dual_annealing),
        bb.from_minimize(by_start),
        bb.from_minimize(by_ends),
        bb.from_minimize(lambda f, guess_here: f(guess_here), name="odd", keywords={"x0": "guess_here"}),
    ],
    ids=["minimize", "dual_annealing", "by_start", "by_ends", "odd"],
)
def test_common_signatures_are_recognised(made: Any) -> None:
    """The budget is a hard cap, and the same seed gives the same bytes."""
    one, two = (bb.run(made, "rastrigin", dim=2, instance=1, seed=3, budget=60) for _ in range(2))
    assert (one.status, one.evaluations) == (bb.Status.DONE, 60)
    assert one.content_digest == two.content_digest


def by_pair(f: Any, box: Any, bounds: Any = None) -> None:
    """Look at the middle of (lower, upper)."""
    lower, upper = bounds
    assert box is None
    f((lower + upper) / 2)


def test_bounds_may_be_taken_as_lower_and_upper() -> None:
    """Naming one argument takes the keyword away from the one that would have been recognised."""
    made = bb.from_minimize(by_pair, keywords={"ends": "bounds"}, options={"box": None})
    assert bb.run(made, "sphere", dim=2, instance=1, budget=3).evaluations == 3


def test_a_run_is_verified_with_its_minimizer() -> None:
    """The settings of a factory object are recorded, so the run can be repeated."""
    made = bb.from_minimize(by_start, name="steps")
    record = bb.run(made, "sphere", dim=2, instance=1, budget=20, settings={"restart": True})
    assert bb.verify(record, optimizer=made).identical


def test_what_cannot_be_called_is_refused() -> None:
    """The message shows what the function takes and how its arguments can be named."""
    with pytest.raises(UsageError, match=r"takes \(a, b\) after its objective.*keywords="):
        bb.from_minimize(lambda f, a, b: None)
    with pytest.raises(UsageError, match="names the part 'begin'"):
        bb.from_minimize(by_start, keywords={"begin": "start"})


def test_the_digest_distinguishes_functions_and_options() -> None:
    """A store must not confuse the runs of two functions that have the same name."""
    made = [
        bb.from_minimize(by_start, name="one"),
        bb.from_minimize(by_ends, name="one"),
        bb.from_minimize(by_ends, name="one", options={"tolerance": 1e-3}),
        bb.from_minimize(by_ends, name="one", options={"tolerance": 1e-6}),
    ]
    assert len({bb.optimizer(factory).digest() for factory in made}) == len(made)
    assert bb.optimizer(made[0]).digest() == bb.optimizer(bb.from_minimize(by_start, name="one")).digest()
