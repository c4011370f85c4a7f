from dataclasses import replace

import pytest

from benchbook.profiling.hints import BY_STAGE
from benchbook.profiling.summarise import bottlenecks, with_calls, with_functions
from benchbook.records.profile import FunctionTime, Overhead, StageTime


def test_bottlenecks_are_stages_by_their_own_time(profiled) -> None:
    """The time of inner stages counts for these only; each bottleneck has its calls and its main function."""
    found = profiled()
    told = [(b.what, round(b.share, 3), b.time_s, b.calls, b.mostly) for b in found.bottlenecks]
    assert told == [
        ("evaluate", 0.6, 6.0, 20, "dot"),
        ("loop", 0.2, 2.0, 2, ""),
        ("set-up", 0.1, 1.0, 1, ""),
    ]
    assert found.bottlenecks[0].hint == BY_STAGE["evaluate"]


def test_a_repeated_name_is_shown_with_its_place(profiled) -> None:
    """Two stages with the same name are distinguished by their place."""
    stages = (
        StageTime(path=("a",), calls=1, total_s=6.0, own_s=3.0),
        StageTime(path=("a", "b"), calls=1, total_s=3.0, own_s=3.0),
        StageTime(path=("b",), calls=1, total_s=4.0, own_s=4.0),
    )
    assert [b.what for b in bottlenecks(profiled(stages=stages))] == ["b", "a", "a / b"]


def test_where_stages_show_nothing_functions_are_bottlenecks(profiled) -> None:
    """Work with a single stage has functions as bottlenecks, with their calls if these were counted."""
    stage = StageTime(path=("loop", "evaluate"), calls=1, total_s=10.0, own_s=10.0)
    told = [(b.what, b.time_s, b.calls) for b in bottlenecks(profiled(stages=(stage,), other_s=0.0))]
    assert told == [("dot", 4.0, 1000), ("f<1>", 1.0, None)]


def test_functions_that_are_called_often_get_that_hint(profiled) -> None:
    """Frequent calls lead to a hint of their own."""
    counted = with_calls(profiled(stages=()), {("f<1>", "mine/fit.py", 7): 100_000})
    hints = {b.what: b.hint for b in counted.bottlenecks}
    assert "called very often" in hints["f<1>"]
    assert "called very often" not in hints["dot"]


def test_functions_divide_the_time_that_a_stage_takes_without_sampling(profiled) -> None:
    """Stage times come from the run without sampling, and functions are scaled to them within each stage."""
    stages = (
        StageTime(path=("loop",), calls=2, total_s=4.0, own_s=1.0),
        StageTime(path=("loop", "evaluate"), calls=20, total_s=3.0, own_s=3.0),
    )
    plain = profiled(stages=stages, total_s=4.5, other_s=0.5, function_times=(), stacks=(), interval_s=None)
    found = with_functions(plain, profiled())
    assert (found.total_s, found.other_s, found.stages) == (4.5, 0.5, stages)
    assert [(time.function, time.own_s, time.total_s) for time in found.function_times] == [
        (1, 2.0, 2.0),
        (0, 0.5, 2.5),
    ]
    assert [stack.own_s for stack in found.stacks] == [0.5, 2.0]  # the functions of the set-up lost their stage
    assert [(span.number, span.duration_s) for span in found.stage_spans] == [(0, 8.0), (1, 6.0)]
    assert [b.what for b in found.bottlenecks] == ["evaluate", "loop"]


def test_a_profile_of_no_time_has_no_bottlenecks(profiled) -> None:
    """A total time of zero causes no division by zero."""
    assert bottlenecks(profiled(total_s=0.0)) == ()


@pytest.mark.parametrize(("sampled", "share"), [((), None), ((3.0, 2.0, 9.0), 0.5)])
def test_overhead_is_median_against_median(sampled, share) -> None:
    """One disturbed run does not decide, and without samples no overhead is given."""
    overhead = Overhead.of((2.0, 1.0, 9.0), (2.2, 2.0, 7.0), sampled)
    assert overhead.stages_share == pytest.approx(0.1)
    assert overhead.functions_share == share


def test_stages_below_a_hundredth_are_not_bottlenecks(profiled) -> None:
    """Stages that take less than a hundredth get no hint."""
    tiny = FunctionTime(stage=(), function=0, own_s=0.01, total_s=0.01, samples=1)
    found = replace(profiled(stages=()), function_times=(tiny,))
    assert bottlenecks(found) == ()
