"""Choices: runs, pictures and code."""

from __future__ import annotations

from typing import Any

import pytest

from benchbook.errors import BenchbookError
from benchbook.specs import explore
from benchbook.specs.explore import Choice

SMALL = Choice(optimizers=["random_search", "whale"], function="sphere", repetitions=2, budget=60)


def test_a_choice_has_its_runs() -> None:
    """Every optimizer is run with every seed, on one problem."""
    runs = SMALL.runs()
    assert [(run.optimizer.name, run.seed) for run in runs] == [
        ("random_search", 1), ("random_search", 2), ("whale", 1), ("whale", 2)
    ]  # fmt: skip
    assert {(run.problem.name, run.problem.dim, run.budget) for run in runs} == {("sphere", 2, 60)}


def test_the_code_of_a_choice_gives_the_same_runs() -> None:
    """The copied code reproduces what was shown."""
    found: dict[str, Any] = {}
    exec(SMALL.code(), found)  # noqa: S102  # the code that a reader would paste
    assert found["choice"] == SMALL
    assert [run.content_digest for run in found["runs"]] == [run.content_digest for run in SMALL.runs()]


def test_a_change_computes_only_new_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding an optimizer keeps the runs of the others."""
    SMALL.runs()
    computed: list[str] = []
    execute_all = explore.execute_all
    monkeypatch.setattr(
        explore, "execute_all", lambda plan: computed.append(plan[0].spec.optimizer) or execute_all(plan)
    )
    Choice(optimizers=["whale", "grey_wolf", "random_search"], function="sphere", repetitions=2, budget=60).runs()
    assert computed == ["grey_wolf"]


def test_pictures_say_where_each_optimizer_ended() -> None:
    """Trajectories are two-dimensional, also if the runs have more dimensions."""
    choice = Choice(optimizers=["random_search", "whale"], dim=5, repetitions=2, budget=60)
    for picture in (choice.trajectories(), choice.curves()):
        assert all(name in picture.alt for name in choice.optimizers)
        assert picture.svg().startswith("<?xml")
    assert "in two dimensions" in choice.trajectories().alt
    assert "in 5 dimensions" in choice.curves().alt


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizers": []}, "optimizers is empty"),
        ({"optimizers": ["wale"]}, "did you mean 'whale'"),
        ({"function": "bbob_f1", "instance": 0}, "instance is 0"),
        ({"repetitions": 0}, "repetitions is 0"),
        ({"budget": 0}, "budget is 0"),
    ],
)
def test_a_wrong_choice_is_named(wrong: dict[str, Any], message: str) -> None:
    """A message is shown before anything is computed."""
    with pytest.raises(BenchbookError, match=message):
        Choice(**{"optimizers": ["whale"], "budget": 10, **wrong}).runs()
