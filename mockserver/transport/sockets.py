"""What only a socket can be asked: how much has not left it, and an RST for its close."""

from __future__ import annotations

import fcntl
import socket
import struct
import termios
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def outgoing(transport: asyncio.Transport) -> int:
    """The socket's send queue in bytes (``SIOCOUTQ``), 0 where the system does not tell."""
    sock = transport.get_extra_info("socket")
    try:
        answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    except (OSError, ValueError):
        return 0
    return int(struct.unpack("i", answer)[0])


def unsent(transport: asyncio.Transport | None, below: asyncio.Transport | None = None) -> int:
    """Bytes in the buffers of a transport, of one below it, and of the socket, not acknowledged."""
    if transport is None:
        return 0
    under = 0 if below is None else below.get_write_buffer_size()
    return transport.get_write_buffer_size() + under + outgoing(transport)


def reset_on_close(transport: asyncio.Transport) -> None:
    """Let the close of the socket be an RST, whatever is still to be sent (``SO_LINGER`` 0)."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
