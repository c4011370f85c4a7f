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
    """Compute in Python for a number of seconds."""
    end, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        count += sum(range(50))
    return count


def idle(seconds: float) -> None:
    """Wait for a number of seconds."""
    time.sleep(seconds)


@pytest.fixture(scope="module")
def found() -> Profiled:
    """Return a profile of work in two stages, with functions."""
    with profile("work") as observed:
        for _ in range(4):
            with stage("evaluate"):
                busy(0.03)
        with observed.stage("write"):
            idle(0.05)
    return observed.result


def test_stages_and_the_rest_are_the_total(found: Profiled) -> None:
    """The parts add up to the time from start to stop."""
    assert sum(item.own_s for item in found.stages) + found.other_s == pytest.approx(found.total_s, rel=1e-6)
    assert [(item.name, item.calls) for item in found.stages] == [("evaluate", 4), ("write", 1)]


def test_functions_are_found_in_their_stages(found: Profiled) -> None:
    """Computing and waiting functions are found in different stages, with about the stage's seconds in samples."""
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
    """Frames begin below the profiler's own code."""
    files = {function.file for function in found.functions}
    assert not [file for file in files if file.endswith(("profiling/stages.py", "profiling/sampler.py", "pytest"))]


def test_bottlenecks_are_the_stages_that_take_most(found: Profiled) -> None:
    """Each bottleneck has share, time, calls, the function that takes most of it, and a hint."""
    first, second = found.bottlenecks
    assert (first.what, first.calls, second.what, second.mostly) == ("evaluate", 4, "write", "sleep")
    assert first.share == pytest.approx(first.time_s / found.total_s)
    assert "vectorized" in first.hint


def test_a_document_has_the_whole_profile(found: Profiled) -> None:
    """A profile that is written and read back is equal, to the nanosecond."""
    again = from_document(to_document(found))
    assert to_document(again) == to_document(found)
    assert (again.stages[0].path, again.functions, again.missing) == (("evaluate",), found.functions, {})


def test_what_was_measured_before_an_error_is_kept() -> None:
    """The error is raised, and the profile names it."""
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
    """Ctrl-C is recorded as an interruption, not as a failure."""
    with pytest.raises(KeyboardInterrupt), profile("work", functions=False) as observed:
        raise KeyboardInterrupt
    assert (observed.result.status, observed.result.error) == ("interrupted", "KeyboardInterrupt")


def test_a_profile_goes_over_several_cells() -> None:
    """The profile is started and stopped by hand, and stages may begin in one cell and end in another."""
    clock = ManualClock()
    observed = profile("cells", functions=False, clock=clock).start()
    observed.begin_stage("a")
    clock.advance(2)
    observed.end_stage()
    observed.end_stage()  # no such stage: the profile continues
    clock.advance(1)
    assert (observed.so_far().status, observed.so_far().total_s) == ("running", 3)
    result = observed.stop()
    assert (result.total_s, result.other_s, result.stages[0].own_s) == (3, 1, 2)
    assert observed.stop() is result
    assert "a  " in repr(observed)


def test_a_profile_is_read_while_it_samples() -> None:
    """Reading a profile while it samples disturbs neither stages nor samples."""
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
def test_a_wrong_argument_is_refused(arguments, message: str) -> None:
    """The message names the argument, its value and what was expected."""
    with pytest.raises(UsageError, match=message):
        profile(**arguments)


def test_a_profile_is_used_once_and_in_order() -> None:
    """Calls out of order are refused with a message."""
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
    """The missing extra `profile` is named, and nothing fails."""
    monkeypatch.setitem(sys.modules, "pyinstrument.stack_sampler", None)
    with profile("work") as observed, stage("a"):
        pass
    assert observed.result.missing == {"functions": MISSING}
    assert observed.result.interval_s is None


def test_another_profiler_is_left_alone() -> None:
    """If another profiler is active, functions are not sampled, and the other one continues."""

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
    """Python and compiled functions have the names under which the sampler finds them."""

    def work() -> None:
        for _ in range(3):
            busy(0.0)
            idle(0.0)

    counted = count_calls(work)
    functions = {f.name: counted.get((f.name, f.file, f.line)) for f in found.functions}
    assert (functions["busy"], functions["idle"], functions["sleep"]) == (3, 3, 3)


def test_source_files_are_named_from_where_modules_are_found() -> None:
    """The path of a module is the same on each machine; other files keep their path."""
    assert near(pytest.__file__) == "pytest/__init__.py"
    assert near("/nowhere/at/all.py") == "/nowhere/at/all.py"
