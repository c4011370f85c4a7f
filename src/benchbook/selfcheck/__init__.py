"""benchbook measured by itself: accuracy, quality of solving, predictions and speed, small enough for every change.

`run_suite` measures and returns a report; `compare_reports` compares one report with others.
"""

from __future__ import annotations

from benchbook.records.benchmark import Check, Quality, Report, Speed
from benchbook.selfcheck.comparing import Change, compare_reports, worse
from benchbook.selfcheck.preset import Preset
from benchbook.selfcheck.suite import PRESETS, preset, run_suite

__all__ = [
    "PRESETS",
    "Change",
    "Check",
    "Preset",
    "Quality",
    "Report",
    "Speed",
    "compare_reports",
    "preset",
    "run_suite",
    "worse",
]
