"""Studies: plan, execute, verify; the one floor that composes optimizers, problems, loop and observers."""

from benchbook.studies.api import run
from benchbook.studies.cells import execute_all
from benchbook.studies.description import Study, study
from benchbook.studies.execute import execute
from benchbook.studies.plan import PlannedRun, params_plan, plan, planned_run
from benchbook.studies.variants import variants
from benchbook.studies.verify import Verification, verify

__all__ = [
    "PlannedRun",
    "Study",
    "Verification",
    "execute",
    "execute_all",
    "params_plan",
    "plan",
    "planned_run",
    "run",
    "study",
    "variants",
    "verify",
]
