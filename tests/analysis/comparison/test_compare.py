"""Rows and verdicts of a comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.comparison.baselines import extend, find_baseline, load_baseline, publish, published
from benchbook.analysis.comparison.compare import compare
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.comparison.thresholds import Thresholds, load_thresholds
from benchbook.analysis.comparison.verdicts import Row, Verdict
from benchbook.analysis.statistics.permutation import (
    EXCHANGES,
    exchanged_log_ert_ratios,
    exchanged_means,
    exchanges,
    p_value,
    sequential_p_value,
    shuffled,
)
from benchbook.errors import ArtifactError, ParamsError, UnknownNameError, UsageError
from benchbook.records.published import StudySummary


@pytest.fixture(scope="module")
def runs() -> RunTable:
    """Fifteen runs of two cells."""
    return RunTable(
        bb.run("differential_evolution", "sphere", dim=d, instance=1, seed=s, budget=200 * d)
        for d in (2, 3)
        for s in range(15)
    )


@pytest.fixture
def summary(runs: RunTable) -> StudySummary:
    """Return the summary of these runs."""
    return summarise(runs)


def slowed(summary: StudySummary, factor: float, work: float = 1000) -> StudySummary:
    """Return a summary whose times are near `work` microseconds per evaluation, times a factor, with 1 % noise."""
    rng = np.random.default_rng(8)
    cells = {
        key: replace(cell, us_per_evaluation=factor * work * (1 + 0.01 * rng.standard_normal(len(cell))))
        for key, cell in summary.cells.items()
    }
    return replace(summary, cells=cells)


def verdicts(rows: tuple[Row, ...], lane: str) -> set[str]:
    """Return the verdicts of a lane, without start-up."""
    return {row.verdict.value for row in rows if row.lane == lane and row.metric != "start-up"}


def test_a_study_compared_with_itself_is_unchanged(runs: RunTable, summary: StudySummary) -> None:
    """With the same runs on both sides, every row of the quality lane is unchanged and nothing is worse."""
    result = compare(summary, runs)
    assert verdicts(result.rows, "quality") == {"unchanged"}
    assert not result.worse


def test_rows_hold_baseline_current_delta_and_percent() -> None:
    """From 200 to 150 is -50 or -25 %; where the baseline is missing, zero or infinite there is no percentage."""
    row = Row(
        lane="quality", optimizer="a", function="f", dim=2, metric="ERT", baseline=200.0, current=150.0,
        verdict=Verdict.BETTER,
    )  # fmt: skip
    assert (row.delta, row.relative) == (-50.0, -0.25)
    assert replace(row, baseline=0.0).relative is None
    assert replace(row, baseline=np.inf).relative is None
    assert replace(row, baseline=np.inf, current=np.inf).delta is None
    assert replace(row, baseline=None).delta is None


def test_times_need_to_be_relatively_absolutely_and_significantly_longer(summary: StudySummary) -> None:
    """A time that grows by 20 % of some seconds is worse; growing by 5 %, or by 20 % of a millisecond, is not."""
    then = slowed(summary, 1.0)
    assert verdicts(compare(then, slowed(then, 1.2)).rows, "time") == {"worse"}
    assert verdicts(compare(then, slowed(then, 0.8)).rows, "time") == {"better"}
    assert verdicts(compare(then, slowed(then, 1.05)).rows, "time") == {"unchanged"}
    tiny = slowed(summary, 1.0, work=0.1)
    short = compare(tiny, slowed(summary, 1.2, work=0.1)).rows
    assert verdicts(short, "time") == {"undecided"}
    assert {row.reason.partition(":")[0] for row in short if row.metric == "time (s)"} == {"too short to judge"}


def test_noisy_times_are_undecided(summary: StudySummary) -> None:
    """Where times scatter by a factor of two, a difference of 20 % is within the noise."""
    rng = np.random.default_rng(4)

    def noisy(factor: float) -> StudySummary:
        cells = {
            key: replace(cell, us_per_evaluation=factor * 1000 * 2 ** rng.standard_normal(len(cell)))
            for key, cell in summary.cells.items()
        }
        return replace(summary, cells=cells)

    assert verdicts(compare(noisy(1.0), noisy(1.2)).rows, "time") == {"undecided"}


def test_times_of_unlike_hosts_are_not_compared(summary: StudySummary) -> None:
    """If the processor differs or is unknown, every row of the time lane says so."""
    then = slowed(summary, 1.0)
    other = replace(slowed(then, 3.0), host=replace(then.host, cpu="another"))
    rows = [row for row in compare(then, other).rows if row.lane == "time"]
    assert {row.verdict for row in rows} == {Verdict.NOT_COMPARABLE}
    assert "cpu" in rows[0].reason
    unknown = compare(then, replace(other, host=None)).rows
    assert "unknown" in next(row.reason for row in unknown if row.lane == "time")


def test_startup_is_separate(summary: StudySummary) -> None:
    """The first run of an optimizer is its start-up, an undecided row that does not count as a steady time."""
    assert sum(np.isnan(cell.us_per_evaluation).sum() for cell in summary.cells.values()) == 1
    rows = [row for row in compare(summary, summary).rows if row.metric == "start-up"]
    assert [row.verdict for row in rows] == [Verdict.UNDECIDED]


def test_new_cells_other_budgets_and_few_runs_are_undecided(runs: RunTable, summary: StudySummary) -> None:
    """Cells that cannot be compared are undecided with a reason, and raise no exception."""
    few = compare(summary, RunTable(runs.select(seed=[0, 1])))
    assert {row.verdict for row in few.rows if row.metric.startswith("ERT")} <= {Verdict.UNDECIDED, Verdict.UNCHANGED}
    fresh = compare(summarise(runs.select(dim=2)), runs)
    assert [row.verdict for row in fresh.rows if "baseline has no such cell" in row.reason] == [Verdict.UNDECIDED]
    assert not fresh.worse
    shorter = [bb.run("differential_evolution", "sphere", dim=2, instance=1, seed=s, budget=100) for s in range(15)]
    assert any("budgets differ" in row.reason for row in compare(summary, shorter).rows)


def test_what_the_candidate_has_lost_is_worse(runs: RunTable, summary: StudySummary) -> None:
    """A cell that the candidate lacks is named as worse; so is every cell of a candidate without any run."""
    gone = compare(summary, runs.select(dim=2))
    assert [(row.function, row.dim, row.baseline, row.current) for row in gone.worse] == [("sphere", 3, 15, 0)]
    assert [row.dim for row in compare(summary, []).worse] == [2, 3]


def test_changed_settings_are_noted(summary: StudySummary) -> None:
    """The report says which setting has a different value."""
    other = [
        bb.run("differential_evolution", "sphere", dim=2, instance=1, seed=1, budget=400, settings={"population": 7})
    ]
    assert "differential_evolution: population was 50, is 7" in compare(summary, other).notes


def test_exchanges_of_few_pairs_are_enumerated() -> None:
    """Three pairs have eight exchanges; three differences of one sign have p = 2/8."""
    members = exchanges(3, 3, paired=True)
    assert members.shape == (8, 6)
    lots = exchanged_means(np.array([2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0]), members)
    assert lots[0] == pytest.approx(2.0)
    assert p_value(lots) == 0.25


def test_small_p_values_are_resolved_by_more_exchanges() -> None:
    """Twenty pairs of one sign have p = 2 / 2**20, which one batch of exchanges cannot distinguish from 1 / 20,000."""
    a, b = np.arange(1.0, 21.0), np.zeros(20)
    asked: list[int] = []

    def lots(seed: int) -> np.ndarray:
        asked.append(seed)
        return exchanged_means(a, b, exchanges(20, 20, paired=True, seed=seed))

    assert sequential_p_value(lots, EXCHANGES) >= 1 / EXCHANGES
    assert asked == [1]
    assert sequential_p_value(lots, 5 * EXCHANGES) < 1 / (4 * EXCHANGES)
    a[::2] *= -1  # no difference: the first batch is enough
    asked.clear()
    assert sequential_p_value(lots, 5 * EXCHANGES) > 0.1
    assert asked == [1]


def test_cells_of_few_pairs_do_not_hide_a_loss_over_all_cells() -> None:
    """The few exchanges of each cell are sampled, so ten cells of three pairs together have p near 2 / 2**30."""
    lots = exchanged_means(np.ones(3), np.zeros(3), exchanges(3, 3, paired=True))
    total = np.sum([shuffled(lots, number, 1) for number in range(10)], axis=0)
    assert len(total) == EXCHANGES
    assert p_value(total) == 1 / EXCHANGES


def test_a_strict_level_can_still_be_reached(summary: StudySummary) -> None:
    """With alpha = 0.0001, as for thousands of tests, a plain loss is worse, which 20,000 exchanges could not show."""
    lost = {key: replace(cell, aocc=0.5 * cell.aocc, seeds=cell.seeds + 100) for key, cell in summary.cells.items()}
    result = compare(summary, replace(summary, cells=lost), Thresholds(alpha=1e-4))
    worse = [row for row in result.rows if row.lane == "quality" and row.verdict is Verdict.WORSE]
    assert {row.function for row in worse} == {"sphere", "all"}


def test_no_power_is_stated_where_no_loss_could_be_found(runs: RunTable) -> None:
    """Two runs of a cell can be exchanged in six ways, so no p-value is below 0.05."""
    few = summarise(RunTable(run for run in runs if run.seed < 2 and run.problem.dim == 2))
    now = summarise(RunTable(run for run in runs if run.seed in (3, 4) and run.problem.dim == 2))
    assert not [note for note in compare(few, now).notes if "power" in note]


def test_exchanged_ert_ratios_begin_with_the_observed_one() -> None:
    """The observed ratio of ERT 10 to 40 is log(1/4); a side without a success counts as half a success."""
    members = exchanges(1, 1, paired=False, count=50)
    one, other = (np.array([10.0]), np.array([1.0])), (np.array([40.0]), np.array([1.0]))
    assert exchanged_log_ert_ratios(one, other, members)[0] == pytest.approx(np.log(0.25))
    failed = (np.array([40.0]), np.array([0.0]))
    assert exchanged_log_ert_ratios(one, failed, members)[0] == pytest.approx(np.log(10 / 80))


def test_a_baseline_comes_back_as_it_was_published(runs: RunTable, tmp_path: Path) -> None:
    """A published summary that is read back compares as unchanged, and its file has few bytes per run."""
    made = publish(runs, "first", folder=tmp_path)
    assert [item.name for item in published(tmp_path)] == ["first"]
    again = find_baseline("first", tmp_path)
    assert not compare(again.summary, runs).worse
    assert verdicts(compare(again.summary, runs).rows, "quality") == {"unchanged"}
    assert made.path.stat().st_size < 3000
    assert again.summary.packages == made.summary.packages
    assert "numpy" in (again.summary.packages or {})
    assert load_baseline(made.path).created_at == made.created_at


def test_a_linked_baseline_is_written_where_the_link_points(runs: RunTable, tmp_path: Path) -> None:
    """Replacing a baseline behind a symbolic link keeps the link."""
    (tmp_path / "shipped").mkdir()
    publish(runs, "first", folder=tmp_path / "shipped")
    link = tmp_path / "first.json.zst"
    link.symlink_to(tmp_path / "shipped" / "first.json.zst")
    before = link.stat().st_ino
    publish(runs, "first", folder=tmp_path, replace=True)
    assert link.is_symlink()
    assert link.stat().st_ino != before


def test_a_baseline_grows_by_new_cells_and_by_larger_budgets(runs: RunTable, tmp_path: Path) -> None:
    """Cells that are new or have at least the budget of the published ones are taken; all others stay as they are."""
    before = publish(runs, "field", folder=tmp_path).summary

    def made(optimizer: str, dim: int, budget: int) -> list[bb.RunRecord]:
        return [bb.run(optimizer, "sphere", dim=dim, instance=1, seed=s, budget=budget) for s in range(3)]

    added = [*made("cma_es", 2, 100), *made("differential_evolution", 3, 900)]
    added += made("differential_evolution", 2, 100)
    grown, new, replaced = extend(added, "field", folder=tmp_path)
    assert (new, replaced) == (1, 1)
    cells = load_baseline(tmp_path / "field.json.zst").summary.cells
    assert {key: (cell.budget, len(cell)) for key, cell in cells.items()} == {
        ("differential_evolution", "sphere", 2): (400, 15),
        ("differential_evolution", "sphere", 3): (900, 3),
        ("cma_es", "sphere", 2): (100, 3),
    }
    kept = cells["differential_evolution", "sphere", 2]
    assert kept.evaluations.tolist() == before.cells[kept.key].evaluations.tolist()
    assert grown.summary.version == before.version
    with pytest.raises(UsageError, match="expected a baseline that exists"):
        extend(added, "field2", folder=tmp_path)
    with pytest.raises(UsageError, match="no runs"):
        extend([], "field", folder=tmp_path)
    two = [bb.run("nsga2", "bbob_biobj_f1", dim=2, instance=1, seed=1, budget=60)]
    with pytest.raises(UsageError, match="the baseline with the study"):
        extend(two, "field", folder=tmp_path)
    other = [bb.run(bb.optimizer("cma_es", population=20), "sphere", dim=2, instance=1, seed=1, budget=100)]
    with pytest.raises(UsageError, match="cma_es has other settings"):
        extend(other, "field", folder=tmp_path)


def test_a_baseline_is_replaced_only_on_purpose(runs: RunTable, tmp_path: Path) -> None:
    """A second publication under the same name is refused unless replacing is asked for."""
    publish(runs, "first", folder=tmp_path)
    with pytest.raises(UsageError, match="exists already"):
        publish(runs, "first", folder=tmp_path)
    publish(runs, "first", folder=tmp_path, replace=True)
    with pytest.raises(UsageError, match="no runs"):
        publish(RunTable([]), "second", folder=tmp_path)
    with pytest.raises(UsageError, match="letters"):
        publish(runs, "../first", folder=tmp_path)


def test_unknown_and_foreign_baselines_are_named(runs: RunTable, tmp_path: Path) -> None:
    """A misspelt name gets the nearest one as a hint, and a run artifact is refused as a baseline."""
    publish(runs, "first", folder=tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'first'"):
        find_baseline("firsd", tmp_path)
    path = bb.save(runs[0], tmp_path / "run.json.zst")
    with pytest.raises(ArtifactError, match="kind 'run'"):
        load_baseline(path)


def test_thresholds_are_read_from_yaml_and_checked(tmp_path: Path) -> None:
    """The thresholds in the file change, others keep their default, and unknown or impossible ones are refused."""
    path = tmp_path / "t.yaml"
    path.write_text("quality_relative: 0.2\n")
    assert load_thresholds(path) == Thresholds(quality_relative=0.2)
    path.write_text("")
    assert load_thresholds(path) == Thresholds()
    for text, said in [
        ("qualty_relative: 1", "did you mean quality_relative"),
        ("alpha: 2", "between 0 and 1"),
        ("time_noise: -1", ">= 0"),
        ("[1]", "list"),
        (": :", "YAML"),
    ]:
        path.write_text(text)
        with pytest.raises(ParamsError, match=said):
            load_thresholds(path)


def test_a_real_loss_is_worse_and_a_gain_is_better(summary: StudySummary) -> None:
    """If every run loses half of its AOCC, every AOCC row is worse; the other way round it is better."""
    half = {key: replace(cell, aocc=cell.aocc / 2) for key, cell in summary.cells.items()}
    lower = replace(summary, cells=half)
    down = [row for row in compare(summary, lower).rows if row.metric.startswith("AOCC")]
    up = [row for row in compare(lower, summary).rows if row.metric.startswith("AOCC")]
    assert {row.verdict for row in down} == {Verdict.WORSE}
    assert {row.verdict for row in up} == {Verdict.BETTER}
    assert all(row.high < 0 for row in down)
