"""Entry points of installed packages, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchbook.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def entry_points_of(group: str, what: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group, by name; loads none of them.

    Args:
        group: Name of the group.
        what: What the group announces, for the message.

    Raises:
        UsageError: Two packages register different objects under one name.
    """
    from importlib.metadata import entry_points

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        if point.name in found and found[point.name].value != point.value:
            raise UsageError(
                f"{what} {point.name!r} is registered twice: by {found[point.name].value} and by {point.value}"
            )
        found[point.name] = point
    return found
