"""The front door's socket, and what aiohttp itself may say in the log."""

import logging
import socket

from shared.errors import LiennganhError

CONNECTIONS_WAITING_MAX = 1024


def listen(host: str, port: int) -> socket.socket:
    """The listening socket; port 0 takes a free one. Raises when the address is taken."""
    try:
        return socket.create_server((host, port), backlog=CONNECTIONS_WAITING_MAX)
    except OSError as error:
        raise LiennganhError(
            f"cannot listen on {host}:{port} ({error.strerror}): is it running already? "
            "Choose another with --http HOST:PORT; port 0 takes a free one"
        ) from error


def quiet_log() -> logging.Logger:
    """aiohttp's own messages without their tracebacks: those quote what the sender sent, and that
    may be the beginning of a token."""
    quiet = logging.getLogger("liennganh.http")

    def without_quotes(record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True

    if not quiet.filters:
        quiet.addFilter(without_quotes)
    return quiet
