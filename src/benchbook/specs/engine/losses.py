"""Output that a kernel dropped: ipykernel numbers its messages, so that a gap between two shows what is lost.

Kernels of other languages may not number them; then only their number tells that some may be missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

QUEUE_MESSAGES = 1000  # as many wait in a socket by default; it drops what comes on top


class MessageNumbers:
    """The numbers of all messages that came from a kernel."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._seen: dict[str, set[int]] = {}
        self._first: tuple[str, int] | None = None
        self._last: tuple[str, int] | None = None
        self._output = 0

    def note(self, message: dict[str, Any]) -> None:
        """Note a message of any channel."""
        sender, number = _numbered(message)
        if number is not None:
            self._seen.setdefault(sender, set()).add(number)
        self._output += message["msg_type"] not in {"status", "execute_input", "execute_reply"}
        state = message["content"].get("execution_state") if message["msg_type"] == "status" else None
        if state in {"busy", "idle"}:
            mark = None if number is None else (sender, number)
            self._first, self._last = (mark, None) if state == "busy" else (self._first, mark)

    def cell_starts(self) -> None:
        """Count from here."""
        self._seen.clear()
        self._first = self._last = None
        self._output = 0

    def complaint(self) -> str | None:
        """Return a sentence about what the kernel has dropped since the cell started; None if it dropped nothing."""
        if self._first is not None and self._last is not None and self._first[0] == self._last[0]:
            sender, begin, end = *self._first, self._last[1]
            lost = end - begin + 1 - sum(begin <= number <= end for number in self._seen[sender])
            return f"the output of this cell is cut: the kernel dropped {lost:,} messages" if lost > 0 else None
        if self._output >= QUEUE_MESSAGES:
            return f"the output of this cell may be cut: after {QUEUE_MESSAGES:,} messages this kernel may drop some"
        return None


def listening(receive: Callable[..., Any], numbers: MessageNumbers) -> Callable[..., Any]:
    """Return a channel's `get_msg` that notes what it receives."""

    async def noted(*arguments: Any, **options: Any) -> Any:
        message = await receive(*arguments, **options)
        numbers.note(message)
        return message

    return noted


def _numbered(message: dict[str, Any]) -> tuple[str, int | None]:
    """Return the sender of a message and its number, if it has one."""
    sender, _, number = str(message["header"].get("msg_id", "")).rpartition("_")
    return (sender, int(number)) if sender and number.isdecimal() else ("", None)
