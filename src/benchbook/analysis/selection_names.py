"""Names that select runs: a name of no run is an error, unless the catalog has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from benchbook.errors import unknown_name
from benchbook.optimizers.adapters.libraries import LIBRARIES


def check_selected(
    kind: str,
    wanted: str | Sequence[str] | None,
    here: Callable[[], Iterable[str]],
    catalog: Callable[[], Iterable[str]],
) -> None:
    """Reject a name that neither the runs nor the catalog have.

    Args:
        kind: Kind of the name, for the message.
        wanted: One name, several, or None.
        here: Returns the names that the runs have.
        catalog: Returns the names in the catalog, which need not have runs.

    Raises:
        UnknownNameError: With the nearest names.

    Examples:
        >>> check_selected("optimizer", "whale", lambda: ["whale"], list)
    """
    if wanted is None:
        return
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    found = set(here())
    missing = [name for name in names if name not in found]
    if not missing or not found:
        return
    known = set(catalog())
    libraries = {name.partition(":")[0] for name in known if ":" in name}
    for name in missing:
        prefix, colon, _ = name.partition(":")
        # The catalog lacks names of libraries that are not installed.
        absent = colon and prefix in LIBRARIES and prefix not in libraries
        if name not in known and not absent:
            raise unknown_name(kind, name, sorted(found), "(among these runs)")
