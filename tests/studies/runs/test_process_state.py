"""What a run does to the process."""

import random

from benchbook.studies.runs.process_state import state_put_back


def test_a_run_that_ends_leaves_the_state_that_another_is_using() -> None:
    """The last of the runs that overlap puts it back."""
    before = random.getstate()
    first, second = state_put_back(), state_put_back()
    with first:
        second.__enter__()
        random.seed(7)
        in_use = random.getstate()
    assert random.getstate() == in_use
    second.__exit__(None, None, None)
    assert random.getstate() == before
