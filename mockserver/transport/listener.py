"""A listening socket that can go away and come back on the same port."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from typing import TYPE_CHECKING

from mockserver.errors import CannotListenError, PortInUse

if TYPE_CHECKING:
    from collections.abc import Callable

BACKLOG = 4096
"""Connections that may wait for their accept, so that a burst of clients is not slowed down."""


class Listener:
    """One address that is listened on.

    While connections are refused the port stays bound without being listened on: the kernel answers
    RST to each attempt, and gives the port to nobody who asks for any free one.
    """

    def __init__(self, host: str, port: int, make: Callable[[], asyncio.BaseProtocol]) -> None:
        self.host = host
        self.port = port
        self._make = make
        self._server: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._attaching: asyncio.Task[None] | None = None

    @property
    def listening(self) -> bool:
        """Whether connections are accepted now."""
        return self._server is not None and self._server.is_serving()

    async def open(self) -> None:
        """Listen; ``port`` then holds the real one. Raises PortInUse or CannotListenError."""
        sock = _bound(self.host, self.port)
        self.port = sock.getsockname()[1]
        try:
            await self._attach(sock)
        except OSError as error:
            sock.close()
            raise _refusal(self.host, self.port, error) from error

    async def _attach(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._make, sock=sock, backlog=BACKLOG)

    def refuse(self) -> None:
        """Stop listening at once: from here on the kernel refuses every connection."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        self._reserved = _bound(self.host, self.port)

    def accept_again(self) -> None:
        """Listen again; the kernel accepts from here on. Called on the server's loop."""
        if self._reserved is None:
            return
        sock, self._reserved = self._reserved, None
        sock.listen(BACKLOG)
        self._attaching = asyncio.get_running_loop().create_task(self._attach(sock))

    async def close(self) -> None:
        """Stop listening for good."""
        if self._attaching is not None:
            await self._attaching
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None


def _bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address, not listening yet."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise _refusal(host, port, error) from error
    sock = socket.socket(family, kind, proto)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise _refusal(host, port, error) from error
    return sock


def _refusal(host: str, port: int, error: OSError) -> CannotListenError:
    """What the system said, as one line for a person."""
    if error.errno == errno.EADDRINUSE:
        return PortInUse(host, port)
    return CannotListenError(host, port, error.strerror or str(error))


def url_host(host: str) -> str:
    """How a host that is listened on is written in a URL that reaches it from this machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        address = ipaddress.ip_address("::1" if address.version == 6 else "127.0.0.1")
    return f"[{address}]" if address.version == 6 else str(address)
