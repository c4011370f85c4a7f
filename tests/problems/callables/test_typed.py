from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import ShapeError, UsageError
from benchbook.problems import digest
from benchbook.problems.callables.registered import OwnFunction
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run

VARIABLES = [bb.real("width", 0.5, 2.0), bb.integer("teeth", 12, 60), bb.categorical("metal", ["steel", "brass"])]


def cost(gear: Mapping[str, Any]) -> float:
    """Return a cost that is lowest with the fewest teeth, in brass."""
    price: int = {"steel": 3, "brass": 2}[gear["metal"]]
    return float(price * gear["width"] + gear["teeth"])


def gear(**more: Any) -> Any:
    """Return the function with its variables."""
    return bb.function(cost, variables=VARIABLES, f_opt=13.0, **more)


def test_the_function_gets_values_by_name() -> None:
    """Integers arrive as ints and choices as list entries; the dimension is the number of variables."""
    seen: list[dict[str, Any]] = []

    def remembered(values: dict[str, Any]) -> float:
        seen.append(values)
        return 1.0

    record = bb.run("random_search", bb.function(remembered, variables=VARIABLES), seed=1, budget=20)
    assert record.problem.dim == 3
    assert {type(values["teeth"]) for values in seen} == {int}
    assert {values["metal"] for values in seen} == {"steel", "brass"}


def test_a_vectorized_function_gets_whole_numbers() -> None:
    """A vectorized function gets arrays in which integer variables are rounded already."""
    own = bb.function(lambda x: x[:, 1] + x[:, 2], variables=VARIABLES, vectorized=True)
    problem = own.problem("custom:own", 3, 0)
    assert problem(np.array([[1.3, 20.4, 0.5]])).tolist() == [21.0]


def test_constraints_get_what_the_function_gets() -> None:
    """Constraints get values by name, one point at a time, also if there are several."""
    own = gear(constraints=[lambda g: 20 - g["teeth"], lambda g: g["width"] - (1.0 if g["metal"] == "brass" else 2.0)])
    problem = own.problem("custom:gear", 3, 0)
    assert problem.constraint(np.array([[1.5, 18.4, 1.0]])).tolist() == [[2.0, 0.5]]


def test_the_control_finds_whole_numbers_and_choices() -> None:
    """Random search draws integers and choices uniformly, both bounds included."""
    record = bb.run("random_search", bb.function(cost, variables=VARIABLES, f_opt=13.0), seed=1, budget=3000)
    assert bb.decoded(VARIABLES, record.best_solution)["metal"] == "brass"
    assert record.precision is not None
    assert record.precision < 0.5
    counts = np.zeros(4)
    chooser = bb.function(
        lambda g: counts.__setitem__(g["n"], counts[g["n"]] + 1) or 0.0, variables=[bb.integer("n", 0, 3)]
    )
    bb.run("random_search", chooser, seed=1, budget=2000)
    assert counts.min() > 430


def test_optimizers_of_real_variables_are_rounded_for() -> None:
    """CMA-ES has no notion of integers, and still finds the fewest teeth."""
    teeth = bb.function(lambda g: float(g["teeth"] ** 2), variables=[bb.integer("teeth", -40, 60)], f_opt=0.0)
    record = bb.run("cma_es", teeth, seed=1, budget=400)
    assert record.best_value == 0.0


def test_optimizers_without_categories_are_refused() -> None:
    """Nothing is run, and the message names optimizers that support categories."""
    with pytest.raises(UsageError, match=r"has 1 categorical variable, which cma_es cannot handle.*random_search"):
        bb.run("cma_es", gear(), seed=1, budget=100)


def test_an_optimizer_that_declares_it_gets_the_variables() -> None:
    """An optimizer gets the variables only if some are not real, and they are not recorded as a setting."""
    told: list[Any] = []

    class Knowing:
        name = "knowing"
        anytime = True
        can = frozenset({"integers", "categories"})

        def __init__(self, lower: Any, upper: Any, rng: Any, *, variables: Any = None) -> None:
            told.append(variables)
            self.x = lower[None]

        def ask(self) -> Any:
            return self.x

        def tell(self, x: Any, fx: Any) -> None:
            pass

    record = bb.run(Knowing, gear(), seed=1, budget=1)
    bb.run(Knowing, "sphere", dim=2, seed=1, budget=1)
    assert told == [tuple(VARIABLES), None]
    assert dict(record.optimizer.settings) == {}


def test_runs_of_typed_problems_are_verified() -> None:
    """A run is repeated with the variables and constraints of the function, alone and in lockstep."""
    own = gear(constraints=lambda g: 20 - g["teeth"])
    record = bb.run("random_search", own, seed=3, budget=200)
    assert bb.verify(record, function=own).identical


def test_runs_in_lockstep_get_the_variables_too() -> None:
    """Several seeds together give what each one gives alone."""
    problem = gear().problem("custom:cost", 3, 0)
    plan = [planned_run(bb.optimizer("random_search"), problem, seed=seed, budget=50) for seed in (1, 2)]
    assert [run.content_digest for run in execute_cell(plan)] == [execute(item).content_digest for item in plan]


def test_the_variables_are_part_of_the_digest() -> None:
    """A different list of choices is a different problem."""
    other = bb.function(cost, variables=[*VARIABLES[:2], bb.categorical("metal", ["brass", "steel"])])
    assert digest(gear().problem("p", 3, 0)) != digest(other.problem("p", 3, 0))


def test_the_description_has_the_variables() -> None:
    """The description from `problems show` has the bounds in words."""
    own: OwnFunction = gear()
    assert own.info("gear").bounds == "width: 0.5 to 2; teeth: whole numbers 12 to 60; metal: steel, brass"


def test_choices_beyond_the_list_are_refused() -> None:
    """Points outside the bounds have no meaning for a choice."""
    with pytest.raises(ShapeError, match="variable 'metal' is 2, expected 0 to 1"):
        gear().problem("p", 3, 0)(np.array([[1.0, 20.0, 2.0]]))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"bounds": (0, 1)}, "bounds are given with variables"),
        ({"dims": 2}, "dim is 2, but there are 3 variables"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(more: dict[str, Any], message: str) -> None:
    """Variables have their own bounds and number, so giving both is refused."""
    with pytest.raises(UsageError, match=message):
        gear(**more)


def test_a_function_needs_bounds_or_variables() -> None:
    """Bounds or variables are needed to know where to search."""
    with pytest.raises(UsageError, match="bounds are missing"):
        bb.function(cost)
