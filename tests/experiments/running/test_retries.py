import random

from benchbook.experiments.running.retries import Retries


def test_waits_are_drawn_from_a_stream_of_their_own() -> None:
    """Delays depend only on seed, configuration and attempt, and the user's random state stays as it is."""
    before = random.getstate()
    waits = [Retries(count=3).delay_s(attempt, ValueError(), "a") for attempt in (1, 2, 3)]
    random.seed(5)
    assert [Retries(count=3).delay_s(attempt, ValueError(), "a") for attempt in (1, 2, 3)] == waits
    assert Retries(count=3, seed=1).delay_s(1, ValueError(), "a") != waits[0]
    random.setstate(before)
    assert Retries(count=3).delay_s(1, ValueError(), "a") == waits[0]
    assert random.getstate() == before
