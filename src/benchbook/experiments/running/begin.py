"""How a call begins: the strategy's plan is checked, and each of its configurations becomes a job."""

from __future__ import annotations

import asyncio
import threading

from benchbook.errors import UsageError
from benchbook.experiments.branches.branch import Branch, Role
from benchbook.experiments.configs.pool import Config
from benchbook.experiments.running.call import Call, Job
from benchbook.experiments.strategies.protocol import Plan


def job_of(call: Call, config: Config, role: Role) -> Job:
    """Return a branch of a call, pending, as a job."""
    branch = Branch(
        config=config.value,
        config_id=config.id,
        experiment=call.settings.name,
        call_id=call.call_id,
        branch_id=f"{call.call_id}-{config.index}",
        parent_id=None if call.parent is None else call.parent.branch_id,
        role=role,
        clock=call.settings.clock,
        listener=call.recorder,
    )
    job = Job(call, branch, config, stop=None if call.settings.is_async else threading.Event())
    branch._cancel = job.cancel
    if call.settings.is_async and (role is not Role.SHADOW or _shares_loop(call.plan)):
        branch._loop = asyncio.get_running_loop()
    return job


def _shares_loop(plan: Plan) -> bool:
    return plan.background is not None and plan.background.where == "caller"


def checked(plan: Plan, name: str, *, streams: bool) -> Plan:
    """Return a valid plan.

    Raises:
        UsageError: It has the wrong number of branches, or shadows without saying how they run.
    """
    if streams and (plan.returns != "result" or plan.shadows):
        raise UsageError(f"strategy {name!r} runs several branches, but a generator can be followed by one alone")
    if not plan.foreground or (plan.returns == "result" and len(plan.foreground) != 1):
        raise UsageError(
            f"strategy {name!r} planned {len(plan.foreground)} foreground branches, expected "
            f"{'exactly 1 for one result' if plan.returns == 'result' else 'at least 1'}"
        )
    if plan.shadows and plan.background is None:
        raise UsageError(f"strategy {name!r} planned shadows but not how they run: give background=Background(...)")
    return plan
