from datetime import UTC, datetime, timedelta, timezone

from benchbook.clock import ManualClock, SystemClock, timestamp


def test_a_manual_clock_moves_only_when_told() -> None:
    """Date and duration advance together by the given time."""
    clock = ManualClock()
    before = clock.now()
    assert clock.monotonic_s() == 0.0
    clock.advance(90.5)
    assert clock.monotonic_s() == 90.5
    assert clock.now() - before == timedelta(seconds=90.5)


def test_the_system_clock_never_goes_backwards_and_knows_its_zone() -> None:
    """Durations increase, and dates are in UTC."""
    clock = SystemClock()
    assert clock.monotonic_s() <= clock.monotonic_s()
    assert clock.now().utcoffset() == timedelta(0)


def test_a_timestamp_is_in_utc() -> None:
    """A time in another zone is written in UTC, with microseconds."""
    moment = datetime(2026, 3, 1, 1, 30, 0, 42, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2026-02-28T23:30:00.000042Z"
    assert timestamp(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00.000000Z"
