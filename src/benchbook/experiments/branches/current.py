"""The branch inside of which the code at hand runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from benchbook.experiments.branches.branch import Branch

CURRENT: ContextVar[Branch | None] = ContextVar("benchbook_branch", default=None)


def current_branch() -> Branch | None:
    """Return the branch inside of which this is called; None outside of one."""
    return CURRENT.get()


def log_metrics(metrics: Mapping[str, float], step: int | None = None) -> None:
    """Report numbers of the current branch; outside of one nothing happens, so that a function runs also undecorated.

    Raises:
        BranchFinishedError: The branch has ended already, by its time-out or because its call was cancelled.
    """
    branch = CURRENT.get()
    if branch is not None:
        branch.log_metrics(metrics, step)


def log_artifact(name: str, data: bytes | str) -> None:
    """Report a file of the current branch; outside of one nothing happens.

    Raises:
        BranchFinishedError: The branch has ended already.
        UsageError: The name is not a relative path.
    """
    branch = CURRENT.get()
    if branch is not None:
        branch.log_artifact(name, data)
