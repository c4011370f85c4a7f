"""Summary, report and artifact of a ranking that was written by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchbook.analysis.ranking.document import read_ranking, to_document, write_ranking
from benchbook.analysis.ranking.report import ranking_report
from benchbook.analysis.ranking.summary import shares_at, summary_lines
from benchbook.analysis.report.pages import as_html, as_latex
from benchbook.artifacts.validate import check_document
from benchbook.errors import ArtifactError
from benchbook.files import shipped
from benchbook.records import OptimizerRecord
from benchbook.records.ranking import (
    FailedRuns,
    FixedBudget,
    Part,
    Place,
    ProfileCurve,
    Ranking,
    RankingBaseline,
    RankingProfile,
    RunningTime,
    Standing,
)


def place(optimizer: str, rank: float, verdict: str | None) -> Place:
    """Return a place with made-up values for the other fields."""
    own = verdict is None
    return Place(optimizer=optimizer, mean_rank=rank, low=1.0, high=3.0, reached=0.5, difference=None if own else 0.1,
                 p=None if own else 0.0004, verdict=verdict)  # fmt: skip


def time(target: float, ert: float, successes: int, ratio: float | None) -> RunningTime:
    """Return a running time on one problem."""
    return RunningTime(function="bbob_f1", dim=2, target=target, ert=ert, successes=successes, runs=15, ratio=ratio)


@pytest.fixture
def ranking() -> Ranking:
    """Return a ranking of an optimizer named like markup: better than a, worse than b, undecided against c."""
    early = (
        place("<mine>", 1.5, None),
        place("c", 2.5, "undecided"),
        place("a", 3.0, "better"),
        place("b", 3.0, "worse"),
    )
    late = (place("b", 1.0, "worse"), place("<mine>", 2.0, None), place("a", 3.0, "better"))
    curves = (
        ProfileCurve(name="<mine>", role="candidate", end=100.0, share=(0.1, 0.4)),
        ProfileCurve(name="b", role="single best", end=100.0, share=(0.2, 0.5)),
        ProfileCurve(name="virtual best", role="virtual best", end=100.0, share=(0.3, 0.6)),
        ProfileCurve(name="best-2009", role="reference", end=100.0, share=(0.4, 0.9)),
    )
    return Ranking(
        candidate="<mine>",
        optimizer=OptimizerRecord(name="<mine>", settings={"step": 0.5}),
        created_at="2026-01-01T00:00:00Z",
        version="1",
        commit=None,
        baseline=RankingBaseline(name="field", created_at="2025-12-31T00:00:00Z", version="1"),
        functions=("bbob_f1", "bbob_f15"),
        dims=(2,),
        repetitions=15,
        runs=30,
        failed=3,
        evaluations=4000,
        budget_per_dim=100.0,
        targets=(100.0, 0.1),
        reference="best-2009",
        standings=(Standing(per_dim=10.0, places=early), Standing(per_dim=100.0, places=late)),
        parts=(
            Part(group="separable", dim=2, functions=1, mean_rank=1.0, optimizers=3, best="a"),
            Part(group="multi-modal", dim=2, functions=1, mean_rank=3.0, optimizers=3, best="b"),
        ),
        times=(
            time(1.0, 120.0, 15, 12.0),
            replace(time(0.1, 1234.0, 3, 345.6), par10=987.6),
            time(1e-8, math.inf, 0, None),
            replace(time(0.1, 1234.0, 3, 345.6), run_length=10.0),
            replace(time(1e-8, math.inf, 0, None), run_length=50.0),
        ),
        profiles=(RankingProfile(dim=2, x=(1.0, 100.0), curves=curves),),
        failures=(FailedRuns(function="bbob_f15", dim=2, failed=3, runs=15, error="ValueError: <no>"),),
        notes=("something was left out",),
        budgets=(
            FixedBudget(function="bbob_f1", dim=2, per_dim=10.0, precision=None, best="b", best_precision=10**-0.2),
            FixedBudget(function="bbob_f1", dim=2, per_dim=100.0, precision=0.1, best="b", best_precision=None),
        ),
    )  # fmt: skip


def test_the_summary_says_the_most_important_things_in_few_lines(ranking: Ranking) -> None:
    """The summary has ranks, verdicts, best and worst parts, shares, running times, failures and notes."""
    text = "\n".join(summary_lines(ranking))
    assert len(text.splitlines()) <= 14
    text = text.replace("\n  ", " ")
    for part in [
        "<mine> among 3 optimizers of field (benchbook 1, published 2025-12-31)",
        "2 functions in 2-D, 30 runs of 100 x D evaluations (D variables), 3 failed",
        "10 x D: mean rank 1.50 of 4 (1.00 to 3.00); better than 1, worse than 1, undecided 1;",
        "100 x D: mean rank 2.00 of 3 (1.00 to 3.00); better than 1, worse than 1, undecided 0;",
        "best published b 1.00",
        "better than at 100 x D: a\nworse than at 100 x D: b\nundecided against at 100 x D: c (10 x D)",
        "best on separable 2-D (rank 1.00 of 3); worst on multi-modal 2-D (rank 3.00 of 3)",
        "<mine> 0.40, b (single best) 0.50, virtual best of the field 0.60, best-2009 0.90",
        "reached 0.1 on 1 of 1 problems, median ERT 346 times that of best-2009; 1e-08 on 0 of 1 problems",
        "runs failed on bbob_f15 2-D; they count as having reached nothing. First error: ValueError: <no>",
        "note: something was left out",
    ]:
        assert part in text, text


def test_the_shares_at_a_budget_is_that_of_the_last_point_within_it(ranking: Ranking) -> None:
    """The shares are those of the last point within the budget, not of later ones."""
    (profile,) = ranking.profiles
    assert shares_at(profile, "candidate", 50) == {"<mine>": 0.1}
    assert shares_at(profile, "candidate", 100) == {"<mine>": 0.4}
    assert shares_at(profile, "published", 100) == {}


def test_the_report_has_all_tables_and_no_text_becomes_markup(ranking: Ranking) -> None:
    """Ranks, groups, running times with ratios and successes, and failures are in the HTML and the LaTeX report."""
    report = ranking_report(ranking)
    html = as_html(report).replace("\u00a0", " ").replace("<wbr>", "")
    assert "<mine>" not in html
    assert "<no>" not in html
    for part in [
        "After 100 evaluations per variable &lt;mine&gt; has a mean rank of 2.00 among 3 optimizers",
        "It is better than a. It is worse than b. Undecided against c (10 x D).",
        "3 of 30 runs failed and count as having reached nothing.",
        "<td>1,234 (346); 3/15</td>",
        "<td>120 (12)</td>",
        "<td>∞</td>",
        "<th>10 x D</th><th>50 x D</th>",
        "<td>988</td>",
        "<td>&gt; 100</td><td>0.63 (b)</td><td>0.1</td><td>&gt; 100 (b)</td>",
        "<td>0.1: 346; 3/15</td><td>1e-08: ∞</td>",
        "<td>3.00 (1.00 to 3.00)</td><td>better (&lt; 0.001)</td>",
        "ValueError: &lt;no&gt;",
        "something was left out",
    ]:
        assert part in html, part
    assert html.count("<svg") == 2
    assert "1,234~(346);~3/15" in as_latex(report)


def test_an_optimizer_missing_from_a_standing_has_a_dash(ranking: Ranking) -> None:
    """The cell of c after 100 evaluations per variable is a dash."""
    table = next(table for table in ranking_report(ranking).tables if table.caption.startswith("The field"))
    assert [row[0] for row in table.rows] == ["b", "<mine>", "a", "c"]
    assert table.rows[-1][3:] == ("–", "–")


def test_a_ranking_comes_out_of_its_artifact_as_it_went_in(ranking: Ranking, tmp_path: Path) -> None:
    """An infinite running time is null in the document, and the document is valid."""
    assert check_document(to_document(ranking)) == []
    assert read_ranking(write_ranking(ranking, tmp_path / "r.json.zst")) == ranking
    with pytest.raises(ArtifactError, match="expected 'ranking'"):
        read_ranking(shipped("baselines", "native-bbob.json.zst"))
