"""`bb.rank` and `benchbook rank`, with a small baseline of three native optimizers."""

from __future__ import annotations

import json
import logging
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis.comparison.baselines import publish
from benchbook.analysis.ranking.document import read_ranking
from benchbook.cli.main import main
from benchbook.errors import ExitCode, UnknownNameError, UsageError
from benchbook.studies import expected_time
from benchbook.studies.expected_time import duration_text

PUBLISHED = ["differential_evolution", "particle_swarm", "random_search"]
OWN = """
import time

import numpy as np

class Middle:
    def __init__(self, lower, upper, rng):
        self.lower, self.upper, self.rng = lower, upper, rng

    def ask(self):
        return self.rng.uniform(self.lower / 2, self.upper / 2, size=(10, len(self.lower)))

    def tell(self, x, fx):
        pass

class Choosy(Middle):
    def tell(self, x, fx):
        if fx.min() > 100_000:
            raise ArithmeticError("too steep")

class Breaks(Middle):
    def __init__(self, lower, upper, rng):
        raise RuntimeError("not in this box")

class Slow(Middle):
    def ask(self):
        time.sleep(0.02)
        return super().ask()

class Mute:
    def __init__(self, lower, upper, rng):
        pass

    def tell(self, x, fx):
        pass
"""


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a published baseline: three optimizers, three functions, 2-D and 3-D, five instances."""
    folder = tmp_path_factory.mktemp("field")
    study = bb.study(
        optimizers=PUBLISHED, functions=["bbob_f1", "bbob_f3", "bbob_f12"], dims=[2, 3], instances=range(1, 6),
        budget_per_dim=100, target=1e-8,
    )  # fmt: skip
    return publish(study.run(folder / "store"), "small", folder=folder / "baselines").path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return a module with a user's own optimizers."""
    (tmp_path / "ranked_optimizers.py").write_text(textwrap.dedent(OWN))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    yield "ranked_optimizers"
    sys.modules.pop("ranked_optimizers", None)


def test_a_published_optimizer_ranks_like_its_own_published_runs(baseline: Path, tmp_path: Path) -> None:
    """The same code with the same seeds gets equal ranks, is undecided, and differs by its label."""
    found = bb.rank("particle_swarm", baseline=baseline, out=tmp_path / "out").ranking
    assert found.candidate == "particle_swarm (yours)"
    assert found.runs == 30
    assert (found.functions, found.dims, found.repetitions) == (("bbob_f1", "bbob_f3", "bbob_f12"), (2, 3), 5)
    assert [standing.per_dim for standing in found.standings] == [10, 100]
    for standing in found.standings:
        mine, published = standing.of(found.candidate), standing.of("particle_swarm")
        assert (mine.mean_rank, mine.low, mine.high) == (published.mean_rank, published.low, published.high)
        assert (published.difference, published.p, published.verdict) == (0, 1, "undecided")
        assert sum(place.mean_rank for place in standing.places) == pytest.approx(1 + 2 + 3 + 4)


def test_mean_ranks_are_those_of_the_runs_themselves(baseline: Path, tmp_path: Path) -> None:
    """Mean ranks are computed again from the histories of all runs, not from published hits, and ranked by SciPy."""
    from scipy import stats

    found = bb.rank("cma_es", baseline=baseline, out=tmp_path / "out").ranking
    runs = [*bb.open(baseline.parents[1] / "store"), *bb.open(tmp_path / "out" / "runs")]
    names = ["cma_es", *PUBLISHED]
    targets = 10.0 ** np.round(np.arange(2, -8.1, -0.2), 1)
    for standing in found.standings:
        counts: dict[tuple[str, int], dict[str, list[int]]] = {}
        for run in runs:
            within = run.history.evaluations <= standing.per_dim * run.problem.dim
            best = run.history.best_values[within].min() - run.problem.f_opt
            cell = counts.setdefault((run.problem.name, run.problem.dim), {name: [] for name in names})
            cell[run.optimizer.name].append(int((best <= targets).sum()))
        means = np.array([[np.mean(cell[name]) for name in names] for cell in counts.values()])
        expected = stats.rankdata(-means.round(9), axis=1).mean(axis=0)
        assert [standing.of(name).mean_rank for name in names] == pytest.approx(expected.tolist())
        shares = means.mean(axis=0) / 51
        assert [standing.of(name).reached for name in names] == pytest.approx(shares.tolist())


def test_processes_give_the_same_and_nothing_is_done_twice(baseline: Path, own: str, tmp_path: Path) -> None:
    """A second call in the same folder reads the runs of the first, and workers do not change them."""
    done: list[tuple[int, int]] = []
    first = bb.rank(f"{own}:Middle", baseline=baseline, dims=2, out=tmp_path / "a", workers=2)
    created = {run.run_id for run in bb.open(tmp_path / "a" / "runs")}
    again = bb.rank(f"{own}:Middle", baseline=baseline, dims=2, out=tmp_path / "a", progress=lambda *n: done.append(n))
    other = bb.rank(f"{own}:Middle", baseline=baseline, dims=2, out=tmp_path / "b")
    assert {run.run_id for run in bb.open(tmp_path / "a" / "runs")} == created
    assert done[-1] == (15, 15)
    assert first.ranking.standings == again.ranking.standings == other.ranking.standings
    assert read_ranking(first.artifact) == again.ranking


def test_the_runs_are_tracked_as_a_pipeline(baseline: Path, own: str, tmp_path: Path, capsys) -> None:
    """The command tracks by default, and `bb.rank` only on request."""
    arguments = ["rank", f"{own}:Middle", "--baseline", str(baseline), "--dims", "2", "--workers", "1", "--quiet"]
    assert main([*arguments, "--no-track"]) == 0
    capsys.readouterr()
    main(["track", "list"])
    assert "rank" not in capsys.readouterr().out
    assert main(arguments) == 0
    bb.rank("whale", baseline=baseline, dims=2, functions="bbob_f1", out=tmp_path / "own", track="by hand")
    capsys.readouterr()
    main(["track", "list"])
    listed = capsys.readouterr().out
    assert "rank-ranked_optimizers-middle" in listed
    assert "by-hand" in listed
    assert main([*arguments, "--no-track", "--tensorboard", str(tmp_path)]) == ExitCode.USAGE


def test_functions_of_groups_are_those_of_the_baseline(baseline: Path, tmp_path: Path) -> None:
    """A group may have more functions than the baseline, but a named function must be in it."""
    found = bb.rank("whale", baseline=baseline, functions="bbob", dims=[2], budget_per_dim=20, out=tmp_path)
    assert found.ranking.functions == ("bbob_f1", "bbob_f3", "bbob_f12")
    assert found.ranking.budget_per_dim == 20
    with pytest.raises(UnknownNameError, match="function of the baseline"):
        bb.rank("whale", baseline=baseline, functions=["bbob_f2"], out=tmp_path)
    with pytest.raises(UsageError, match="no runs in 7-D"):
        bb.rank("whale", baseline=baseline, dims=7, out=tmp_path)
    with pytest.raises(UnknownNameError, match="baseline"):
        bb.rank("whale", baseline="no-such", out=tmp_path)
    for wrong in ("2,3", [], [2.5]):
        with pytest.raises(UsageError, match="expected at least one whole number"):
            bb.rank("whale", baseline=baseline, dims=wrong, out=tmp_path)  # type: ignore[arg-type]  # on purpose


def test_runs_that_raise_count_as_failed_and_the_summary_says_where(
    baseline: Path, own: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The optimizer raises on the bent cigar, and the exit code is 1."""
    arguments = ["rank", f"{own}:Choosy", "--baseline", str(baseline), "--dims", "3", "--workers", "1"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == ExitCode.FAILED
    found = read_ranking(tmp_path / "out" / "ranking.json.zst")
    (failure,) = found.failures
    assert (failure.function, failure.dim, failure.error) == ("bbob_f12", 3, "ArithmeticError: too steep")
    assert 0 < failure.failed == found.failed <= 5
    said = capsys.readouterr().out
    assert "runs failed on bbob_f12 3-D; they count as having reached nothing" in said
    assert all(time.successes <= 5 - failure.failed for time in found.times if time.function == "bbob_f12")


def test_an_optimizer_that_never_starts_is_last(baseline: Path, own: str, tmp_path: Path) -> None:
    """If all runs fail the expected time is unknown, and there is still a ranking."""
    said: list[str] = []
    found = bb.rank(f"{own}:Breaks", baseline=baseline, dims=2, out=tmp_path, announce=said.append).ranking
    assert "is unknown, because the first one failed" in said[-1]
    assert found.failed == found.runs == 15
    last = found.standings[-1].places[-1]
    assert (last.optimizer, last.reached) == (f"{own}:Breaks", 0.0)
    assert last.mean_rank > 3.5  # on the bent cigar, the others reach nothing either


def test_a_run_that_takes_too_long_counts_as_failed(baseline: Path, own: str, tmp_path: Path) -> None:
    """The time limit applies to each run."""
    found = bb.rank(f"{own}:Slow", baseline=baseline, dims=2, functions="bbob_f1", out=tmp_path, timeout_per_run=0.05)
    (failure,) = found.ranking.failures
    assert (failure.failed, failure.error) == (5, "the time limit ended it")
    assert found.ranking.standings[-1].of(f"{own}:Slow").reached == 0


def test_a_class_without_ask_is_refused_before_anything_runs(baseline: Path, own: str, tmp_path: Path, capsys) -> None:
    """The exit code is 2, and no folder is made."""
    arguments = ["rank", f"{own}:Mute", "--baseline", str(baseline), "--out", str(tmp_path / "out")]
    assert main(arguments) == ExitCode.USAGE
    assert f"optimizer {own}:Mute has no 'ask'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_label_replaces_the_name(baseline: Path, tmp_path: Path) -> None:
    """A user's label replaces the name, unless a published optimizer has it."""
    with pytest.raises(UsageError, match="which an optimizer of small has"):
        bb.rank("cma_es", baseline=baseline, label="random_search", out=tmp_path)
    found = bb.rank("cma_es", baseline=baseline, dims=2, functions="bbob_f1", label="tuned", out=tmp_path,
                    settings={"population": 8}).ranking  # fmt: skip
    assert found.candidate == "tuned"
    assert (found.optimizer.name, found.optimizer.settings["population"]) == ("cma_es", 8)


def test_targets_beyond_those_at_which_the_baseline_stops_are_not_counted(tmp_path: Path) -> None:
    """The candidate's runs stop at the same target as the baseline's, and a note says so."""
    study = bb.study(optimizers="random_search", functions="bbob_f1", dims=2, instances=[1, 2], budget_per_dim=50,
                     target=1.0)  # fmt: skip
    study.run(tmp_path / "easy").close()
    found = bb.rank("cma_es", baseline=tmp_path / "easy", out=tmp_path / "out").ranking
    assert found.targets[-1] == 1.0
    assert {time.target for time in found.times if time.run_length is None} == {10.0, 1.0}
    assert any("targets below 1 are not counted" in note for note in found.notes)
    assert {run.target for run in bb.open(tmp_path / "out" / "runs")} == {1.0}


def test_optimizers_of_small_budgets_are_ranked_as_far_as_they_go(tmp_path: Path) -> None:
    """Optimizers with 20 evaluations per variable are ranked after 10, but not after 100."""
    runs: list[bb.RunRecord] = []
    for name, budget in (("differential_evolution", 100), ("particle_swarm", 20)):
        study = bb.study(optimizers=name, functions=["bbob_f1", "bbob_f8"], dims=2, instances=range(1, 6),
                         budget_per_dim=budget, target=1e-8)  # fmt: skip
        runs += study.run(tmp_path / name).select(optimizer=name)
    field = publish(runs, "mixed", folder=tmp_path / "baselines")
    found = bb.rank("cma_es", baseline=field.path, out=tmp_path / "out")
    assert found.ranking.budget_per_dim == 100
    places = [[place.optimizer for place in standing.places] for standing in found.ranking.standings]
    assert [sorted(names) for names in places] == [
        ["cma_es", "differential_evolution", "particle_swarm"],
        ["cma_es", "differential_evolution"],
    ]
    assert "after 100 evaluations per variable 1 published optimizer is left out" in str(found).replace("\n  ", " ")
    assert "particle_swarm (10 x D)" in str(found).replace("\n  ", " ")


def test_a_baseline_of_another_version_is_noted(baseline: Path, tmp_path: Path, monkeypatch) -> None:
    """A note says that its runs may not be reproduced, and how to check that."""
    from benchbook.studies.runs import provenance

    monkeypatch.setattr(provenance, "library_version", lambda: "99.0")
    found = bb.rank("whale", baseline=baseline, dims=2, functions="bbob_f1", out=tmp_path).ranking
    assert any("made by benchbook" in note and "this is 99.0" in note for note in found.notes)


def test_the_default_is_the_native_baseline_where_the_field_is_not_there(tmp_path: Path, monkeypatch) -> None:
    """The choice is announced, and is in the notes."""
    import sys

    import benchbook.studies.rank  # noqa: F401

    monkeypatch.setattr(sys.modules["benchbook.studies.rank"], "FIELD", "no-such-field")
    found = bb.rank("whale", dims=2, functions="bbob_f1", budget_per_dim=10, out=tmp_path).ranking
    assert found.baseline.name == "native-bbob"
    assert any("no-such-field is not installed" in note for note in found.notes)
    assert found.reference == "best-2009"


def test_a_plan_of_more_than_a_day_is_announced_with_its_time(baseline, tmp_path, monkeypatch, caplog) -> None:
    """The warning comes before the first run, and the work is done anyway."""
    monkeypatch.setattr("benchbook.studies.expected_time._measured", lambda planned, clock: (1, 60.0))
    with caplog.at_level(logging.WARNING):
        bb.rank("whale", baseline=baseline, dims=2, functions="bbob_f1", budget_per_dim=1000, out=tmp_path)
    (warning,) = [r.getMessage() for r in caplog.records if "are expected to take" in r.getMessage()]
    assert "5 runs with 1 process are expected to take 7 days" in warning


def test_the_expected_time_is_that_of_the_work() -> None:
    """With a clock that ticks a millisecond per evaluation, 2 x 3 x (200 + 300) evaluations take 3 s."""

    class Ticking:
        now_s = 0.0

        def monotonic_s(self) -> float:
            self.now_s += 0.3  # 300 evaluations lie between two readings
            return self.now_s

    study = bb.study(optimizers="random_search", functions=["sphere", "ackley"], dims=[2, 3], instances=[1],
                     seeds=3, budget_per_dim=100)  # fmt: skip
    one = bb.study(optimizers="random_search", functions=["sphere"], dims=[20], instances=[1], budget_per_dim=100)
    found = expected_time.expected_s(one, clock=Ticking())  # type: ignore[arg-type]  # the used part of a clock
    assert found == pytest.approx(2000 / 1000 * 0.3)
    assert expected_time.expected_s(study, workers=2) > 0


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 second"), (100, "100 seconds"), (200, "3 minutes"), (4e5, "5 days")]
)
def test_durations_are_written_in_words(seconds: float, text: str) -> None:
    """The unit is the largest one of which there are at least three."""
    assert duration_text(seconds) == text


def test_the_command_writes_a_summary_of_a_dozen_lines_and_an_artifact(baseline, own, tmp_path, capsys) -> None:
    """A store can be the baseline as well, and --json prints the artifact."""
    store = baseline.parents[1] / "store"
    arguments = ["rank", f"{own}:Middle", "--baseline", str(store), "--functions", "bbob_f1,bbob_f3", "--dims", "2,3"]
    assert main([*arguments, "--budget-per-dim", "1e2", "--workers", "1"]) == 0
    said = capsys.readouterr()
    assert "20 runs with 1 process, expected to take" in said.err
    lines = said.out.splitlines()
    assert len(lines) <= 14
    assert lines[0].startswith(f"{own}:Middle among 3 optimizers of store")
    assert main([*arguments, "--workers", "1", "--quiet", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    document = json.loads(printed.out)
    assert (document["kind"], document["candidate"]) == ("ranking", f"{own}:Middle")
    assert main(["validate", str(tmp_path / "artifacts" / "rank" / f"{own}-Middle" / "ranking.json.zst")]) == 0
    assert main(["show", str(tmp_path / "artifacts" / "rank" / f"{own}-Middle" / "ranking.json.zst")]) == 0
    assert "mean rank" in capsys.readouterr().out
    assert main([*arguments[:-1], "two"]) == ExitCode.USAGE
