import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.clock import ManualClock
from benchbook.errors import UsageError
from benchbook.profiling.stages import StageRecorder, active, stage

WORK = st.recursive(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.just(())), max_size=3),
    lambda inner: st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), inner), max_size=3),
    max_leaves=12,
)


def recorded(work, clock: ManualClock, recorder: StageRecorder) -> None:
    """Do nested work in which each part takes some seconds before its inner parts."""
    for name, seconds, inner in work:
        with recorder.stage(name):
            clock.advance(seconds)
            recorded(inner, clock, recorder)


@given(work=WORK, outside=st.integers(0, 9))
def test_own_times_and_the_rest_add_up_to_the_total(work, outside: int) -> None:
    """However stages nest and repeat, every second is counted exactly once."""
    clock = ManualClock()
    recorder = StageRecorder(clock)
    recorder.start()
    clock.advance(outside)
    recorded(work, clock, recorder)
    recorder.stop()
    assert sum(item.own_s for item in recorder.stages()) + outside == pytest.approx(clock.elapsed_s)
    assert recorder.total_s == pytest.approx(clock.elapsed_s)


@given(work=WORK)
def test_a_stage_holds_the_stages_inside_it(work) -> None:
    """The time of a stage includes that of the stages inside it, and spans are nested accordingly."""
    clock = ManualClock()
    recorder = StageRecorder(clock)
    recorder.start()
    recorded(work, clock, recorder)
    recorder.stop()
    found = {item.path: item for item in recorder.stages()}
    for path, item in found.items():
        inside = [other.total_s for other in found.values() if other.path[:-1] == path]
        assert item.total_s == pytest.approx(item.own_s + sum(inside))
    ends: list[float] = []
    for span in recorder.spans.recorded():
        del ends[span.depth - 1 :]
        assert all(span.start_s + span.duration_s <= end + 1e-9 for end in ends)
        ends.append(span.start_s + span.duration_s)


def test_stages_of_one_name_are_one_at_each_place() -> None:
    """A repeated stage is counted, and the same name inside another stage is a separate one."""
    recorder = StageRecorder(ManualClock())
    recorder.start()
    for _ in range(3):
        with recorder.stage("evaluate"), recorder.stage("encode"):
            pass
    with recorder.stage("encode"):
        pass
    recorder.stop()
    assert [(item.path, item.calls) for item in recorder.stages()] == [
        (("evaluate",), 3),
        (("evaluate", "encode"), 3),
        (("encode",), 1),
    ]


def test_a_stage_ends_with_what_it_raises_and_takes_open_ones_along() -> None:
    """The exception continues, and stages that were left open inside end as well."""
    clock = ManualClock()
    recorder = StageRecorder(clock)
    recorder.start()

    def work() -> None:
        with recorder.stage("outer"):
            recorder.enter("forgotten")
            clock.advance(2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert recorder.depth == 1
    recorder.stop()
    assert [(item.path, item.total_s) for item in recorder.stages()] == [(("outer",), 2), (("outer", "forgotten"), 2)]


def test_what_is_open_at_the_end_counts() -> None:
    """Stopping closes all stages."""
    clock = ManualClock()
    recorder = StageRecorder(clock)
    recorder.start()
    recorder.enter("a")
    clock.advance(3)
    recorder.stop()
    assert [(item.name, item.calls, item.own_s) for item in recorder.stages()] == [("a", 1, 3)]


def test_only_one_recorder_is_under_way_in_a_thread() -> None:
    """A second recorder in a thread is refused and the first continues; another thread has its own."""
    recorder = StageRecorder()
    recorder.start()
    try:
        with pytest.raises(UsageError, match="already recording a profile"):
            StageRecorder().start()
        assert active() is recorder
        seen: list[StageRecorder | None] = []
        thread = threading.Thread(target=lambda: seen.append(active()))
        thread.start()
        thread.join()
        assert seen == [None]
    finally:
        recorder.stop()
    assert active() is None


def test_a_stage_outside_of_its_profile_is_refused() -> None:
    """The message says to start the profile first."""
    with pytest.raises(UsageError, match="'a' is entered outside its profile: start the profile before"):
        StageRecorder().enter("a")


def test_stages_name_themselves_only_where_a_profile_is_under_way() -> None:
    """Without a profile `stage` does nothing; with one, the stage is recorded."""
    with stage("before"):
        pass
    recorder = StageRecorder()
    recorder.start()
    with stage("inside"):
        pass
    recorder.stop()
    with stage("after"):
        pass
    assert [item.name for item in recorder.stages()] == ["inside"]
