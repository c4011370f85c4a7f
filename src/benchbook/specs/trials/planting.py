"""Replacements of a spec's runs while its claims are tested: planted faults or other seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import cast

import numpy as np

from benchbook.artifacts.store.store import Store
from benchbook.numerics import fingerprint
from benchbook.records import RunRecord, as_plain
from benchbook.specs.trials.rerun import Repeated, in_another_process
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import JsonObject

Change = Callable[[PlannedRun], PlannedRun]
_change: ContextVar[Change | None] = ContextVar("benchbook_planted", default=None)
_intact_runs: ContextVar[dict[str, RunRecord] | None] = ContextVar("benchbook_intact_runs", default=None)


@contextmanager
def planted(change: Change | None, finished: dict[str, RunRecord]) -> Iterator[None]:
    """Let specs that are started inside plan other runs, and keep finished runs in memory instead of in stores.

    Args:
        change: Returns the run to do in place of a planned one; None: no change.
        finished: Finished runs by key; these are replayed, and all others are added.
    """
    before = _change.set(change or (lambda item: item)), _intact_runs.set(finished)
    try:
        yield
    finally:
        _change.reset(before[0])
        _intact_runs.reset(before[1])


def as_planted(plan: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return the runs to do for a plan: those planned, unless `planted` changes them."""
    change = _change.get()
    return list(plan) if change is None else [change(item) for item in plan]


class InMemory:
    """Finished runs by key, in place of a store."""

    def __init__(self, finished: dict[str, RunRecord]) -> None:
        """Start with existing runs, to which others are added."""
        self._intact_runs = finished

    def get(self, key: str) -> RunRecord | None:
        """Return a run by its key; None if it has not been done."""
        return self._intact_runs.get(key)

    def append(self, record: RunRecord) -> None:
        """Keep a run."""
        self._intact_runs[record.run_key] = record

    def close(self) -> None:
        """Do nothing, because nothing is open."""


@contextmanager
def store_at(folder: Path) -> Iterator[Store | InMemory]:
    """Open the store of a spec's runs; inside `planted`, the runs in memory."""
    finished = _intact_runs.get()
    if finished is not None:
        yield InMemory(finished)
        return
    with Store(folder) as store:
        yield store


def done_again(plan: Sequence[PlannedRun]) -> Repeated:
    """Repeat runs without a store, in another process or, inside `planted`, in this one.

    Another process would not know what was planted. It would, however, have a different global random state, so the
    state is seeded again here.
    """
    if _change.get() is None:
        return in_another_process([item.spec for item in plan])
    np.random.seed(None)  # noqa: NPY002 -- the global state of another process
    digests = [execute(item).content_digest for item in plan]
    return Repeated(digests=digests, arithmetic=cast("JsonObject", as_plain(fingerprint())))
