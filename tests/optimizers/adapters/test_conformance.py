import inspect
from typing import Any

import pytest
from fresh_processes import points_twice

from benchbook.optimizers import names, optimizer
from benchbook.testing import OptimizerConformance

pytestmark = pytest.mark.untraced  # test_adapters.py covers the adapters; here the libraries do the work

# The suite's problems have one objective and real variables; others are tested in test_more_than_one_objective.py.
FOR_OTHERS = {"cmaes:CatCMA", "pymoo:MOEAD", "pymoo:NSGA3", "pymoo:SMSEMOA"}
ADAPTED = [name for name in names() if ":" in name and name not in FOR_OTHERS]
# These represent their libraries.
REPRESENTATIVE = {
    "cmaes:CMA",
    "mealpy:L_SHADE",
    "mealpy:OriginalMRFO",
    "minionpy:LSHADE",
    "nevergrad:CMA",
    "nevergrad:TwoPointsDE",
    "nlopt:SBPLX",
    "optuna:TPESampler",
    "pycma:CMAES",
    "pymoo:CMAES",
    "pymoo:DE",
    "scipy:differential_evolution",
    "scipy:dual_annealing",
    "scipy:nelder_mead",
}
PROMISES = [name for name, _ in inspect.getmembers(OptimizerConformance, inspect.isfunction) if name[:5] == "test_"]
IN_PROCESSES = "test_the_same_seed_gives_the_same_bytes_in_other_processes"
PICKLED = "test_a_pickled_copy_goes_on_in_the_same_way"
# Libraries compute with the values, and no adapter promises otherwise.
SHIFTED = "test_a_constant_added_to_all_values_changes_nothing"
SEEDED = "test_another_seed_gives_another_trajectory"
ASKED = "test_ask_returns_a_batch_of_points"

# Promises that differ between optimizers of a library; the others are kept by the library's common adapter.
OF_EACH = {
    "test_an_objective_that_never_gives_a_number_is_survived",
    "test_an_objective_that_sometimes_gives_no_number_is_survived",
    "test_global_random_state_is_neither_used_nor_changed",
    "test_one_variable_is_enough",
    "test_points_lie_in_the_box",
    "test_the_budget_is_never_exceeded",
    "test_the_same_seed_gives_the_same_bytes",
    PICKLED,
    SEEDED,
}

# A run takes seconds.
SLOW = "nevergrad:NGOpt"

# What a library cannot do whatever its adapter tries; the how-to lists each.
BROKEN = {
    **{
        (name, promise): "the library needs two variables"
        for name in ("cmaes:SepCMA", "pycma:CMAES")
        for promise in (ASKED, "test_one_variable_is_enough")
    },
    ("nlopt:DIRECT_L", SEEDED): "it draws nothing",
    ("scipy:direct", SEEDED): "it draws nothing",
    ("nevergrad:NelderMead", SEEDED): "it starts in the middle of the box and draws nothing",
}


def cases() -> list[Any]:
    """Return the pairs of optimizer and promise, except those that are tested in other processes below."""
    found = []
    for name in ADAPTED:
        for promise in PROMISES:
            if (
                name == SLOW
                or promise in {SHIFTED, IN_PROCESSES}
                or (promise not in OF_EACH and name not in REPRESENTATIVE)
            ):
                continue
            found.append(pytest.param(name, promise, id=f"{name}-{promise.removeprefix('test_')}"))
    return found


@pytest.mark.parametrize(("name", "promise"), cases())
def test_adapters_keep_every_promise(name: str, promise: str) -> None:
    """Each listed optimizer of each library passes every test of the suite, except what its library cannot do."""
    if promise == PICKLED and not optimizer(name).factory.picklable:
        pytest.skip("declared as not picklable")
    if (name, promise) in BROKEN:
        pytest.skip(BROKEN[name, promise])
    suite = type("Suite", (OptimizerConformance,), {"optimizer": name})()
    getattr(suite, promise)()


@pytest.fixture(scope="module")
def elsewhere() -> tuple[dict[str, list[object]], dict[str, list[object]]]:
    """The points of the representatives in two fresh processes."""
    return points_twice(sorted(REPRESENTATIVE))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(REPRESENTATIVE))
def test_the_same_seed_gives_the_same_bytes_in_other_processes(name: str, elsewhere) -> None:
    """Two processes with other hash seeds, in which other libraries ran before, ask for the same points."""
    one, two = elsewhere
    assert one[name] == two[name]
    assert one[name][0] > 0


def test_a_slow_wizard_keeps_budget_and_box() -> None:
    """nevergrad:NGOpt is too slow for the suite, but spends exactly its budget and stays inside the box."""
    suite: Any = type("Suite", (OptimizerConformance,), {"optimizer": SLOW})()
    suite.test_one_variable_is_enough()
    suite.test_a_budget_of_one_is_enough()
    suite.test_an_exception_of_the_objective_is_recorded()
