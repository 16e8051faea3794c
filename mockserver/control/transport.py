"""How a control client reaches a running mock server, and what can go wrong on the way."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import aiohttp

from mockserver.control.address import PREFIX, is_loopback, root_of
from mockserver.control.event_lines import events_in
from mockserver.errors import MockServerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from mockserver.control.event_lines import SentEvent

TIMEOUT_S = 30.0
"""How long a call may take beyond what it waits for, in seconds."""


class ControlError(MockServerError):
    """The server refused a call; ``lines`` says why, ``status`` is that of the answer."""

    def __init__(self, status: int, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.status = status
        self.lines = tuple(lines)


class UnreachableError(MockServerError):
    """Nobody answered at the address, or somebody who is no mock server."""


class Transport:
    """The way to a server and back.

    ``address`` is that of the server (``http://127.0.0.1:8080``; a trailing ``/v1`` or ``/_mock``
    is left out). ``token`` is the server's ``control_token``, where it asks for one. ``ca_file`` is
    the certificate to trust at an https address. Without it, a server on this machine is believed
    whatever it shows, since a wrong certificate is one of the things that it is told to show;
    elsewhere those are that this machine trusts (``SSL_CERT_FILE`` names others).
    """

    def __init__(
        self, address: str, *, token: str | None = None, ca_file: Path | None = None
    ) -> None:
        self._root = f"{root_of(address)}{PREFIX}"
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._ca_file = ca_file
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._trusted()), headers=self._headers
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _events(self, path: str, query: Mapping[str, str]) -> AsyncIterator[SentEvent]:
        """The events of a call that goes on, until the server ends it or is gone."""
        begun = False
        limit = aiohttp.ClientTimeout(total=None, sock_connect=TIMEOUT_S, sock_read=TIMEOUT_S)
        try:
            async with self._open().get(self._root + path, params=query, timeout=limit) as response:
                if response.status >= 400:
                    await _read(response)
                begun = True
                async for event in events_in(response.content.iter_any()):
                    yield event
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            if not begun:
                raise self._unreachable(error) from error

    async def _call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> object:
        """The value that a call is answered with."""
        limit = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._open().request(
                method, self._root + path, json=body, params=query, timeout=limit
            ) as response:
                return await _read(response)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._unreachable(error) from error

    def _trusted(self) -> ssl.SSLContext | bool:
        if self._ca_file is not None:
            return ssl.create_default_context(cafile=self._ca_file)
        return not is_loopback(urlsplit(self._root).hostname or "")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise MockServerError("use the control client as `async with ControlClient(...)`")
        return self._session

    def _unreachable(self, error: Exception) -> UnreachableError:
        where = self._root.removesuffix(PREFIX)
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return UnreachableError(
                f"the certificate of {where} is not trusted here ({_reason(error)}); "
                "name the one to trust in SSL_CERT_FILE"
            )
        return UnreachableError(
            f"no mock server answers at {where} ({type(error).__name__}); "
            "start one with: pawa-mock serve"
        )


async def _read(response: aiohttp.ClientResponse) -> object:
    """The value of an answer; raises ControlError for a refusal, ValueError for no JSON."""
    value: object = await response.json()
    if response.status < 400:
        return value
    lines = value.get("errors") if isinstance(value, dict) else None
    if not lines:
        raise UnreachableError(
            f"{response.url.origin()} answered {response.status}, and not as a control API; "
            "that is at the address of the server's first sandbox"
        )
    raise ControlError(response.status, lines)


def _reason(error: aiohttp.ClientConnectorCertificateError) -> str:
    """What OpenSSL has against a certificate, in its own words."""
    cause = error.certificate_error
    return getattr(cause, "verify_message", "") or str(cause)
