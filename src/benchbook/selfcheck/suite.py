"""The suite: what is measured with each preset, in which order."""

from __future__ import annotations

import os
from collections.abc import Callable

from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import ExecutionError, unknown_name
from benchbook.records.benchmark import Check, Quality, Report, Speed
from benchbook.selfcheck.accuracy import accuracy_checks
from benchbook.selfcheck.footprint import footprint_checks
from benchbook.selfcheck.predictions import prediction_checks
from benchbook.selfcheck.preset import Preset
from benchbook.selfcheck.quality import quality_measures
from benchbook.selfcheck.speed import speed_measures
from benchbook.selfcheck.stereo import stereo_checks
from benchbook.studies.runs import provenance

PRESETS = {
    "quick": Preset(name="quick", repeats=5, dims=(2, 5), instances=(1,), seeds=5),
    "balanced": Preset(name="balanced", repeats=11, dims=(2, 5, 10), instances=(1, 2), seeds=15),
    "full": Preset(name="full", repeats=21, dims=(2, 3, 5, 10, 20, 40), instances=(1, 2, 11), seeds=30),
}
ALIASES = {"fast": "quick", "quality": "full"}


def preset(name: str) -> Preset:
    """Return a preset by its name or alias.

    Raises:
        UnknownNameError: There is none.

    Examples:
        >>> preset("fast").name, preset("quality").name
        ('quick', 'full')
    """
    found = PRESETS.get(ALIASES.get(name, name))
    if found is None:
        raise unknown_name("preset", name, [*PRESETS, *ALIASES])
    return found


def run_suite(which: Preset, *, progress: Callable[[str], None] | None = None, clock: Clock = SYSTEM_CLOCK) -> Report:
    """Measure everything.

    Args:
        which: The preset.
        progress: Called with the name of the next measurement.
        clock: Gives date and duration.

    Raises:
        ExecutionError: A part of the suite measured nothing.
    """
    tell = progress or (lambda _: None)
    start_s, now = clock.monotonic_s(), timestamp(clock.now())
    tell("accuracy")
    checks: list[Check] = list(accuracy_checks(which))
    tell("stereo")
    checks += stereo_checks()
    tell("memory")
    checks += footprint_checks()
    tell("predictions")
    checks += prediction_checks()
    tell("quality")
    quality: list[Quality] = list(quality_measures(which))
    tell("speed")
    speed: list[Speed] = list(speed_measures(which))
    for what, found in (("checks", checks), ("quality", quality), ("speed", speed)):
        if not found:
            raise ExecutionError(f"the suite measured nothing of {what}")
    commit, dirty = provenance.commit()
    return Report(
        report_id=f"{now[:19].replace('-', '').replace(':', '')}Z-{os.urandom(4).hex()}",
        created_at=now,
        version=provenance.library_version(),
        commit=commit,
        dirty=dirty,
        preset=which.name,
        duration_s=round(clock.monotonic_s() - start_s, 3),
        host=provenance.host(),
        environment=provenance.environment(),
        checks=tuple(checks),
        quality=tuple(quality),
        speed=tuple(speed),
    )
