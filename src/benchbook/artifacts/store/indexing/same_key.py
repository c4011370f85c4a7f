"""Putting runs into the index when several have the same key: which of them counts, and where the others are.

The first one counts, but completed runs come before failed ones, and runs that do not match their digests, because
somebody changed them, come last. The others are kept in a separate table and read if the one that counts is damaged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from benchbook.artifacts.store.indexing.row import COLUMNS, IndexRow

OTHERS = f"CREATE TABLE others ({', '.join(COLUMNS)})"
OTHERS_BY_KEY = "CREATE INDEX others_by_key ON others (run_key)"
_PLACES = f"VALUES ({', '.join('?' * len(COLUMNS))})"
_WHERE_IT_IS = slice(COLUMNS.index("shard"), COLUMNS.index("offset") + 1)
_STATUS = COLUMNS.index("status")
# Two runs with one key differ in these when they were only done twice.
_CIRCUMSTANCES = {"shard", "offset", "size", "cell", "circumstances", "total_s"}
_CONTENT = [place for place, name in enumerate(COLUMNS) if name not in _CIRCUMSTANCES]


def put_in(database: sqlite3.Connection, rows: Sequence[IndexRow], is_genuine: Callable[[IndexRow], bool]) -> None:
    """Put rows into the tables `runs` and `others`.

    Args:
        database: The index.
        rows: Values of `benchbook.artifacts.store.indexing.row.Row`, in its order.
        is_genuine: Tells whether a run matches its digests; asked only about runs with one key and different contents.
    """
    before = database.total_changes
    database.executemany(f"INSERT OR IGNORE INTO runs {_PLACES}", rows)
    if database.total_changes - before == len(rows):
        return
    for row in rows:
        kept = database.execute("SELECT * FROM runs WHERE run_key = ?", row[:1]).fetchone()
        if kept[_WHERE_IT_IS] == row[_WHERE_IT_IS]:
            continue
        counts = _which_counts(kept, row, is_genuine)
        if counts is row:
            database.execute(f"INSERT OR REPLACE INTO runs {_PLACES}", row)
        database.execute(f"INSERT INTO others {_PLACES}", kept if counts is row else row)


def _which_counts(kept: IndexRow, row: IndexRow, is_genuine: Callable[[IndexRow], bool]) -> IndexRow:
    first, second = (row, kept) if kept[_STATUS] != "done" and row[_STATUS] == "done" else (kept, row)
    same = all(kept[place] == row[place] for place in _CONTENT)
    return first if same or is_genuine(first) or not is_genuine(second) else second
