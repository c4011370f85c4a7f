"""The branch in which the current code runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from benchbook.experiments.branches.branch import Branch

CURRENT: ContextVar[Branch | None] = ContextVar("benchbook_branch", default=None)


def current_branch() -> Branch | None:
    """Return the branch in which this is called; None outside of a branch."""
    return CURRENT.get()


def log_metrics(metrics: Mapping[str, float], step: int | None = None) -> None:
    """Report numbers of the current branch; does nothing outside of a branch, so that a function also runs undecorated.

    Raises:
        BranchFinishedError: The branch has ended already, by its time-out or because its call was cancelled.
    """
    branch = CURRENT.get()
    if branch is not None:
        branch.log_metrics(metrics, step)


def log_artifact(name: str, data: bytes | str) -> None:
    """Report a file of the current branch; does nothing outside of a branch.

    Raises:
        BranchFinishedError: The branch has ended already.
        UsageError: The name is not a relative path.
    """
    branch = CURRENT.get()
    if branch is not None:
        branch.log_artifact(name, data)
