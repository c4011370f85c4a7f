"""What can be done about a bottleneck: rules as data, by the stage, else by the function that takes most of it."""

from __future__ import annotations

BY_STAGE = {
    "set-up": "done once: longer runs weigh it less; look for imports, files and tables that could be kept",
    "ask": "the optimizer proposes: larger batches (popsize) share its fixed costs; look at the function named here",
    "evaluate": "the objective itself: let it take all points at once (vectorized), or spread runs over processes",
    "tell": "the optimizer learns: sorting and linear algebra grow with batch and dimension",
    "observe": "captures what is kept: history='improvements' keeps least; traces and points cost most",
    "loop": "counting and stop rules, once a batch: larger batches (popsize) share it among more evaluations",
    "encode": "writes JSON, digests and compresses: keep fewer points, or more runs in one store",
    "write": "waits for the disk: a local disk is faster than a network's; a store appends instead of replacing files",
}
# part of the function's name or file -> hint; the first that fits holds.
BY_FUNCTION = (
    ("importlib", "imports: they happen once; import later, or only what is needed"),
    ("sleep", "waits: nothing is computed meanwhile"),
    ("acquire", "waits for another thread or process"),
    ("linalg", "linear algebra, of cubic cost in the dimension: do it less often, or update instead of solving anew"),
    ("json", "reads or writes JSON: do it once, on less data"),
    ("fsync", "waits for the disk: write less often"),
    ("savefig", "draws pictures: fewer or smaller ones"),
    ("subprocess", "another process works: profile that one"),
)
CALLED_OFTEN = 10_000
_OFTEN = "called very often: work on whole arrays, or call it less"
_ELSE = "look at what it calls, in the flame graph"


def hint_for(stage: str, function: str, file: str = "", calls: int | None = None) -> str:
    """Return a hint for a stage of one of the known names, else for the function that takes most of it.

    Examples:
        >>> hint_for("cell 3", "sleep")
        'waits: nothing is computed meanwhile'
    """
    if stage in BY_STAGE:
        return BY_STAGE[stage]
    for part, hint in BY_FUNCTION:
        if part in function or part in file:
            return hint
    return _OFTEN if calls is not None and calls >= CALLED_OFTEN else _ELSE
