"""Warnings of a study's runs."""

import logging
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.optimizers import CONTROL


class Breaks:
    """Fails immediately, with one of two errors."""

    def __init__(self, lower, upper, rng):
        self.rng, self.dim = rng, len(lower)

    def ask(self):
        """Raise."""
        raise ArithmeticError(f"no idea in {self.dim} dimensions")

    def tell(self, x, fx):
        """Learn nothing."""


def test_of_many_runs_that_fail_alike_three_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The third says that there may be more; other errors, and runs outside of a study, are always logged."""
    study = bb.study(optimizers=[Breaks, CONTROL], functions="sphere", dims=[2, 3], instances=[1], seeds=6, budget=10)
    with caplog.at_level(logging.WARNING):
        study.run(tmp_path).close()
    told = [record.getMessage() for record in caplog.records]
    assert [text.count("2 dimensions") for text in told].count(1) == 3
    assert [text.count("3 dimensions") for text in told].count(1) == 3
    assert [text for text in told if "further warnings" in text] == [told[2], told[5]]
    caplog.clear()
    for seed in range(1, 6):
        bb.run(Breaks, "sphere", dim=2, seed=seed, budget=10)
    assert sum("run failed" in record.getMessage() for record in caplog.records) == 5
