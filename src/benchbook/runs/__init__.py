"""The loop: it alone calls the objective, counts evaluations and decides when a run ends."""

from benchbook.runs.lockstep import run_lockstep
from benchbook.runs.loop import Outcome, may_interrupt, run_loop

__all__ = ["Outcome", "may_interrupt", "run_lockstep", "run_loop"]
