"""Performance smoke tests: a small fixed piece of work, timed when a pipeline begins and kept with its run.

It distinguishes a slow machine from slow code: if a run is slower than yesterday's, it shows whether the same small
work was slower, too. Start-up (the first time: imports, caches) is separate from the steady state (the median of the
repeats).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import UsageError
from benchbook.records.pipeline import PerformanceTest
from benchbook.tracking.files.folders import read_snapshot, run_ids, slug_of, tracking_root

if TYPE_CHECKING:
    from benchbook.tracking.protocol import TrackedPipeline

_MOST_EARLIER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Seconds of a piece of work: those of the first time, and of each time after it."""

    startup_s: float
    repeats_s: tuple[float, ...]

    @property
    def median_s(self) -> float:
        """Median of the repeats."""
        return statistics.median(self.repeats_s)

    @property
    def noise(self) -> float:
        """Relative spread of the repeats: half of the distance between their quartiles, divided by their median."""
        if len(self.repeats_s) < 2 or self.median_s <= 0:
            return 0.0
        low, _, high = statistics.quantiles(self.repeats_s, n=4, method="inclusive")
        return (high - low) / 2 / self.median_s


def timed(work: Callable[[], object], repeats: int, seconds: Callable[[], float]) -> Timed:
    """Do a piece of work `repeats` + 1 times, and measure each time.

    Args:
        work: What is done.
        repeats: How often after the first time, at least 1.
        seconds: Reads a clock.

    Raises:
        UsageError: `repeats` is less than 1.

    Examples:
        >>> ticks = iter([0.0, 3.0, 3.0, 4.0, 4.0, 5.0])
        >>> timed(lambda: None, 2, lambda: next(ticks)).repeats_s
        (1.0, 1.0)
    """
    if repeats < 1:
        raise UsageError(f"repeats is {repeats}, expected at least 1")
    took = []
    for _ in range(repeats + 1):
        start = seconds()
        work()
        took.append(seconds() - start)
    return Timed(startup_s=took[0], repeats_s=tuple(took[1:]))


def smoke_test(
    pipeline: TrackedPipeline,
    name: str,
    work: Callable[[], object],
    *,
    amount: float,
    unit: str,
    repeats: int,
    seconds: Callable[[], float],
) -> PerformanceTest:
    """Time a piece of work and write the result into a pipeline; see `Pipeline.smoke_test`."""
    found = timed(work, repeats, seconds)
    earlier = earlier_medians(pipeline.name, name, pipeline.run_id, pipeline.folder.parent.parent, pipeline.state.host)
    before = statistics.median(earlier) if earlier else None
    fields: dict[str, Any] = {
        "name": name,
        "amount": amount,
        "unit": unit,
        "startup_s": round(found.startup_s, 9),
        "repeats_s": [round(s, 9) for s in found.repeats_s],
        "median_s": round(found.median_s, 9),
        "noise": round(found.noise, 6),
        "earlier_median_s": before,
        "earlier": len(earlier),
    }
    pipeline.emit("performance", lambda _: fields)
    return pipeline.state.performance[-1]


def earlier_medians(pipeline: str, test: str, before: str, root: Path, host: str) -> list[float]:
    """Return the medians of a test in the newest runs of a pipeline on a machine before the run `before`."""
    found: list[float] = []
    slug = slug_of(pipeline)
    for run_id in run_ids(root):
        if run_id == before or run_id.split("-", 1)[1].rsplit("-", 1)[0] != slug:
            continue
        snapshot = read_snapshot(tracking_root(root) / run_id) or {}
        tests = snapshot.get("performance")
        if snapshot.get("host") != host or not isinstance(tests, list):
            continue
        found += [float(entry["median_s"]) for entry in tests if isinstance(entry, dict) and entry.get("name") == test]
        if len(found) >= _MOST_EARLIER:
            break
    return found
