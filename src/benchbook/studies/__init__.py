"""Studies: plan, execute, verify; the only floor that combines optimizers, problems, loop and observers."""

from benchbook.studies.rank import RankedOptimizer, rank
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun, params_plan, plan, planned_run
from benchbook.studies.runs.run import run
from benchbook.studies.study import Study, study
from benchbook.studies.variants import variants
from benchbook.studies.verify.run import Verification, verify

__all__ = [
    "PlannedRun",
    "RankedOptimizer",
    "Study",
    "Verification",
    "execute",
    "execute_all",
    "params_plan",
    "plan",
    "planned_run",
    "rank",
    "run",
    "study",
    "variants",
    "verify",
]
