"""Where connections come in: in the clear, over TLS, or up to a handshake that goes wrong.

A change is for the connections that come after it. What has not finished its handshake yet is no
connection for the server; it is one for the journal all the same.
"""

from __future__ import annotations

import asyncio
import time
from asyncio.sslproto import SSLProtocol
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Protocol

from mockserver.errors import CaFileError
from mockserver.records import TlsFacts
from mockserver.tls.contexts import facts_of, failure_of, server_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from mockserver.exchange import OpenConnection
    from mockserver.journal import Journal
    from mockserver.settings.tls import TlsSettings
    from mockserver.transport.connections import Connection

HANDSHAKE_LIMIT_S = 60
"""How long a client may take for its handshake."""

SHUTDOWN_LIMIT_S = 1
"""How long a close waits for the client to close its side of TLS too."""

_OWN_NAMES = ("localhost", "127.0.0.1", "::1")


class Gate:
    """Makes what takes a new connection in, and ends those that are still on the threshold."""

    def __init__(
        self,
        make: Callable[[], Connection],
        journal: Journal,
        host: str,
        settings: TlsSettings | None = None,
    ) -> None:
        self._make = make
        self._journal = journal
        self._host = host
        self._settings: TlsSettings | None = None
        self._context: ssl.SSLContext | None = None
        self._waiting: set[Threshold] = set()
        self._ca_file: IO[bytes] | None = None
        self.change(settings)

    def change(self, settings: TlsSettings | None) -> None:
        """Let connections in like this from now on."""
        # Minting takes a moment, and a library that nobody loads who needs no TLS.
        self._context = None if settings is None else _context(settings, self._host)
        self._settings = settings
        if settings is not None and settings.ca_file is not None:
            _write(Path(settings.ca_file), self.ca_pem or "")

    @property
    def ca_pem(self) -> str | None:
        """The certificate that clients have to trust; None where no TLS is spoken."""
        if self._settings is None:
            return None
        from mockserver.tls.certificates import authority  # noqa: PLC0415 - see change

        return authority().pem.decode()

    @property
    def ca_file(self) -> Path | None:
        """The same as a file, which is gone when the gate is closed unless the settings name it."""
        pem, settings = self.ca_pem, self._settings
        if pem is None or settings is None:
            return None
        if settings.ca_file is not None:
            return Path(settings.ca_file)
        if self._ca_file is None:
            self._ca_file = NamedTemporaryFile(prefix="pawa-mock-ca-", suffix=".pem")  # noqa: SIM115 - held until close
            self._ca_file.write(pem.encode())
            self._ca_file.flush()
        return Path(self._ca_file.name)

    def __call__(self) -> asyncio.BaseProtocol:
        """A protocol for a new connection."""
        settings, context = self._settings, self._context
        if settings is None or context is None or settings.handshake == "plain_text":
            return self._make()
        if settings.handshake == "answer":
            return Secured(self._make(), context, self._journal, self._waiting)
        return TurnedAway(settings.handshake, self._journal, self._waiting)

    async def close(self) -> None:
        """End what has not come in yet."""
        for threshold in tuple(self._waiting):
            threshold.leave()
        while self._waiting:  # noqa: ASYNC110 - a transport tells of its end in the next turn
            await asyncio.sleep(0)
        if self._ca_file is not None:
            self._ca_file.close()
            self._ca_file = None


class Threshold(Protocol):
    """A connection that is accepted and has not come in."""

    def leave(self) -> None:
        """End it at once."""
        ...


class Secured(SSLProtocol):
    """TLS under a connection; a handshake that fails is noted with its reason."""

    def __init__(
        self,
        connection: Connection,
        context: ssl.SSLContext,
        journal: Journal,
        waiting: set[Threshold],
    ) -> None:
        loop = asyncio.get_running_loop()
        self._connection = connection
        self._journal = journal
        self._waiting_room = waiting
        self._handshake: asyncio.Future[None] = loop.create_future()
        self._handshake.add_done_callback(self._shaken)
        super().__init__(
            loop,
            connection,
            context,
            self._handshake,
            server_side=True,
            ssl_handshake_timeout=HANDSHAKE_LIMIT_S,
            ssl_shutdown_timeout=SHUTDOWN_LIMIT_S,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the accept, and begin the handshake."""
        self._waiting_room.add(self)
        self._connection.record = self._journal.accepted()
        if isinstance(transport, asyncio.Transport):
            self._connection.below = transport
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The socket is gone."""
        self._waiting_room.discard(self)
        record, side = self._connection.record, self._sslobj  # type: ignore[attr-defined]
        # A client that never closes its side of TLS has not reset the connection.
        super().connection_lost(None if isinstance(exc, TimeoutError) else exc)
        if record.tls is None:
            error = self._handshake.exception() if self._handshake.done() else exc
            failure = failure_of(error)
            record.tls = facts_of(side, failure)
            by_client = "alert" in failure or isinstance(error, ConnectionResetError)
            _note_end(record, "client" if by_client else "server", exc)
            self._journal.disconnected(record)

    def _shaken(self, handshake: asyncio.Future[None]) -> None:
        # Asked for, so that the loop does not report a client's mistake as nobody's.
        if not handshake.cancelled() and handshake.exception() is None:
            self._waiting_room.discard(self)

    def _fatal_error(self, exc: BaseException, message: str = "Fatal error on transport") -> None:
        # asyncio drops the alert that tells the client what is wrong (RFC 8446 section 6.2).
        self._process_outgoing()  # type: ignore[attr-defined]
        super()._fatal_error(exc, message)

    def leave(self) -> None:
        """End it at once."""
        if self._connection.below is not None:
            self._connection.below.abort()


class TurnedAway(asyncio.Protocol):
    """A connection whose handshake is never answered: silence, or a close."""

    def __init__(self, how: str, journal: Journal, waiting: set[Threshold]) -> None:
        self._how = how
        self._journal = journal
        self._waiting_room = waiting
        self._record: OpenConnection | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._by = "client"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the accept."""
        self._transport = transport
        self._waiting_room.add(self)
        self._record = self._journal.accepted()

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - nobody looks at it
        """The client has begun: close, or let it wait."""
        if self._how == "close" and self._transport is not None:
            self._by = "server"
            self._transport.close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """The socket is gone."""
        self._waiting_room.discard(self)
        if self._record is not None:
            told = "stalled" if self._how == "stall" else "closed"
            self._record.tls = TlsFacts(None, None, None, f"{told} by the mock")
            _note_end(self._record, self._by, exc)
            self._journal.disconnected(self._record)

    def leave(self) -> None:
        """End it at once."""
        self._by = "server"
        if isinstance(self._transport, asyncio.Transport):
            self._transport.abort()


def _write(path: Path, pem: str) -> None:
    try:
        path.write_text(pem, "ascii")
    except OSError as error:
        raise CaFileError(path, error) from error


def _note_end(record: OpenConnection, by: str, error: BaseException | None) -> None:
    record.ended_ns, record.ended_by = time.monotonic_ns(), by
    record.how = "rst" if isinstance(error, ConnectionResetError) else "fin"


def _context(settings: TlsSettings, host: str) -> ssl.SSLContext:
    from mockserver.tls.certificates import chain_of  # noqa: PLC0415 - see Gate.change

    names = tuple(dict.fromkeys((*_OWN_NAMES, *_certifiable(host), *settings.names)))
    return server_context(settings, chain_of(settings.certificate, names))


def _certifiable(host: str) -> tuple[str, ...]:
    """The host as a name in a certificate; none where it stands for all addresses."""
    return () if host in {"", "0.0.0.0", "::"} else (host,)  # noqa: S104 - compared, not listened on
