import random

import pytest

from benchbook.clock import ManualClock
from benchbook.tracking import Pipeline, track
from benchbook.tracking.eta import estimate, eta_errors
from benchbook.tracking.events import read_manifest
from benchbook.tracking.files.folders import MANIFEST

UNEQUAL = [("collect", 10.0), ("clone", 300.0), ("evaluate", 40.0), ("report", 5.0)]
EQUAL = [(f"seed {k}", 20.0) for k in range(6)]


def run(steps: list[tuple[str, float]], pace: float = 1.0, *, total: bool = True) -> Pipeline:
    """Track steps of given seconds, all slowed down or sped up by one factor."""
    clock = ManualClock()
    with track("pipe", total=len(steps) if total else None, telemetry=False, clock=clock) as pipeline:
        for label, seconds in steps:
            with pipeline.step(label):
                clock.advance(pace * seconds)
    return pipeline


@pytest.mark.parametrize("pace", [1.0, 1.6, 0.4])
@pytest.mark.parametrize("steps", [UNEQUAL, EQUAL], ids=["unequal", "equal"])
def test_after_the_second_step_the_prediction_is_within_a_fifth(steps: list[tuple[str, float]], pace: float) -> None:
    """Earlier runs give the proportions, and this run gives the pace."""
    for earlier in (1.0, 1.1, 0.95):
        run(steps, earlier)
    errors = [one.error for one in eta_errors(run(steps, pace).state) if one.done >= 2]
    assert errors
    assert max(map(abs, errors)) <= 0.2


def test_without_earlier_runs_steps_to_come_are_like_those_before() -> None:
    """The first run of a pipeline of even steps is predicted from its first step."""
    state = run(EQUAL).state
    assert not [p for p in state.predictions if p.done == 0]
    assert {p.earlier for p in state.predictions} == {0}
    assert max(abs(one.error) for one in eta_errors(state) if one.done >= 1) < 0.01


def test_the_interval_holds_the_truth_and_narrows() -> None:
    """After one observation the interval is wide."""
    state = run(EQUAL).state
    assert all(p.low_s <= 120 <= p.high_s for p in state.predictions)
    widths = [p.high_s - p.low_s for p in state.predictions]
    assert widths[0] > widths[-1]


def test_an_unknown_number_of_steps_is_predicted_from_earlier_runs_only() -> None:
    """A first run without a total predicts nothing, the second as many steps as the first had."""
    assert run(UNEQUAL, total=False).state.predictions == []
    assert all(abs(p.total_s - 355) < 1 for p in run(UNEQUAL, total=False).state.predictions)


def test_a_run_of_another_shape_teaches_nothing() -> None:
    """Other labels, or another number of steps, make a different pipeline."""
    run(UNEQUAL)
    state = run([("collect", 10.0), ("other", 10.0), ("evaluate", 10.0), ("report", 10.0)]).state
    assert state.predictions[0].earlier == 1
    assert {p.earlier for p in state.predictions if p.t > 10} == {0}


def test_progress_within_a_step_sharpens_the_prediction() -> None:
    """A step that reports a quarter after ten seconds needs thirty more."""
    clock = ManualClock()
    with track("x", total=1, telemetry=False, clock=clock) as pipeline, pipeline.step("a") as step:
        assert pipeline.eta() is None
        clock.advance(10)
        step.progress(1, 4)
        eta = pipeline.eta()
    assert eta is not None
    assert eta.remaining_s == pytest.approx(30)


def test_a_step_that_is_over_its_time_still_needs_some() -> None:
    """The remaining time stays above zero while a step runs."""
    run([("a", 10.0)])
    clock = ManualClock()
    with track("pipe", total=1, telemetry=False, clock=clock) as pipeline, pipeline.step("a"):
        clock.advance(50)
        eta = pipeline.eta()
    assert eta is not None
    assert 0 < eta.low_s <= eta.remaining_s <= eta.high_s


def side_by_side(seconds: list[float], at_a_time: int) -> Pipeline:
    """Track steps of which several run in parallel."""
    clock = ManualClock()
    labels = [f"cell {k}" for k in range(len(seconds))]
    with track("parallel", steps=labels, telemetry=False, clock=clock) as pipeline:
        waiting, running = list(zip(labels, seconds, strict=True)), []
        while waiting or running:
            while waiting and len(running) < at_a_time:
                label, took = waiting.pop(0)
                running.append((clock.elapsed_s + took, pipeline.begin_step(label)))
            running.sort(key=lambda item: item[0])
            ends, step = running.pop(0)
            clock.advance(ends - clock.elapsed_s)
            step.end()
    return pipeline


@pytest.mark.parametrize("earlier", [0, 2])
def test_steps_side_by_side_are_not_added_up(earlier: int) -> None:
    """Twelve steps of 20 s, three in parallel, take 80 s and not 240; this shows from the second step on."""
    for _ in range(earlier):
        side_by_side([20.0, 24.0, 16.0] * 4, 3)
    state = side_by_side([20.0, 24.0, 16.0] * 4, 3).state
    assert state.duration_s == pytest.approx(80, abs=10)
    errors = [one.error for one in eta_errors(state) if one.done >= 2]
    assert max(map(abs, errors)) <= 0.2


def test_weights_predict_how_long_uneven_steps_take() -> None:
    """A first run of steps with known work is predicted from its first step."""
    clock = ManualClock()
    labels, work = ["small", "large", "middle"], [1.0, 30.0, 5.0]
    with track("weighed", steps=labels, weights=work, telemetry=False, clock=clock) as pipeline:
        for label, weight in zip(labels, work, strict=True):
            with pipeline.step(label):
                clock.advance(7 * weight)
    assert max(abs(one.error) for one in eta_errors(pipeline.state) if one.done >= 1) < 0.01


def test_earlier_durations_are_scaled_by_the_work() -> None:
    """A run with half of the work takes half as long; steps skipped earlier only contribute their rate."""
    for weights in ([10.0, 20.0, 0.0], [5.0, 10.0, 4.0]):
        clock = ManualClock()
        with track("scaled", steps=["a", "b", "c"], weights=weights, telemetry=False, clock=clock) as pipeline:
            first = pipeline.eta()
            for label, weight in zip("abc", weights, strict=True):
                if weight:
                    with pipeline.step(label):
                        clock.advance(weight)
                else:
                    pipeline.skip(label)
    assert first is not None
    assert first.remaining_s == pytest.approx(19)


def test_a_run_that_had_nothing_to_do_teaches_nothing() -> None:
    """If all of its steps were skipped, it does not affect the next prediction."""
    for weights in ([1.0, 1.0], [0.0, 0.0], [1.0, 1.0]):
        clock = ManualClock()
        with track("resumed", steps=["a", "b"], weights=weights, telemetry=False, clock=clock) as pipeline:
            eta = pipeline.eta()
            for label, weight in zip("ab", weights, strict=True):
                if weight:
                    with pipeline.step(label):
                        clock.advance(10)
                else:
                    pipeline.skip(label)
    assert eta is not None
    assert (eta.earlier, eta.remaining_s) == (1, pytest.approx(20))
    assert eta.high_s == pytest.approx(40)


def test_a_share_of_the_work_counts_for_the_time_of_its_report() -> None:
    """After two steps of 4 s, a third with a quarter reported at 1 s has 2.1 s left at 1.9 s, also for readers."""
    clock = ManualClock()
    with track("x", total=3, telemetry=False, clock=clock) as pipeline:
        for label in ("a", "b"):
            with pipeline.step(label):
                clock.advance(4)
        with pipeline.step("c") as step:
            clock.advance(1)
            step.progress(1, 4)
            clock.advance(0.9)
            live = pipeline.eta()
            read = estimate(read_manifest(pipeline.folder / MANIFEST), clock.elapsed_s)
            clock.advance(2.1)
    assert live is not None
    assert live.remaining_s == pytest.approx(2.1)
    assert read == live


def test_a_share_that_is_not_renewed_does_not_increase_the_remaining_time() -> None:
    """After nine tenths at 9 s and no further report, the remaining time falls and is never negative."""
    clock = ManualClock()
    with track("x", total=1, telemetry=False, clock=clock) as pipeline, pipeline.step("a") as step:
        clock.advance(9)
        step.progress(9, 10)
        left = []
        for _ in range(4):
            eta = pipeline.eta()
            left.append(eta.remaining_s if eta is not None else -1.0)
            clock.advance(0.5)
    assert left == pytest.approx([1.0, 0.5, 1.0, 1.05])


def looked_at(number: int) -> tuple[list[float], list[float]]:
    """Track a random pipeline; return errors of the total from step 3 on, at random moments and in the record."""
    rng = random.Random(number)  # noqa: S311  # made up durations, no secrets
    kind = ("even", "weighted", "earlier")[number % 3]
    count = rng.randint(3, 12)
    usual = [rng.uniform(5, 200)] * count if kind == "even" else [rng.uniform(5, 200) for _ in range(count)]
    moments: list[tuple[float, float]] = []
    for _ in range(3 if kind == "earlier" else 1):
        moments.clear()
        pace, clock = rng.lognormvariate(0, 0.3), ManualClock()
        weights = [3 * seconds for seconds in usual] if kind == "weighted" else None
        labels = [f"step {k}" for k in range(count)]
        with track(f"random {number}", steps=labels, weights=weights, telemetry=False, clock=clock) as pipeline:
            for k, label in enumerate(labels):
                took = pace * usual[k] * rng.lognormvariate(0, 0.15)
                told = sorted(rng.uniform(0, took) for _ in range(rng.choice([0, 0, 1, 2, 4])))
                looks = sorted(rng.uniform(0, took) for _ in range(2)) if k >= 2 else []
                with pipeline.step(label) as step:
                    at = 0.0
                    for moment in sorted([*told, *looks]):
                        clock.advance(moment - at)
                        at = moment
                        if moment in told:
                            step.progress(moment * rng.uniform(0.95, 1.05), took)
                        elif (eta := pipeline.eta()) is not None:
                            moments.append((clock.elapsed_s, eta.remaining_s))
                    clock.advance(took - at)
    total = pipeline.state.duration_s or 0.0
    live = [abs(t + left - total) / total for t, left in moments]
    return live, [abs(one.error) for one in eta_errors(pipeline.state) if one.done >= 2]


def test_random_pipelines_are_predicted_within_a_fifth_at_random_moments() -> None:
    """After the second step, 95 % of the predicted totals, live and in the record, are within 20 %."""
    for errors in zip(*map(looked_at, range(60)), strict=True):
        found = [error for part in errors for error in part]
        assert len(found) > 300
        assert sum(error <= 0.2 for error in found) >= 0.95 * len(found)


def test_steps_are_log_records_at_their_start_and_end(caplog: pytest.LogCaptureFixture) -> None:
    """Position, elapsed and remaining time are logged at level INFO."""
    clock = ManualClock()
    with (
        caplog.at_level("INFO", logger="benchbook.tracking"),
        track("x", total=2, telemetry=False, clock=clock) as pipeline,
    ):
        for label in ("a", "b"):
            with pipeline.step(label):
                clock.advance(20)
    assert [record.getMessage() for record in caplog.records if record.name == "benchbook.tracking.steps"] == [
        "x: step 1 of 2, a, started; elapsed 0.00 s, left not known yet",
        "x: step 1 of 2, a, completed; elapsed 20 s, left 20 s",
        "x: step 2 of 2, b, started; elapsed 20 s, left 20 s",
        "x: step 2 of 2, b, completed; elapsed 40 s, left 0.00 s",
    ]
