"""What stands in the place of a spec's runs while its claims are tried: a planted fault, or other seeds."""

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
_kept: ContextVar[dict[str, RunRecord] | None] = ContextVar("benchbook_kept", default=None)


@contextmanager
def planted(change: Change | None, kept: dict[str, RunRecord]) -> Iterator[None]:
    """Let the specs that are begun inside plan other runs, and keep finished runs in memory rather than in stores.

    Args:
        change: Returns the run that stands in the place of a planned one; None: that itself.
        kept: Finished runs by their key; what is there is replayed, and all others are added.
    """
    before = _change.set(change or (lambda item: item)), _kept.set(kept)
    try:
        yield
    finally:
        _change.reset(before[0])
        _kept.reset(before[1])


def as_planted(plan: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return a plan as it is to be done: what is planned, unless `planted` says otherwise."""
    change = _change.get()
    return list(plan) if change is None else [change(item) for item in plan]


class InMemory:
    """Finished runs by their key, in the place of a store."""

    def __init__(self, kept: dict[str, RunRecord]) -> None:
        """Take the runs that are there; others are added to them."""
        self._kept = kept

    def get(self, key: str) -> RunRecord | None:
        """Return a run by its key; None where it has not been done."""
        return self._kept.get(key)

    def append(self, record: RunRecord) -> None:
        """Keep a run."""
        self._kept[record.run_key] = record

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def store_at(folder: Path) -> Iterator[Store | InMemory]:
    """Open the store of a spec's runs; inside `planted`, what is kept in memory."""
    kept = _kept.get()
    if kept is not None:
        yield InMemory(kept)
        return
    with Store(folder) as store:
        yield store


def done_again(plan: Sequence[PlannedRun]) -> Repeated:
    """Do runs again, without a store: in another process; inside `planted`, in this one.

    Another process would know nothing of what was planted. What it would have of its own is another global random
    state, and so that is drawn again.
    """
    if _change.get() is None:
        return in_another_process([item.spec for item in plan])
    np.random.seed(None)  # noqa: NPY002 -- the global state of another process
    digests = [execute(item).content_digest for item in plan]
    return Repeated(digests=digests, arithmetic=cast("JsonObject", as_plain(fingerprint())))
