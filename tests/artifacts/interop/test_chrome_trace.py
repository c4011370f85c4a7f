import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchbook.artifacts.interop.chrome_trace import trace, write_trace
from benchbook.profiling.spans import Spans
from benchbook.records.profile import Span, SpanColumns


def check(document: dict) -> None:
    """Compare a document with the Trace Event Format: keys, phases, times, and nesting in each lane."""
    assert isinstance(document["traceEvents"], list)
    open_until: dict[tuple[int, int], list[float]] = {}
    last: dict[tuple[int, int], float] = {}
    for event in document["traceEvents"]:
        assert event["ph"] in {"X", "M"}
        assert isinstance(event["name"], str)
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert event["ts"] >= 0
        if event["ph"] == "M":
            assert event["name"] in {"process_name", "thread_name"}
            assert isinstance(event["args"]["name"], str)
            continue
        assert event["dur"] >= 0
        assert isinstance(event["cat"], str)
        assert isinstance(event["args"], dict)
        lane = event["pid"], event["tid"]
        begin, end = round(1000 * event["ts"]), round(1000 * (event["ts"] + event["dur"]))
        assert begin >= last.get(lane, 0)
        last[lane] = begin
        ends = open_until.setdefault(lane, [])
        while ends and ends[-1] <= begin:
            ends.pop()
        assert not ends or end <= ends[-1]
        ends.append(end)


def test_a_trace_follows_the_format(profiled, tmp_path: Path) -> None:
    """The trace is JSON that viewers open, with one lane of stages and one of functions, in microseconds."""
    document = json.loads(write_trace(profiled(), tmp_path / "a.trace.json").read_bytes())
    check(document)
    events = [event for event in document["traceEvents"] if event["ph"] == "X"]
    assert [(e["name"], e["ts"], e["dur"]) for e in events if e["cat"] == "stage"] == [
        ("set-up", 0, 1e6),
        ("loop", 1e6, 8e6),
        ("loop / evaluate", 1.5e6, 6e6),
    ]
    assert [e["args"] for e in events if e["cat"] == "function"] == [
        {"file": "mine/fit.py:7"},
        {"file": "<built-in>:0"},
    ]
    assert document["otherData"]["spans_left_out"] == 3


@given(data=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), max_size=20))
def test_rounding_breaks_no_nesting(profiled, data) -> None:
    """Spans that are nested in seconds stay nested in microseconds, for any digits."""
    spans = []
    at = 0.0
    for gap, length, begin, share in data:
        start = at + gap
        spans.append(Span(start, 1, length, 0))
        inner = start + begin * length
        spans.append(Span(inner, 2, (start + length - inner) * share, 1))
        at = start + length
    check(trace(profiled(stage_spans=SpanColumns.of(sorted(spans)))))


def test_a_trace_is_bounded_in_size(profiled, tmp_path: Path) -> None:
    """A million rounds of a loop give a trace of a few megabytes."""
    spans = Spans(20_000)
    for number in range(200_000):
        spans.add(number % 3, number * 1e-5, 9e-6 + number % 7 * 1e-8, 1)
    kept = SpanColumns.of(spans.recorded())
    path = write_trace(profiled(stage_spans=kept, frame_spans=kept), tmp_path / "a.trace.json")
    assert path.stat().st_size < 8e6
    check(json.loads(path.read_bytes()))
