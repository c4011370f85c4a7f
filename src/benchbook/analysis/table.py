"""The run table: records that can be selected, counted and turned into a data frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.analysis.selection_names import check_selected
from benchbook.analysis.table_measures import MeasuredRuns
from benchbook.optimizers import names as optimizer_names
from benchbook.problems import names as function_names
from benchbook.records import RunRecord, Status

if TYPE_CHECKING:
    import pandas as pd


FRAME_COLUMNS: Mapping[str, Callable[[RunRecord], Any]] = {
    "optimizer": lambda run: run.optimizer.name,
    "function": lambda run: run.problem.name,
    "dim": lambda run: run.problem.dim,
    "instance": lambda run: run.problem.instance,
    "seed": lambda run: run.seed,
    "budget": lambda run: run.budget,
    "evaluations": lambda run: run.evaluations,
    "stop": lambda run: run.stop.value,
    "status": lambda run: run.status.value,
    "best_value": lambda run: run.best_value,
    "precision": lambda run: run.precision,
    "total_s": lambda run: run.timing.total_s,
}
"""The columns of a data frame of runs; the index of a store has columns of the same names."""


class RunTable(MeasuredRuns, Sequence[RunRecord]):
    """Runs, in the order of their plan.

    Examples:
        >>> import benchbook as bb
        >>> runs = RunTable([bb.run("random_search", "sphere", dim=2, seed=s, budget=10) for s in (1, 2)])
        >>> len(runs), len(runs.select(seed=2))
        (2, 1)
    """

    _columns: Columns | None = None  # made at first use

    _whole: RunTable | None = None  # the table that it was selected from

    def __init__(self, records: Iterable[RunRecord]) -> None:
        """Keep the records."""
        self._records = tuple(records)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._records)

    def __iter__(self) -> Iterator[RunRecord]:
        """Iterate over the runs."""
        return iter(self._records)

    def __getitem__(self, index: Any) -> Any:
        """Return a run by position, or the table of a slice."""
        found = self._records[index]
        return RunTable(found) if isinstance(index, slice) else found

    def __repr__(self) -> str:
        """Return the contents of the table in one line."""
        failed = sum(record.status is Status.FAILED for record in self._records)
        return f"RunTable({len(self)} runs, {failed} failed; optimizers: {', '.join(self.optimizers)})"

    @property
    def optimizers(self) -> list[str]:
        """Names of the optimizers, in order of appearance."""
        return list(dict.fromkeys(record.optimizer.name for record in self._records))

    @property
    def functions(self) -> list[str]:
        """Names of the functions, in order of appearance."""
        return list(dict.fromkeys(record.problem.name for record in self._records))

    @property
    def dims(self) -> list[int]:
        """Dimensions, rising."""
        return sorted({record.problem.dim for record in self._records})

    def select(
        self,
        *,
        optimizer: str | Sequence[str] | None = None,
        function: str | Sequence[str] | None = None,
        dim: int | Sequence[int] | None = None,
        instance: int | Sequence[int] | None = None,
        seed: int | Sequence[int] | None = None,
    ) -> RunTable:
        """Return the runs that match every given value, or one of several values given as a sequence.

        Raises:
            UnknownNameError: An optimizer or function is in neither these runs nor the catalog.
        """
        whole = self._whole or self
        check_selected("optimizer", optimizer, lambda: whole.optimizers, optimizer_names)
        check_selected("function", function, lambda: whole.functions, function_names)
        wanted: list[tuple[frozenset[Any] | None, Callable[[RunRecord], Any]]] = [
            (_values(optimizer), lambda r: r.optimizer.name),
            (_values(function), lambda r: r.problem.name),
            (_values(dim), lambda r: r.problem.dim),
            (_values(instance), lambda r: r.problem.instance),
            (_values(seed), lambda r: r.seed),
        ]
        tests = [(values, get) for values, get in wanted if values is not None]
        found = RunTable(r for r in self._records if all(get(r) in values for values, get in tests))
        found._whole = whole
        return found

    def columns(self) -> Columns:
        """Return the columnar view of the runs, made once."""
        if self._columns is None:
            self._columns = super().columns()
        return self._columns

    def shifted(self) -> RunTable:
        """Return the runs on shifted problems: everything but the textbook instances, which are number 0."""
        found = RunTable(r for r in self._records if r.problem.instance != 0)
        found._whole = self._whole or self
        return found

    twins = shifted  # its name in version 0.1

    def precisions(self) -> np.ndarray:
        """Return best value minus f_opt of each run, shape `(runs,)`; infinite if a run found no finite value."""
        values = [r.precision if r.precision is not None else np.inf for r in self._records]
        return np.array(values, dtype=np.float64)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per run; unknown values are missing."""
        import pandas as pd

        return pd.DataFrame({name: [value_of(run) for run in self] for name, value_of in FRAME_COLUMNS.items()})


def _values(wanted: Any) -> frozenset[Any] | None:
    if wanted is None:
        return None
    return frozenset([wanted] if isinstance(wanted, str | int) else wanted)
