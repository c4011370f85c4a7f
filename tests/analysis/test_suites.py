"""Suites with constraints or two objectives are measured with COCO's targets and never pooled with others."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.columns import columns
from benchbook.analysis.comparison.baselines import publish
from benchbook.analysis.comparison.quality_lane import quality_rows
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.comparison.thresholds import Thresholds
from benchbook.analysis.measures.profiles import group_of
from benchbook.analysis.measures.targets import BIOBJ_TARGETS, CONSTRAINED_TARGETS
from benchbook.analysis.ranking.plan import candidate_plan
from benchbook.analysis.suites import split, suites_of, targets_of
from benchbook.errors import UsageError
from benchbook.records import RunRecord
from benchbook.specs.views.figures import profile as profile_figure

pytest.importorskip("cocoex")


@pytest.fixture(scope="module")
def runs() -> list[RunRecord]:
    """Return runs on a function of each kind."""
    names = ("bbob_f1", "bbob_constrained_f1", "bbob_biobj_f1")
    return [bb.run("nsga2", name, dim=2, seed=seed, budget=800) for name in names for seed in (1, 2)]


def _of(runs: Iterable[RunRecord], *suites: str) -> RunTable:
    return RunTable(run for run in runs if run.problem.name.rpartition("_f")[0] in suites)


def test_targets_are_cocopps() -> None:
    """Targets of bbob-constrained and bbob-biobj equal those of cocopp's profiles."""
    settings = pytest.importorskip("cocopp.testbedsettings")
    for name, own in (("CONSBBOBTestbed", CONSTRAINED_TARGETS), ("GECCOBiObjBBOBTestbed", BIOBJ_TARGETS)):
        theirs = getattr(settings, name).settings["pprldmany_target_values"]
        assert own == pytest.approx(np.array(theirs), rel=1e-12)


@pytest.mark.parametrize(("suite", "count"), [("bbob", 51), ("bbob_constrained", 41), ("bbob_biobj", 58)])
def test_profiles_have_the_targets_of_their_suite(runs: list[RunRecord], suite: str, count: int) -> None:
    """A profile of one suite counts COCO's targets for that suite."""
    (profile,) = _of(runs, suite).profile("dim")
    assert (profile.targets, profile.label) == (count, "all")


def test_profiles_of_several_suites_are_apart_and_named(runs: list[RunRecord]) -> None:
    """Suites that are judged differently are not pooled; each profile equals that of its suite alone."""
    together = _of(runs, "bbob", "bbob_constrained", "bbob_biobj").profile("dim")
    assert [profile.label for profile in together] == ["one objective", "bbob_constrained", "bbob_biobj"]
    for profile, suite in zip(together, ("bbob", "bbob_constrained", "bbob_biobj"), strict=True):
        (alone,) = _of(runs, suite).profile("dim")
        assert profile.functions == 1
        assert profile.share.tolist() == alone.share.tolist()


def test_splitting_loses_no_run(runs: list[RunRecord]) -> None:
    """Each run is in the part of its suite."""
    parts = split(columns(runs))
    assert [(suite, len(part)) for suite, part in parts] == [
        ("one objective", 2), ("bbob_constrained", 2), ("bbob_biobj", 2)
    ]  # fmt: skip


def test_several_suites_have_the_standard_targets() -> None:
    """Where one list of targets must serve several suites, it is the standard one."""
    assert len(targets_of(["bbob_f1", "bbob_biobj_f1"])) == len(targets_of([])) == 51
    assert suites_of(["sphere", "bbob_biobj_f1", "bbob_f3"]) == ["one objective", "bbob_biobj"]


@pytest.mark.parametrize(("function", "count"), [("cec2006_g01", 41), ("welded_beam", 41), ("zdt1", 58), ("dtlz2", 58)])
def test_problems_of_the_literature_have_the_targets_of_similar_suites(function: str, count: int) -> None:
    """Each family is a suite, with the targets of the problems that are judged in the same way."""
    assert len(targets_of([function])) == count
    assert suites_of([function, "bbob_f1"])[1] == "one objective"


def test_functions_are_grouped_within_their_suite() -> None:
    """Constrained functions are grouped by their objective, bi-objective ones by the groups of both objectives."""
    assert group_of("bbob_constrained_f7") == "separable ellipsoid"
    assert group_of("bbob_biobj_f3") == "separable and moderate"


def test_a_baseline_has_one_suite(runs: list[RunRecord], tmp_path: Path) -> None:
    """A baseline over several suites is refused, since its numbers would mix different kinds of precision."""
    with pytest.raises(UsageError, match=r"functions of 2 suites \(one objective, bbob_biobj\)"):
        publish(_of(runs, "bbob", "bbob_biobj"), "mixed", folder=tmp_path)
    made = publish(_of(runs, "bbob_biobj"), "biobj", folder=tmp_path)
    assert made.summary.targets is not None
    assert made.summary.targets.tolist() == BIOBJ_TARGETS[:51].tolist()


def test_a_ranking_has_one_suite(runs: list[RunRecord]) -> None:
    """A study with several suites is ranked in one of them, chosen by its functions."""
    summary = summarise(runs)
    with pytest.raises(UsageError, match="choose functions of one"):
        candidate_plan(summary)
    assert candidate_plan(summary, functions=["bbob_biobj_f1"]).functions == ("bbob_biobj_f1",)


def test_a_comparison_has_one_mean_for_each_suite(runs: list[RunRecord]) -> None:
    """A study with several suites has one mean over cells for each."""
    more = [bb.run("nsga2", "bbob_biobj_f2", dim=2, seed=seed, budget=800) for seed in (1, 2)]
    more += [bb.run("nsga2", "bbob_f2", dim=2, seed=seed, budget=800) for seed in (1, 2)]
    cells = list(summarise([*_of(runs, "bbob", "bbob_biobj"), *more]).cells.values())
    rows, _ = quality_rows([(cell, cell) for cell in cells], Thresholds())
    assert [row.function for row in rows if "mean of 2 cells" in row.metric] == ["one objective", "bbob_biobj"]


def test_the_profile_of_a_spec_names_suites_and_targets(runs: list[RunRecord]) -> None:
    """With several suites there is one panel per suite and dimension, and the caption names the targets of each."""
    alone = profile_figure(_of(runs, "bbob"))
    assert "51 targets from 100 to 1e-8." in alone.caption
    assert "nsga2 in 2-D" in alone.alt
    both = profile_figure(_of(runs, "bbob", "bbob_biobj"))
    assert "51 targets from 100 to 1e-8 and 58 targets from 1 to -0.0001" in both.caption
    assert [axes.get_title(loc="left") for axes in both.figure.axes] == ["one objective, 2-D", "bbob_biobj, 2-D"]
