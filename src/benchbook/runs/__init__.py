"""The loop: it alone calls the objective, counts evaluations and decides when a run ends."""

from benchbook.runs.judged import CountsBoth, JudgedProblem, ToldAll, quality_of
from benchbook.runs.judged_lockstep import JudgedRuns, RunsToldAll
from benchbook.runs.lockstep import run_lockstep
from benchbook.runs.loop import Outcome, may_interrupt, run_loop
from benchbook.runs.signal_watch import SignalWatch

__all__ = [
    "CountsBoth",
    "JudgedProblem",
    "JudgedRuns",
    "Outcome",
    "RunsToldAll",
    "SignalWatch",
    "ToldAll",
    "may_interrupt",
    "quality_of",
    "run_lockstep",
    "run_loop",
]
