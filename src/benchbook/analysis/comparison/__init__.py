"""Compare runs with a baseline: quality and time in separate lanes, with verdicts."""
