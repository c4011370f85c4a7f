from collections.abc import Callable
from typing import Any

import pytest

import benchbook as bb
from benchbook.artifacts.store.study_plan import CELL_RUNS, StudyPlan
from benchbook.errors import UnknownNameError, UsageError
from benchbook.records import as_plain, from_plain
from benchbook.studies.runs.execute import code_digest

SMALL: dict[str, Any] = {"optimizers": ["manta_ray_foraging"], "functions": ["sphere", "bbob_f1"], "dims": [2, 3]}


def test_random_search_takes_part_in_every_study() -> None:
    """The control is added once, unless it is listed already."""
    assert [choice.name for choice in bb.study(**SMALL).optimizers] == ["manta_ray_foraging", "random_search"]
    alone = bb.study(optimizers="random_search", functions="sphere", dims=2)
    assert [choice.name for choice in alone.optimizers] == ["random_search"]


def test_a_study_is_the_cross_product() -> None:
    """The product covers optimizers, functions, dimensions, instances and seeds; groups stand for their functions."""
    assert len(bb.study(**SMALL, instances=[1, 2, 3], seeds=5)) == 2 * 2 * 2 * 3 * 5
    assert len(bb.study(optimizers=[], functions="bbob", dims=[2], instances=range(1, 16))) == 24 * 15


def test_each_function_has_its_first_instance_by_default() -> None:
    """By default BBOB starts at 1, and the textbook functions start at 0."""
    made = bb.study(**SMALL)
    assert made.instances == {"sphere": (0,), "bbob_f1": (1,)}


def test_seeds_are_a_count_or_a_list() -> None:
    """A count starts at 1."""
    assert bb.study(**SMALL, seeds=3).seeds == (1, 2, 3)
    assert bb.study(**SMALL, seeds=[7, 3]).seeds == (7, 3)


def test_settings_go_to_their_optimizer() -> None:
    """A setting that differs from the default is in the plan together with the defaults."""
    made = bb.study(**SMALL, settings={"manta_ray_foraging": {"population": 20}})
    assert made.optimizers[0].settings["population"] == 20


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"optimizers": ["manta"]}, UnknownNameError, "did you mean 'manta_ray_foraging'"),
        ({"functions": ["sfere"]}, UnknownNameError, "did you mean 'sphere'"),
        ({"optimizers": 5}, UsageError, "optimizers is 5, expected a list"),
        ({"functions": []}, UsageError, "functions is \\[\\], expected at least one"),
        ({"dims": []}, UsageError, "dims is \\(\\), expected at least one whole number"),
        ({"dims": [2, 2]}, UsageError, "contains a number twice"),
        ({"dims": ["2"]}, UsageError, "expected at least one whole number"),
        ({"dims": [1.5]}, UsageError, "expected at least one whole number"),
        ({"dims": [0]}, UsageError, "dim is 0"),
        ({"instances": [1, -1]}, UsageError, "instance is -1"),
        ({"instances": [0]}, UsageError, "instances of bbob start at 1"),
        ({"seeds": 0}, UsageError, "seeds is 0"),
        ({"seeds": [-1]}, UsageError, "seed is -1"),
        ({"seeds": True}, UsageError, "seeds is True"),
        ({"budget": 10, "budget_per_dim": 10}, UsageError, "expected one of them"),
        ({"budget": 0}, UsageError, "budget is 0"),
        ({"target": float("nan")}, UsageError, "target is nan"),
        ({"stagnation": 0}, UsageError, "stagnation is 0"),
        ({"history": "most"}, UnknownNameError, "unknown history level 'most'"),
        ({"settings": {"pso": {}}}, UnknownNameError, "unknown optimizer in settings 'pso'"),
        ({"settings": {"manta_ray_foraging": {"popul": 3}}}, UnknownNameError, "did you mean 'population'"),
        ({"settings": {"manta_ray_foraging": 3}}, UsageError, "settings of manta_ray_foraging is 3"),
        ({"settings": 3}, UsageError, "settings is 3"),
        ({"optimizers": ["random_search", "random_search"]}, UsageError, "lists one twice"),
    ],
)
def test_what_is_wrong_is_reported_before_anything_runs(change: dict[str, Any], error: type, message: str) -> None:
    """The message names argument, value and what was expected."""
    with pytest.raises(error, match=message):
        bb.study(**{**SMALL, **change})


def test_the_plan_has_the_keys_of_the_runs() -> None:
    """A plan lists run keys without making a problem, and they equal those of the runs."""
    made = bb.study(**SMALL, instances=[1, 2], seeds=2, budget_per_dim=20)
    planned = {key: item for cell in made.plan.cells() for key, item in zip(*_pairs(made, cell), strict=True)}
    assert len(planned) == len(made)
    for key, item in list(planned.items())[::5]:
        record = bb.studies.execute(item)
        assert record.run_key == key
        assert record.code_digest == code_digest(item)


def _pairs(made: Any, cell: Any) -> tuple[list[str], list[Any]]:
    return [key for key, _ in cell.runs], made.planned(cell)


def test_a_plan_survives_its_document() -> None:
    """The plan in a manifest equals the original."""
    plan = bb.study(**SMALL, instances=[1, 2], seeds=2, target=1e-8).plan
    assert from_plain(StudyPlan, as_plain(plan), version=plan.version) == plan


def test_large_cells_travel_in_parts() -> None:
    """No part has more runs than the limit, and none is lost."""
    plan = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=2 * CELL_RUNS + 1).plan
    assert [len(cell.runs) for cell in plan.cells()] == [CELL_RUNS, CELL_RUNS, 1]


def test_each_own_function_has_its_own_code_digest(hostile: Callable[[str], str]) -> None:
    """Instances of a user's own function may differ in code, so each has its own digest in the plan."""
    made = bb.study(optimizers="random_search", functions=hostile("raises"), dims=2, instances=[1, 2])
    assert len(made.plan.functions[0].code) == 2


@pytest.mark.parametrize("level", ["improvements", "population"])
def test_points_need_a_level_that_keeps_them(level: str) -> None:
    """The message names the levels that keep points."""
    with pytest.raises(UsageError, match=r"points is True .* expected history='triggers' or history='all'"):
        bb.study(optimizers="random_search", functions="sphere", dims=2, history=level, points=True)
