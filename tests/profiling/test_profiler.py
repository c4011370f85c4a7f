import sys
import time

import pytest

from benchbook.clock import ManualClock
from benchbook.errors import UsageError
from benchbook.profiling import profile, stage
from benchbook.profiling.call_counts import count_calls
from benchbook.profiling.profile_document import from_document, to_document
from benchbook.profiling.sampler import MISSING, OTHER_PROFILER, near
from benchbook.records.profile import Profiled


def busy(seconds: float) -> int:
    """Compute for so long, in Python."""
    end, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        count += sum(range(50))
    return count


def idle(seconds: float) -> None:
    """Wait for so long."""
    time.sleep(seconds)


@pytest.fixture(scope="module")
def found() -> Profiled:
    """Return a profile of work of two stages, with functions."""
    with profile("work") as observed:
        for _ in range(4):
            with stage("evaluate"):
                busy(0.03)
        with observed.stage("write"):
            idle(0.05)
    return observed.result


def test_stages_and_the_rest_are_the_total(found: Profiled) -> None:
    """The parts add up to what was measured from start to stop."""
    assert sum(item.own_s for item in found.stages) + found.other_s == pytest.approx(found.total_s, rel=1e-6)
    assert [(item.name, item.calls) for item in found.stages] == [("evaluate", 4), ("write", 1)]


def test_functions_are_found_in_their_stages(found: Profiled) -> None:
    """What computes is in the one stage, what waits in the other; the sampled seconds are about those of the stage."""
    by_stage = {
        path: {found.functions[time.function].name for time in found.function_times if time.stage == path}
        for path in [("evaluate",), ("write",)]
    }
    assert "busy" in by_stage["evaluate",]
    assert "busy" not in by_stage["write",]
    assert {"idle", "sleep"} <= by_stage["write",]
    assert found.samples > 20
    busy_s = next(time.total_s for time in found.function_times if found.functions[time.function].name == "busy")
    assert busy_s == pytest.approx(found.stages[0].total_s, rel=0.3)


def test_frames_of_the_profiler_itself_are_left_out(found: Profiled) -> None:
    """Functions begin below the code that profiles."""
    files = {function.file for function in found.functions}
    assert not [file for file in files if file.endswith(("profiling/stages.py", "profiling/sampler.py", "pytest"))]


def test_bottlenecks_are_the_stages_that_take_most(found: Profiled) -> None:
    """They have share, time, calls, the function that takes most of it, and a hint."""
    first, second = found.bottlenecks
    assert (first.what, first.calls, second.what, second.mostly) == ("evaluate", 4, "write", "sleep")
    assert first.share == pytest.approx(first.time_s / found.total_s)
    assert "vectorized" in first.hint


def test_a_document_says_all_of_it(found: Profiled) -> None:
    """Written and read back, a profile is the same, to the nanosecond."""
    again = from_document(to_document(found))
    assert to_document(again) == to_document(found)
    assert (again.stages[0].path, again.functions, again.missing) == (("evaluate",), found.functions, {})


def test_what_was_measured_before_an_error_is_kept() -> None:
    """The error goes on its way, and is named in the profile."""
    observed = profile("work", functions=False)

    def work() -> None:
        with observed:
            with stage("load"):
                pass
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        work()
    result = observed.result
    assert (result.status, result.error, result.stages[0].name) == ("failed", "ValueError: broken", "load")


def test_ctrl_c_is_an_interruption() -> None:
    """It is told apart from a failure."""
    with pytest.raises(KeyboardInterrupt), profile("work", functions=False) as observed:
        raise KeyboardInterrupt
    assert (observed.result.status, observed.result.error) == ("interrupted", "KeyboardInterrupt")


def test_a_profile_goes_over_several_cells() -> None:
    """Started and stopped by hand, with stages that begin in one cell and end in another."""
    clock = ManualClock()
    observed = profile("cells", functions=False, clock=clock).start()
    observed.begin_stage("a")
    clock.advance(2)
    observed.end_stage()
    observed.end_stage()  # there is none; the profile goes on
    clock.advance(1)
    assert (observed.so_far().status, observed.so_far().total_s) == ("running", 3)
    result = observed.stop()
    assert (result.total_s, result.other_s, result.stages[0].own_s) == (3, 1, 2)
    assert observed.stop() is result
    assert "a  " in repr(observed)


def test_a_profile_is_read_while_it_samples() -> None:
    """Reading disturbs neither stages nor samples."""
    observed = profile("work").start()
    with stage("a"):
        busy(0.02)
        before = observed.so_far()
        busy(0.02)
    result = observed.stop()
    assert before.stages == ()
    assert list(before.stage_spans) == []
    assert 0 < before.samples < result.samples
    assert result.stages[0].name == "a"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": " "}, "the name of a profile is empty"),
        ({"name": "a", "interval_s": 0.0}, "interval_s is 0.0, expected at least 0.0001 s"),
        ({"name": "a", "interval_s": float("nan")}, "interval_s is nan"),
    ],
)
def test_a_wrong_argument_is_told(arguments, message: str) -> None:
    """The message names argument, value and what is expected."""
    with pytest.raises(UsageError, match=message):
        profile(**arguments)


def test_a_profile_is_used_once_and_in_order() -> None:
    """What is out of order is refused, with a message that says so."""
    observed = profile("work", functions=False)
    with pytest.raises(UsageError, match="'work' was not started"):
        observed.stop()
    with pytest.raises(UsageError, match="has no result yet: stop it first"):
        observed.result  # noqa: B018  # read for the error
    assert repr(observed) == "<profile 'work', not stopped>"
    with observed, pytest.raises(UsageError, match="already recording a profile"):
        profile("other", functions=False).start()
    with pytest.raises(UsageError, match="was already started"):
        observed.start()


def test_without_the_library_there_are_stages_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra `profile` is named; nothing fails."""
    monkeypatch.setitem(sys.modules, "pyinstrument.stack_sampler", None)
    with profile("work") as observed, stage("a"):
        pass
    assert observed.result.missing == {"functions": MISSING}
    assert observed.result.interval_s is None


def test_another_profiler_is_left_alone() -> None:
    """Where one is active, functions are not sampled, and it goes on."""

    def other(*_: object) -> None:
        pass

    sys.setprofile(other)
    try:
        with profile("work") as observed, stage("a"):
            busy(0.001)
        assert sys.getprofile() is other
    finally:
        sys.setprofile(None)
    assert observed.result.missing == {"functions": OTHER_PROFILER}


def test_calls_are_counted_by_the_names_that_the_sampler_uses(found: Profiled) -> None:
    """Functions in Python and compiled ones are found again."""

    def work() -> None:
        for _ in range(3):
            busy(0.0)
            idle(0.0)

    counted = count_calls(work)
    functions = {f.name: counted.get((f.name, f.file, f.line)) for f in found.functions}
    assert (functions["busy"], functions["idle"], functions["sleep"]) == (3, 3, 3)


def test_source_files_are_named_from_where_modules_are_found() -> None:
    """The path of a module is the same on each machine; what is no module keeps its path."""
    assert near(pytest.__file__) == "pytest/__init__.py"
    assert near("/nowhere/at/all.py") == "/nowhere/at/all.py"
