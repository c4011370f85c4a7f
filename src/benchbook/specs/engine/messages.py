"""Messages between the fork server and its clients: one JSON document per line, over a pair of sockets."""

from __future__ import annotations

import json
import os
import socket
from collections import deque
from collections.abc import Mapping
from typing import Any

Message = dict[str, Any]
_CHUNK_BYTES = 1 << 16

# Read once, by Python, the C library or a library while it is imported: a forked kernel cannot have other values.
_READ_AT_START = ("PYTHON", "NPY_", "OPENBLAS_", "OMP_", "MKL_", "BLIS_", "VECLIB_", "MPL", "LC_", "LD_", "DYLD_")
_READ_AT_START_NAMES = ("LANG", "LANGUAGE", "HOME", "GOTO_NUM_THREADS")


class Line:
    """One end of a connection.

    Attributes:
        socket: The socket; it blocks.
    """

    def __init__(self, end: socket.socket) -> None:
        """Use a connected stream socket."""
        self.socket = end
        self._rest = b""
        self._descriptors: deque[int] = deque()

    def send(self, message: Message, descriptor: int | None = None) -> None:
        """Send a message, and with it an open file or socket.

        Raises:
            OSError: The other end is closed.
        """
        data = json.dumps(message).encode() + b"\n"
        if descriptor is not None:
            # It is sent with the first byte; the message is short enough for one packet.
            sent = socket.send_fds(self.socket, [data], [descriptor])
            data = data[sent:]
        self.socket.sendall(data)

    def receive(self) -> list[Message] | None:
        """Wait for data and return the complete messages; None after the last one.

        Raises:
            OSError: The socket timed out, or the connection is broken.
        """
        data, descriptors, _, _ = socket.recv_fds(self.socket, _CHUNK_BYTES, 8)
        self._descriptors.extend(descriptors)
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def ask(self, message: Message) -> Message:
        """Send a request and wait for its answer.

        Raises:
            OSError: There is no answer.
        """
        self.send(message)
        while (answers := self.receive()) is not None:
            if answers:
                return answers[0]
        raise ConnectionResetError("the fork server has gone")

    def take_descriptor(self) -> int:
        """Return the next descriptor that came with a message."""
        return self._descriptors.popleft()

    def close(self) -> None:
        """Close the connection, and descriptors that were not taken."""
        while self._descriptors:
            os.close(self._descriptors.popleft())
        self.socket.close()


def read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that take effect only when a process starts.

    Examples:
        >>> read_at_start({"PYTHONHASHSEED": "0", "BENCHBOOK_ARTIFACTS": "here"})
        {'PYTHONHASHSEED': '0'}
    """
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_READ_AT_START) or name in _READ_AT_START_NAMES
    }
