"""The sentence that a report begins with."""

from __future__ import annotations

import benchbook as bb
from benchbook.analysis.columns import columns
from benchbook.analysis.report.verdict import verdict

FUNCTIONS = ["sphere", "ellipsoid", "rosenbrock", "rastrigin", "ackley", "griewank"]


def sentence(*optimizers: str, functions: list[str] = FUNCTIONS) -> str:
    """Return the verdict on a small study."""
    made = bb.study(optimizers=list(optimizers), functions=functions, dims=2, instances=1, seeds=3, budget=300)
    return verdict(columns(list(made.run())))


def test_of_one_optimizer_the_solved_runs_are_counted() -> None:
    """With one optimizer there is nothing to compare, so the verdict counts solved runs."""
    assert sentence("random_search") == "random_search comes within 1e-08 of the optimum in 0 of 18 runs."


def test_of_two_the_better_is_named_with_the_test() -> None:
    """On all functions the difference of two optimizers is significant, and the test is named."""
    said = sentence("random_search", "cma_es")
    assert said.startswith("cma_es has the higher AOCC on 6 of 6 problems (mean 0.")
    assert "the difference is significant (signed-rank test, p = 0.03" in said


def test_of_two_on_few_problems_nothing_is_decided() -> None:
    """The verdict names the number of pairs."""
    assert "undecided: 2 differing pairs" in sentence("random_search", "cma_es", functions=["sphere", "ackley"])


def test_of_several_the_first_and_those_not_worse_are_named() -> None:
    """Optimizers within the critical difference of the first are named."""
    said = sentence("particle_swarm", "cma_es", "differential_evolution")
    assert said.startswith("cma_es ranks first by AOCC, with a mean rank of 1.")
    assert "It is not significantly better than particle_swarm (critical difference 1.91, 5 %)." in said
