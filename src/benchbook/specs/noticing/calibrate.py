"""Calibration: a spec's claims with other seeds of the intact optimizer, and thresholds derived from them."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.limits import check_workers
from benchbook.params.load import load
from benchbook.parent_death import die_with_parent
from benchbook.records import Claim, RunRecord, Verdict
from benchbook.specs.claim_list import LEVEL
from benchbook.specs.notebooks.discover import find
from benchbook.specs.noticing.summary import Strength
from benchbook.specs.noticing.trial import Trial, trial
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import JsonObject

RESEEDED = 200
FALSE_ALARMS = 0.01
_APART = 1000  # distance between the seeds of one re-seeded spec and the next
# Proofs compare bits, and contracts hold for any sound optimizer, so other seeds cannot make them fail.
_NOT_CALIBRATED = ("claim_sound", "claim_published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A claim with other seeds.

    Attributes:
        claim: The claim in the spec.
        failed: Number of re-seeded specs in which it did not hold.
        low: Smallest measured value after removing its share of false alarms; None if nothing was measured, or if the
            claim is a test, whose requirement follows from its level.
        high: Largest such value.
    """

    claim: Claim
    failed: int
    low: float | None
    high: float | None

    def bounds(self) -> tuple[float, float] | None:
        """Return the range in which the claim would hold with the proposed thresholds; None without a proposal."""
        if self.low is None or self.high is None:
            return None
        if self.claim.upper is not None:
            return _down(self.low), _up(self.high)
        return (_down(self.low), math.inf) if ">" in self.claim.relation else (-math.inf, _up(self.high))

    @property
    def proposed(self) -> str:
        """The thresholds that would hold in all but the allowed share of re-seeded specs."""
        bounds = self.bounds()
        if bounds is None:
            return ""
        if self.claim.upper is not None:
            return f"{bounds[0]:g} to {bounds[1]:g}"
        return f"{self.claim.relation} {bounds[0] if math.isfinite(bounds[0]) else bounds[1]:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The claims of a spec with other seeds.

    Attributes:
        name: Name of the spec.
        reseeded: Number of re-seeded specs.
        alarms: Number of them in which a claim did not hold.
        claims: The calibrated claims.
    """

    name: str
    reseeded: int
    alarms: int
    claims: tuple[Calibrated, ...]

    @property
    def sound(self) -> bool:
        """Whether at most the allowed share of re-seeded specs fails."""
        return self.alarms <= FALSE_ALARMS * self.reseeded

    def strength(self, measured: Strength, severity: str) -> tuple[int, int]:
        """Return how many wrapped faults the quality claims would notice with the proposed thresholds, and the total.

        Args:
            measured: What each claim measured with each fault, which does not depend on the thresholds.
            severity: Only faults of this severity.
        """
        chosen = [f for f in measured.faults if f["family"] == "wrapped" and f["severity"] == severity]
        return sum(fault["error"] is not None or any(self._notices(fault)) for fault in chosen), len(chosen)

    def _notices(self, fault: Mapping[str, Any]) -> Iterator[bool]:
        for item in self.claims:
            bounds, found = item.bounds(), fault["measured"].get(item.claim.id)
            if bounds is None or found is None:
                yield item.claim.id in fault["noticed_by"]
            else:
                yield not bounds[0] <= found <= bounds[1]


def calibrate(
    name: str,
    *,
    params: str = "quick",
    reseeded: int = RESEEDED,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Judge the claims of a spec with other seeds and propose thresholds; nothing is written.

    Args:
        name: The name of a spec's notebook or optimizer.
        params: The parameter set.
        reseeded: Number of re-seeded specs.
        workers: Number of processes; default: one per processor.
        progress: Called with (done, planned) after each spec.

    Raises:
        UnknownNameError: There is no such spec.
        UsageError: `reseeded` is not above 0, or the spec has no claims.
    """
    if reseeded < 1:
        raise UsageError(f"reseeded is {reseeded}, expected a whole number >= 1")
    (file,) = find([name])
    values = load(params)
    found: dict[int, Trial] = {}
    context = multiprocessing.get_context("spawn")
    count = min((os.cpu_count() or 1) if workers is None else check_workers("workers", workers), reseeded)
    with ProcessPoolExecutor(count, context, die_with_parent, (os.getpid(),)) as pool:
        jobs = {pool.submit(_reseeded, file.path, values, number): number for number in range(reseeded + 1)}
        for done, job in enumerate(as_completed(jobs)):
            found[jobs[job]] = job.result()
            if progress is not None:
                progress(done, reseeded)
    intact, others = _quality(found[0]), [_quality(found[number]) for number in range(1, reseeded + 1)]
    sharing = len([claim for claim in intact if claim.id not in found[0].tests])
    held = {claim.id for claim in intact if claim.verdict is Verdict.HELD}
    return Calibration(
        name=file.name,
        reseeded=reseeded,
        alarms=sum(any(claim.id in held and claim.verdict is not Verdict.HELD for claim in each) for each in others),
        claims=tuple(_calibrated(c, others, None if c.id in found[0].tests else sharing) for c in intact),
    )


def _reseeded(path: Path, params: JsonObject, number: int) -> Trial:
    """Return the result of a spec with other seeds; number 0 is the spec itself."""

    def change(item: PlannedRun) -> PlannedRun:
        return replace(item, spec=replace(item.spec, seed=item.spec.seed + _APART * number))

    finished: dict[str, RunRecord] = {}
    tried = trial(path, params, change=change, finished=finished, without=_NOT_CALIBRATED)
    if tried.error is not None:
        raise UsageError(f"{path.stem} did not reach its judgement: {tried.error}")
    return tried


def _quality(tried: Trial) -> tuple[Claim, ...]:
    return tuple(claim for claim in tried.claims if claim.sort == "quality" and claim.id in tried.judged)


def _calibrated(claim: Claim, others: list[tuple[Claim, ...]], claims: int | None) -> Calibrated:
    """Return a claim with what was measured; `claims` share the false alarms; None if it is a test."""
    same = [found for each in others for found in each if found.id == claim.id]
    values = sorted(float(found.measured) for found in same if found.measured is not None)
    # Each claim has its share of the false alarms, half on each side.
    failed = sum(found.verdict is not Verdict.HELD for found in same)
    if claims is None or not values:
        return Calibrated(claim=claim, failed=failed, low=None, high=None)
    spare = math.floor((FALSE_ALARMS - LEVEL) / claims / 2 * len(values))
    return Calibrated(claim=claim, failed=failed, low=values[spare], high=values[-1 - spare])


def _down(value: float) -> float:
    """Round to two digits, downwards."""
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0
    return math.floor(value / step) * step


def _up(value: float) -> float:
    """Round to two digits, upwards."""
    return 0.0 - _down(-value)  # 0 and not -0
