"""Measures of a run table; each method passes the columnar view to a pure function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from benchbook.analysis.columns import Columns, columns
from benchbook.artifacts.run_view import RunView
from benchbook.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from benchbook.analysis.measures.first_hits import FirstHits
    from benchbook.analysis.measures.profiles import By, Profile


class MeasuredRuns:
    """Base of run tables: adds the measures as methods to any iterable of runs."""

    def __iter__(self) -> Iterator[RunView]:
        """Iterate over the runs."""
        raise NotImplementedError

    def columns(self) -> Columns:
        """Return the columnar view of the runs."""
        return columns(iter(self))

    def first_hits(self, targets: float | Sequence[float] | FloatArray | None = None) -> FirstHits:
        """Return the first evaluation within each target of the optimum; default: COCO's targets for the suite.

        These are 51, for constrained problems 41, for two objectives 58; for functions of several suites the 51.
        """
        from benchbook.analysis.measures.first_hits import first_hits
        from benchbook.analysis.measures.targets import as_targets
        from benchbook.analysis.suites import targets_of

        table = self.columns()
        return first_hits(table, targets_of(table.functions) if targets is None else as_targets(targets))

    hits = first_hits  # its name in version 0.1

    def ert(self, target: float = 1e-8, *, balance: bool = True) -> pd.Series:
        """Return the expected running time (ERT) to `f_opt + target`, in evaluations; infinite without a success.

        One value per cell, labelled by (optimizer, function, dim).

        Args:
            target: The precision.
            balance: Give instances with unequal numbers of runs equal weight, as cocopp does; False: give runs equal
                weight. With equal numbers both are the same.

        Examples:
            >>> import benchbook as bb
            >>> from benchbook.analysis import RunTable
            >>> runs = RunTable(bb.run("random_search", "sphere", dim=2, seed=s, budget=50) for s in (1, 2))
            >>> float(runs.ert(target=1000.0)["random_search", "sphere", 2])
            1.0
        """
        series = self.ert_table([target], balance=balance)[target]
        return series.rename("ert")

    def ert_table(self, targets: Sequence[float] | FloatArray | None = None, *, balance: bool = True) -> pd.DataFrame:
        """Return the expected running time of each cell (rows) to each target (columns), balanced as in `ert`."""
        from benchbook.analysis.cells import cells
        from benchbook.analysis.measures.ert import expected_running_times

        found = self.hits(targets)
        times = expected_running_times(found, cells(found.table), balance=balance)
        return _frame(times.cells.names, times.ert, found.targets)

    def success_rate(self, target: float = 1e-8) -> pd.Series:
        """Return the share of runs that reach `f_opt + target`, one value per cell."""
        from benchbook.analysis.cells import cells
        from benchbook.analysis.measures.ert import expected_running_times

        found = self.hits(target)
        times = expected_running_times(found, cells(found.table))
        return _frame(times.cells.names, times.success_rate, found.targets)[target].rename("success_rate")

    def aocc(self, budget: int | None = None) -> pd.Series:
        """Return the mean normalised area over the convergence curve, one value per cell, from 0 to 1."""
        import pandas as pd

        from benchbook.analysis.cells import cells
        from benchbook.analysis.measures.anytime import aocc

        table = self.columns()
        groups = cells(table)
        return pd.Series(groups.means(aocc(table, budget)), index=_index(groups.names), name="aocc")

    def profile(
        self,
        by: By = "dim",
        *,
        targets: Sequence[float] | FloatArray | None = None,
        band: float | None = None,
        restarts: int = 0,
    ) -> list[Profile]:
        """Return runtime profiles: one per function, group or dimension, or one over all.

        Suites with constraints or two objectives are not pooled with others: where a table has several, each has its
        own profiles, with its own targets, and its name is in their labels.

        Args:
            by: `function`, `group`, `dim` or `all`.
            targets: Precisions; default: COCO's for the suite.
            band: Confidence of a bootstrap band, such as 0.95; None: no band.
            restarts: Simulated restarts to draw for each function and target; 0: take each run once.
        """
        from dataclasses import replace

        from benchbook.analysis.measures.first_hits import first_hits
        from benchbook.analysis.measures.profiles import runtime_profiles
        from benchbook.analysis.measures.targets import as_targets
        from benchbook.analysis.suites import SINGLE, TARGETS, split

        table = self.columns()
        parts = split(table)
        found: list[Profile] = []
        for suite, own in parts or [(SINGLE, table)]:
            hits = first_hits(own, TARGETS[suite] if targets is None else as_targets(targets))
            made = runtime_profiles(hits, by=by, band=band, restarts=restarts)
            found += made if len(parts) < 2 else [replace(item, label=_named(item.label, suite)) for item in made]
        return found


def _named(label: str, suite: str) -> str:
    return suite if label == "all" else f"{suite}: {label}"


def _index(names: list[tuple[str, str, int]]) -> pd.MultiIndex:
    import pandas as pd

    return pd.MultiIndex.from_tuples(names, names=["optimizer", "function", "dim"]) if names else _no_index()


def _no_index() -> pd.MultiIndex:
    import pandas as pd

    return pd.MultiIndex.from_arrays([[], [], []], names=["optimizer", "function", "dim"])


def _frame(names: list[tuple[str, str, int]], values: FloatArray, targets: FloatArray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(values, index=_index(names), columns=pd.Index(targets, name="target"))
