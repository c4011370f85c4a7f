"""One event loop in a daemon thread, in which the async shadows of all experiments run, separate from the caller's."""

from __future__ import annotations

import asyncio
import os
import threading

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def background_loop() -> asyncio.AbstractEventLoop:
    """Return the loop, which is started at first use."""
    global _loop  # noqa: PLW0603  # there is one such thread per process
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="benchbook-shadows", daemon=True).start()
        return _loop


def _forget() -> None:
    global _loop, _lock  # a forked child has no such thread
    _loop, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
