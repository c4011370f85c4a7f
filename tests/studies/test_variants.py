"""Studies of one optimizer under several settings."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchbook as bb
from benchbook.errors import UnknownNameError, UsageError


def test_variants_are_every_combination_of_settings() -> None:
    """Lists are multiplied, single values are the same in all variants, and the control is added."""
    made = bb.variants("manta_ray_foraging", population=[20, 50], somersault=(1, 2), repair="reflect")
    settings = [
        (c.settings["population"], c.settings["somersault"], c.settings["repair"]) for c in made.optimizers[:-1]
    ]
    assert settings == [(p, float(s), "reflect") for p in (20, 50) for s in (1, 2)]
    assert made.optimizers[-1].name == "random_search"


def test_without_lists_there_is_one_variant() -> None:
    """The study uses the defaults."""
    assert [choice.name for choice in bb.variants("whale").optimizers] == ["whale", "random_search"]


def test_wrong_settings_are_named_before_anything_runs() -> None:
    """The messages are those of a single run."""
    with pytest.raises(UnknownNameError, match="did you mean 'population'"):
        bb.variants("manta_ray_foraging", popluation=[20])
    with pytest.raises(UsageError, match="'population' of manta_ray_foraging is 1"):
        bb.variants("manta_ray_foraging", population=[20, 1])
    with pytest.raises(UsageError, match="'population' has no values"):
        bb.variants("manta_ray_foraging", population=[])


def test_variants_are_separate_in_results_and_use_the_same_draws(tmp_path: Path) -> None:
    """Each variant has its own rows, and its first population comes from the same random numbers."""
    made = bb.variants(
        "manta_ray_foraging", population=[10, 20], functions="sphere", dims=2, instances=1, seeds=2, budget_per_dim=40
    )
    runs = made.run(store=tmp_path)
    labels = runs.ert(target=1e9).index.get_level_values("optimizer")
    assert set(labels) == {"manta_ray_foraging[population=10]", "manta_ray_foraging[population=20]", "random_search"}
    firsts = {
        (run.seed, float(run.history.best_values[0]))
        for run in runs.select(optimizer="manta_ray_foraging")
        if run.history.evaluations[0] == 1
    }
    assert len(firsts) == 2
