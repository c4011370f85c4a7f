import pytest

from benchbook.clock import ManualClock
from benchbook.tracking import Pipeline, track
from benchbook.tracking.eta import eta_errors

UNEQUAL = [("collect", 10.0), ("clone", 300.0), ("evaluate", 40.0), ("report", 5.0)]
EQUAL = [(f"seed {k}", 20.0) for k in range(6)]


def run(steps: list[tuple[str, float]], pace: float = 1.0, *, total: bool = True) -> Pipeline:
    """Track steps of given seconds, all slower or faster by one factor."""
    clock = ManualClock()
    with track("pipe", total=len(steps) if total else None, telemetry=False, clock=clock) as pipeline:
        for label, seconds in steps:
            with pipeline.step(label):
                clock.advance(pace * seconds)
    return pipeline


@pytest.mark.parametrize("pace", [1.0, 1.6, 0.4])
@pytest.mark.parametrize("steps", [UNEQUAL, EQUAL], ids=["unequal", "equal"])
def test_after_the_second_step_the_prediction_is_within_a_fifth(steps: list[tuple[str, float]], pace: float) -> None:
    """Earlier runs give the proportions, this one the pace."""
    for earlier in (1.0, 1.1, 0.95):
        run(steps, earlier)
    errors = [error for done, _, error in eta_errors(run(steps, pace).state) if done >= 2]
    assert errors
    assert max(map(abs, errors)) <= 0.2


def test_without_earlier_runs_steps_to_come_are_like_those_before() -> None:
    """The first run of a pipeline of even steps is predicted from its own first step on."""
    state = run(EQUAL).state
    assert not [p for p in state.predictions if p.done == 0]
    assert {p.earlier for p in state.predictions} == {0}
    assert max(abs(error) for done, _, error in eta_errors(state) if done >= 1) < 0.01


def test_the_interval_holds_the_truth_and_narrows() -> None:
    """One observation says little, so the interval is wide at first."""
    state = run(EQUAL).state
    assert all(p.low_s <= 120 <= p.high_s for p in state.predictions)
    widths = [p.high_s - p.low_s for p in state.predictions]
    assert widths[0] > widths[-1]


def test_an_unknown_number_of_steps_is_predicted_from_earlier_runs_only() -> None:
    """Nobody said how many steps there will be; a first run predicts nothing, the second as many as the first had."""
    assert run(UNEQUAL, total=False).state.predictions == []
    assert all(abs(p.total_s - 355) < 1 for p in run(UNEQUAL, total=False).state.predictions)


def test_a_run_of_another_shape_teaches_nothing() -> None:
    """Other labels, or another number of steps, make another pipeline."""
    run(UNEQUAL)
    state = run([("collect", 10.0), ("other", 10.0), ("evaluate", 10.0), ("report", 10.0)]).state
    assert state.predictions[0].earlier == 1
    assert {p.earlier for p in state.predictions if p.t > 10} == {0}


def test_progress_within_a_step_sharpens_the_prediction() -> None:
    """A step that says that a quarter is done after ten seconds needs thirty more."""
    clock = ManualClock()
    with track("x", total=1, telemetry=False, clock=clock) as pipeline, pipeline.step("a") as step:
        assert pipeline.eta() is None
        clock.advance(10)
        step.progress(1, 4)
        eta = pipeline.eta()
    assert eta is not None
    assert eta.remaining_s == pytest.approx(30)


def test_a_step_that_is_over_its_time_still_needs_some() -> None:
    """The remaining time is never negative and never nothing while a step runs."""
    run([("a", 10.0)])
    clock = ManualClock()
    with track("pipe", total=1, telemetry=False, clock=clock) as pipeline, pipeline.step("a"):
        clock.advance(50)
        eta = pipeline.eta()
    assert eta is not None
    assert 0 < eta.low_s <= eta.remaining_s <= eta.high_s


def side_by_side(seconds: list[float], at_a_time: int) -> Pipeline:
    """Track steps of which several run at a time."""
    clock = ManualClock()
    labels = [f"cell {k}" for k in range(len(seconds))]
    with track("beside", steps=labels, telemetry=False, clock=clock) as pipeline:
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
    """Twelve steps of 20 s, three at a time, take 80 s and not 240; one sees it from the second step on."""
    for _ in range(earlier):
        side_by_side([20.0, 24.0, 16.0] * 4, 3)
    state = side_by_side([20.0, 24.0, 16.0] * 4, 3).state
    assert state.duration_s == pytest.approx(80, abs=10)
    errors = [error for done, _, error in eta_errors(state) if done >= 2]
    assert max(map(abs, errors)) <= 0.2


def test_weights_tell_how_long_uneven_steps_take() -> None:
    """A first run of steps of known work is predicted from its first step on."""
    clock = ManualClock()
    labels, work = ["small", "large", "middle"], [1.0, 30.0, 5.0]
    with track("weighed", steps=labels, weights=work, telemetry=False, clock=clock) as pipeline:
        for label, weight in zip(labels, work, strict=True):
            with pipeline.step(label):
                clock.advance(7 * weight)
    assert max(abs(error) for done, _, error in eta_errors(pipeline.state) if done >= 1) < 0.01


def test_earlier_durations_are_scaled_by_the_work() -> None:
    """A run that has half of the work to do takes half as long; what was left out before teaches its rate only."""
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
    """All of its steps were skipped; the next one is predicted as if it had never been."""
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
