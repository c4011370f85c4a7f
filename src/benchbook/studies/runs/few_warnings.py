"""A study whose runs fail says so a few times, not a thousand: the ledger has the numbers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 3
_LOGGER = "benchbook.studies.runs.execute"


class FewOfAKind(logging.Filter):
    """Lets the first warnings of each kind pass; a kind is a format with the names in it, not its numbers."""

    def __init__(self) -> None:
        """Have seen none."""
        super().__init__()
        self._seen: Counter[object] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to show a warning; the last one that is shown says so."""
        if record.levelno < logging.WARNING:
            return True
        arguments = record.args if isinstance(record.args, tuple) else ()
        kind = (record.msg, *(value for value in arguments if isinstance(value, str)))
        self._seen[kind] += 1
        if self._seen[kind] == MOST:
            record.msg = f"{record.msg} (further warnings like this one are not shown)"
        return self._seen[kind] <= MOST


@contextmanager
def few_warnings() -> Iterator[None]:
    """Show a few of the warnings of runs within the block."""
    few = FewOfAKind()
    logger = logging.getLogger(_LOGGER)
    logger.addFilter(few)
    try:
        yield
    finally:
        logger.removeFilter(few)


def show_few() -> None:
    """Show a few from now on, as a worker process does."""
    logging.getLogger(_LOGGER).addFilter(FewOfAKind())
