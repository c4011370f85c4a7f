"""What can be done about a bottleneck: rules as data, by the stage, else by the function that takes most of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from benchbook.records.profile import ProfiledFunction

LARGER = "larger batches"
BY_STAGE = {
    "set-up": "done once: longer runs weigh it less; look for imports, files and tables that could be kept",
    "ask": f"the optimizer proposes: {LARGER} share its fixed costs; look at the function named here",
    "evaluate": "the objective itself: let it take all points at once (vectorized), or spread runs over processes",
    "tell": "the optimizer learns: sorting and linear algebra grow with batch and dimension",
    "observe": "captures what is kept: history='improvements' keeps least; traces and points cost most",
    "loop": f"counting and stop rules, once a batch: {LARGER} share it among more evaluations",
    "encode": "writes JSON, digests and compresses: keep fewer points, or more runs in one store",
    "write": "waits for the disk: a local disk is faster than a network's; a store appends instead of replacing files",
}
# part of a function's file or name -> hint; used if functions that match take much of the time.
BY_FUNCTION = (
    ("importlib", "imports: they happen once; import later, or only what is needed"),
    ("matplotlib/", "draws pictures: fewer, or smaller ones; text is expensive"),
    ("pandas/", "works on tables: select early, and avoid copies"),
    ("sleep", "waits: nothing is computed meanwhile"),
    ("acquire", "waits for another thread or process"),
    ("poll", "waits for another thread or process"),
    ("subprocess", "another process works: profile that one"),
    ("linalg", "linear algebra, of cubic cost in the dimension: do it less often, or update instead of solving again"),
    ("json", "reads or writes JSON: do it once, on less data"),
    ("fsync", "waits for the disk: write less often"),
)
MUCH = 0.4  # share of the time from which a rule applies
CALLED_OFTEN = 10_000
_OFTEN = "called very often: work on whole arrays, or call it less"
_ELSE = "look at what it calls, in the flame graph"


# Names that optimizers have for the number of points in a batch, in the order in which they are tried.
BATCH_SETTINGS = ("population", "popsize", "pop_size", "population_size", "num_workers", "batch")


def naming_setting(hint: str, settings: Iterable[str]) -> str:
    """Return a hint that names the optimizer's setting for larger batches, or the general hint if there is none.

    Args:
        hint: As `hint_for` returned it.
        settings: Names of the optimizer's settings.

    Examples:
        >>> naming_setting(BY_STAGE["loop"], ["sigma0", "popsize"])
        'counting and stop rules, once a batch: larger batches (popsize) share it among more evaluations'
        >>> naming_setting(BY_STAGE["loop"], ["adaptive"])
        'counting and stop rules, once a batch'
        >>> naming_setting(BY_STAGE["ask"], [])
        'the optimizer proposes: look at the function named here'
    """
    known = set(settings)
    name = next((name for name in BATCH_SETTINGS if name in known), None)
    if name is not None:
        return hint.replace(LARGER, f"{LARGER} ({name})")
    return re.sub(rf"{LARGER}[^;]*; |: {LARGER}[^;]*$", "", hint)


def hint_for(
    stage: str, functions: Iterable[tuple[float, Sequence[ProfiledFunction]]], calls: int | None = None
) -> str:
    """Return a hint for a stage of one of the known names, else by the functions that take most of it.

    Args:
        stage: Its name; empty: it is a function.
        functions: Seconds, with the functions that were running (nested) during them.
        calls: How often it is called, if this is known.

    Examples:
        >>> draw = ProfiledFunction(name="draw", file="fit.py", line=3)
        >>> sleep = ProfiledFunction(name="sleep", file="<built-in>", line=0)
        >>> hint_for("cell 3", [(0.2, [draw]), (0.8, [sleep])])
        'waits: nothing is computed meanwhile'
    """
    if stage in BY_STAGE:
        return BY_STAGE[stage]
    total_s = 0.0
    by_rule = dict.fromkeys((hint for _, hint in BY_FUNCTION), 0.0)
    for seconds, stack in functions:
        total_s += seconds
        for hint in {hint for part, hint in BY_FUNCTION for f in stack if part in f.name or part in f.file}:
            by_rule[hint] += seconds
    hint = max(by_rule, key=by_rule.__getitem__)
    if total_s > 0 and by_rule[hint] >= MUCH * total_s:
        return hint
    return _OFTEN if calls is not None and calls >= CALLED_OFTEN else _ELSE
