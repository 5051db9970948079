"""Loopback ports: which are free."""

import errno
import secrets
import socket
from collections.abc import Collection

from shared.embedded.errors import FolderUnusable

LOOPBACK = "127.0.0.1"
# Below the range from which Linux (32768) and macOS (49152) take ports for outgoing connections:
# a port kept from the last start would otherwise often be taken by a passing client.
PORT_FIRST = 20_000
PORT_LAST = 31_999
TRIES_MAX = 1_000


def is_free(port: int) -> bool:
    """Whether a server could listen on that port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        # As PostgreSQL and nats-server do: connections of our last run may still be fading away.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((LOOPBACK, port))
            attempt.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def choose_port(taken: Collection[int]) -> int:
    """A free port, none of `taken`. Raises FolderUnusable when the machine has none."""
    for _ in range(TRIES_MAX):
        port = PORT_FIRST + secrets.randbelow(PORT_LAST - PORT_FIRST + 1)
        if port not in taken and is_free(port):
            return port
    raise FolderUnusable(
        f"Không còn cổng trống từ {PORT_FIRST} đến {PORT_LAST} trên {LOOPBACK}; hãy dừng bớt "
        "chương trình.",
        f"No port from {PORT_FIRST} to {PORT_LAST} on {LOOPBACK} is free; stop some programs.",
    )
