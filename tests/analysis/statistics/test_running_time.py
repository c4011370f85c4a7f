"""The interval of the expected running time covers it for any distribution of running times."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchbook.analysis.statistics.running_time import running_time_interval

BUDGET, LEVEL, REPEATED = 100, 0.1, 400
_LAWS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "geometric": lambda rng, n: rng.geometric(0.02, n),
    "nearly equal": lambda rng, n: 60 + rng.integers(0, 3, n),
    "early or never": lambda rng, n: np.where(rng.random(n) < 0.8, rng.integers(1, 9, n), BUDGET + 1),
    "at the end": lambda rng, n: rng.integers(90, 111, n),
}


@pytest.mark.parametrize("runs", [5, 15, 60])
@pytest.mark.parametrize("law", list(_LAWS))
def test_the_interval_misses_the_true_value_no_more_often_than_allowed(law: str, runs: int) -> None:
    """Over many runs of the distribution, the interval may be wider than needed, but not narrower."""
    rng = np.random.default_rng(5)
    many = _LAWS[law](rng, 400_000)
    true = np.minimum(many, BUDGET).mean() / (many <= BUDGET).mean()
    missed = 0
    for times in _LAWS[law](rng, REPEATED * runs).reshape(REPEATED, runs):
        low, high = running_time_interval([int(t) if t <= BUDGET else None for t in times], BUDGET, level=LEVEL)
        missed += not low <= true <= high
    # Three standard deviations of the share that would be missed by an interval without slack.
    assert missed / REPEATED <= LEVEL + 3 * (LEVEL * (1 - LEVEL) / REPEATED) ** 0.5


def test_more_runs_make_it_narrower_and_no_success_leaves_it_open() -> None:
    """With more runs both ends approach the ERT; without a success there is no upper bound."""
    hits: list[int | None] = [40, 50, 60, None]
    widths = [high - low for low, high in (running_time_interval(hits * n, 100, level=0.01) for n in (10, 100, 1000))]
    assert widths == sorted(widths, reverse=True)
    low, high = running_time_interval(hits * 10_000, 100, level=0.01)
    assert low < (40 + 50 + 60 + 100) / 3 < high < low + 5
    assert running_time_interval([None] * 9, 100, level=0.01)[1] == float("inf")
