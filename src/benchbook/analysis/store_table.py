"""`bb.open`: the run table of a store, which reads runs only when they are accessed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from benchbook.analysis.selection_names import check_selected
from benchbook.analysis.table import FRAME_COLUMNS, RunTable
from benchbook.artifacts.store.indexing.index import ORDER
from benchbook.artifacts.store.manifest import check_store, usable_manifest
from benchbook.artifacts.store.selection import planned_runs
from benchbook.artifacts.store.shards import IMPORTED_FOLDER
from benchbook.artifacts.store.store import Store
from benchbook.errors import ArtifactError
from benchbook.optimizers import names as optimizer_names
from benchbook.problems import names as function_names
from benchbook.records import RunRecord

if TYPE_CHECKING:
    import pandas as pd


def open_store(path: str | os.PathLike[str], *, everything: bool = False) -> StoredRuns:
    """Open a store and return its runs as a table; each is read and checked when it is accessed.

    Args:
        path: Folder of the store.
        everything: Also return runs that are not in its plan, such as those by earlier code.

    Raises:
        UsageError: The folder is not a store.
        ArtifactError: Its manifest is of a newer benchbook.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> folder = tempfile.mkdtemp()
        >>> made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=10)
        >>> _ = made.run(store=folder)
        >>> runs = bb.open(folder)
        >>> len(runs), runs.select(seed=2)[0].seed
        (3, 2)
    """
    folder = Path(path)
    check_store(folder)
    manifest = None if everything else usable_manifest(folder)
    where, values = planned_runs(manifest) if manifest is not None else ("1", [])
    return StoredRuns(Store(folder), where, values)


def open_runs(path: str | os.PathLike[str], *, everything: bool = False) -> RunTable:
    """Open a store and return its runs as a table: its own runs, then imported ones.

    Imported runs can be analysed like others; information that their source lacks, such as seeds and times, is missing.

    Args:
        path: Folder of the store.
        everything: Also return runs that are not in its plan, such as those by earlier code.

    Raises:
        UsageError: The folder is not a store.
        ArtifactError: Its manifest is of a newer benchbook.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> folder = tempfile.mkdtemp()
        >>> made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=10)
        >>> _ = made.run(store=folder)
        >>> len(bb.open(folder)), bb.open(folder).select(seed=2)[0].seed
        (3, 2)
    """
    from benchbook.artifacts.interop.imported import read_imported

    own = open_store(path, everything=everything)
    folder = Path(path)
    if not (folder / IMPORTED_FOLDER).is_dir():
        return own
    imported: list[Any] = list(read_imported(folder))
    with own.store:
        return RunTable([*own, *imported])


class StoredRuns(RunTable):
    """Runs of a store, ordered by optimizer, function, dimension, instance and seed."""

    def __init__(self, store: Store, where: str, values: Sequence[Any]) -> None:
        """Keep a condition that selects runs of the index."""
        self.store = store
        self._where = where
        self._values = list(values)

    @property
    def _records(self) -> tuple[RunRecord, ...]:  # type: ignore[override]  # what the base class keeps is read again here
        return tuple(self)

    def __len__(self) -> int:
        """Return the number of runs, using only the index."""
        return int(self._ask("SELECT count(*) FROM runs")[0][0])

    def __iter__(self) -> Iterator[RunRecord]:
        """Read one run after another; those that cannot be read are left out, and logged in one line for all."""
        return self.store.readable(f"WHERE {self._where}", self._values)

    def __getitem__(self, index: Any) -> Any:
        """Read a run by position, or return the table of a slice."""
        if isinstance(index, slice):
            return RunTable(tuple(self)[index])
        count = len(self)
        place = index + count if index < 0 else index
        if not 0 <= place < count:
            raise IndexError(f"the table has {count} runs, none at {index}")
        keys = self._ask("SELECT run_key FROM runs", f"ORDER BY {ORDER} LIMIT 1 OFFSET {int(place)}")
        record = self.store.get(keys[0][0])
        if record is None:
            raise ArtifactError(f"run {place} of {self.store.folder} cannot be read; `benchbook study check` says why")
        return record

    def __repr__(self) -> str:
        """Return the contents of the table in one line."""
        failed = self._ask("SELECT count(*) FROM runs", "AND status = 'failed'")[0][0]
        return f"StoredRuns({len(self)} runs, {failed} failed; optimizers: {', '.join(self.optimizers)})"

    @property
    def optimizers(self) -> list[str]:
        """Names of the optimizers."""
        return self._distinct("optimizer")

    @property
    def functions(self) -> list[str]:
        """Names of the functions."""
        return self._distinct("function")

    @property
    def dims(self) -> list[int]:
        """Dimensions, rising."""
        return self._distinct("dim")

    def select(
        self,
        *,
        optimizer: str | Sequence[str] | None = None,
        function: str | Sequence[str] | None = None,
        dim: int | Sequence[int] | None = None,
        instance: int | Sequence[int] | None = None,
        seed: int | Sequence[int] | None = None,
    ) -> StoredRuns:
        """Return the runs that match every given value, or one of several values given as a sequence.

        Raises:
            UnknownNameError: An optimizer or function is in neither the store nor the catalog.
        """
        check_selected("optimizer", optimizer, lambda: self._names("optimizer"), optimizer_names)
        check_selected("function", function, lambda: self._names("function"), function_names)
        where, values = self._where, list(self._values)
        wanted = {"optimizer": optimizer, "function": function, "dim": dim, "instance": instance, "seed": seed}
        for name, value in wanted.items():
            if value is not None:
                where += f" AND {name} IN (SELECT value FROM json_each(?))"  # noqa: S608  # fixed names
                values.append(orjson.dumps([value] if isinstance(value, str | int) else list(value)).decode())
        return StoredRuns(self.store, where, values)

    def _names(self, column: str) -> list[str]:
        """Return the names that all runs of the store have."""
        return [name for (name,) in self.store.known(f"SELECT DISTINCT {column} FROM runs")]  # noqa: S608  # fixed names

    def shifted(self) -> StoredRuns:
        """Return the runs on shifted problems: everything but the textbook instances, which are number 0."""
        return StoredRuns(self.store, f"{self._where} AND instance <> 0", self._values)

    twins = shifted

    def precisions(self) -> np.ndarray:
        """Return best value minus f_opt of each run, shape `(runs,)`; infinite if a run found no finite value."""
        rows = self._ask("SELECT precision FROM runs", f"ORDER BY {ORDER}")
        return np.array([np.inf if value is None else value for (value,) in rows], dtype=np.float64)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per run, using only the index; unknown values are missing."""
        import pandas as pd

        names = list(FRAME_COLUMNS)
        text = f"SELECT {', '.join(names)} FROM runs"  # noqa: S608  # fixed names
        rows = self._ask(text, f"ORDER BY {ORDER}")
        return pd.DataFrame(rows, columns=names)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def _distinct(self, name: str) -> list[Any]:
        return [value for (value,) in self._ask(f"SELECT DISTINCT {name} FROM runs", f"ORDER BY {name}")]  # noqa: S608  # fixed names

    def _ask(self, select: str, rest: str = "") -> list[Any]:
        return self.store.index().query(f"{select} WHERE {self._where} {rest}", self._values).fetchall()
