from hypothesis import given
from hypothesis import strategies as st

from benchbook.profiling.spans import Spans


@given(seconds=st.lists(st.floats(0, 100), max_size=200), most=st.integers(0, 20))
def test_spans_are_bounded_and_none_vanishes_uncounted(seconds: list[float], most: int) -> None:
    """The kept and the omitted spans add up to all of them."""
    spans = Spans(most)
    for number, duration in enumerate(seconds):
        spans.add(number, float(number), duration, 1)
    kept = spans.recorded()
    assert len(kept) <= most
    assert len(kept) + spans.left_out == len(seconds)


@given(seconds=st.lists(st.floats(0, 100), max_size=200), most=st.integers(2, 20))
def test_the_first_and_the_longest_are_kept(seconds: list[float], most: int) -> None:
    """The beginning is complete, and no later span that is omitted is longer than a kept one."""
    spans = Spans(most)
    for number, duration in enumerate(seconds):
        spans.add(number, float(number), duration, 1)
    kept = [span.number for span in spans.recorded()]
    first = most // 2
    assert kept[:first] == list(range(min(first, len(seconds))))
    later = [seconds[number] for number in kept if number >= first]
    assert sorted(later, reverse=True) == sorted(seconds[first:], reverse=True)[: most - first]


def test_outer_spans_come_before_those_inside() -> None:
    """Spans that begin together are ordered by depth."""
    spans = Spans(10)
    spans.add(1, 0.0, 1.0, 2)
    spans.add(0, 0.0, 3.0, 1)
    assert [span.number for span in spans.recorded()] == [0, 1]
