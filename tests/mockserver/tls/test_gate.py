"""Connections come in over TLS, or fail at the door in exactly the way that was asked for."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from mockserver import MockServer
from mockserver.errors import CaFileError, DefaultSandboxError
from mockserver.sandbox import Sandbox
from mockserver.settings import SandboxSettings, ServerSettings, TlsSettings
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request
from tests.mockserver.talk import last
from tests.mockserver.tls.test_certificates import COMPLAINTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.journal import Connection, Journal
    from mockserver.records import TlsFacts
    from tests.mockserver.conftest import OpenSandbox

KEY = {"Authorization": "Bearer pawa-dev-key"}


def trusting(sandbox: Sandbox) -> ssl.SSLContext:
    """A client's context that trusts what the sandbox says is to be trusted."""
    return ssl.create_default_context(cafile=str(sandbox.ca_file))


async def shake(sandbox: Sandbox, context: ssl.SSLContext, name: str = "localhost") -> None:
    """A handshake as any blocking client makes it: alerts of both sides arrive."""

    def connect() -> None:
        with (
            socket.create_connection(("127.0.0.1", sandbox.port), timeout=LONG_S) as plain,
            context.wrap_socket(plain, server_hostname=name),
        ):
            pass

    await asyncio.to_thread(connect)


async def ended(sandbox: Sandbox) -> Connection:
    """The first connection of a sandbox, once it is over."""

    def over(journal: Journal) -> bool:
        return any(one.ended_ns is not None for one in journal.connections())

    assert await sandbox.journal.wait_for(over, LONG_S)
    return sandbox.journal.connections()[0]


async def facts(sandbox: Sandbox) -> TlsFacts:
    found = (await ended(sandbox)).tls
    assert found is not None
    return found


async def talk(sandbox: Sandbox, data: bytes) -> tuple[bytes, str]:
    """Send a request over TLS; everything that came back, and how the connection ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.port, ssl=trusting(sandbox))
    writer.write(data)
    received = b""
    try:
        async with asyncio.timeout(LONG_S):
            while more := await reader.read(65536):
                received += more
    except ConnectionResetError:
        return received, "rst"
    else:
        return received, "fin"
    finally:
        writer.transport.abort()


class TestAGoodCertificate:
    async def test_a_client_that_trusts_the_authority_is_served(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """At an https address; the journal knows version, cipher and name."""
        sandbox = await open_sandbox(tls={})
        async with (
            aiohttp.ClientSession(headers=KEY) as session,
            session.post(
                sandbox.base_url.replace("127.0.0.1", "localhost") + "/chat/request",
                json=chat(),
                ssl=trusting(sandbox),
            ) as response,
        ):
            assert response.status == 200
        exchange = await last(sandbox)
        told = await facts(sandbox)

        assert sandbox.base_url.startswith("https://127.0.0.1:")
        assert exchange.ending == "complete"
        assert (told.version, told.server_name, told.failure) == ("TLSv1.3", "localhost", None)
        assert told.cipher is not None

    async def test_a_stream_comes_chunk_by_chunk(self, open_sandbox: OpenSandbox) -> None:
        """Each as it is written."""
        sandbox = await open_sandbox(tls={}, stream={"chunks": 5, "interval_s": 0.01})
        chunks = []
        async with (
            aiohttp.ClientSession(headers=KEY) as session,
            session.post(
                f"{sandbox.base_url}/chat/request", json=chat(stream=True), ssl=trusting(sandbox)
            ) as response,
        ):
            async for chunk, _ in response.content.iter_chunks():
                chunks.append(chunk)

        assert len(chunks) >= 5

    async def test_who_does_not_trust_it_is_told_no_more(self, open_sandbox: OpenSandbox) -> None:
        """The client's alert is in the journal."""
        sandbox = await open_sandbox(tls={})

        with pytest.raises(ssl.SSLCertVerificationError):
            await shake(sandbox, ssl.create_default_context())
        connection = await ended(sandbox)

        assert connection.tls is not None
        assert connection.tls.failure == "tlsv1 alert unknown ca"
        assert (connection.tls.server_name, connection.ended_by) == ("localhost", "client")
        assert sandbox.journal.exchanges() == ()

    async def test_it_is_good_for_further_names(self, open_sandbox: OpenSandbox) -> None:
        """A container has a name of its own."""
        sandbox = await open_sandbox(tls={"names": ["mock.test"]})

        await shake(sandbox, trusting(sandbox), "mock.test")
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            await shake(sandbox, trusting(sandbox), "other.test")


class TestAWrongCertificate:
    @pytest.mark.parametrize("kind", [kind for kind in COMPLAINTS if kind != "good"])
    async def test_each_gives_exactly_its_own_error(
        self, open_sandbox: OpenSandbox, kind: Any
    ) -> None:
        """To a blocking client and to aiohttp."""
        sandbox = await open_sandbox(tls={"certificate": kind})
        code, words = COMPLAINTS[kind]

        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            await shake(sandbox, trusting(sandbox))
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorCertificateError) as wrapped:
                await session.get(
                    f"https://localhost:{sandbox.port}/v1/models", ssl=trusting(sandbox)
                )

        assert caught.value.verify_code == code
        assert caught.value.verify_message.startswith(words)
        assert isinstance(wrapped.value.certificate_error, ssl.SSLCertVerificationError)
        assert wrapped.value.certificate_error.verify_code == code
        assert "alert" in str((await facts(sandbox)).failure)

    async def test_it_can_be_changed_while_the_server_runs(self, open_sandbox: OpenSandbox) -> None:
        """Connections that are open stay; those that come meet the new one, and then the old."""
        sandbox = await open_sandbox(tls={})
        context = trusting(sandbox)
        reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.port, ssl=context)

        def put(**tls: Any) -> None:
            settings = TlsSettings.model_validate(tls)
            sandbox.replace_settings(sandbox.settings.model_copy(update={"tls": settings}))

        put(certificate="expired")
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            await shake(sandbox, context)
        writer.write(request("/v1/models", method="GET"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        put()
        await shake(sandbox, context)
        writer.close()
        await writer.wait_closed()

    async def test_tls_can_come_and_go(self, open_sandbox: OpenSandbox) -> None:
        """The address says which it is."""
        sandbox = await open_sandbox()
        assert (sandbox.ca_file, sandbox.ca_pem) == (None, None)
        encrypted = sandbox.settings.model_copy(update={"tls": TlsSettings()})
        sandbox.replace_settings(encrypted)
        await shake(sandbox, trusting(sandbox))
        assert sandbox.base_url.startswith("https:")
        sandbox.replace_settings(encrypted.model_copy(update={"tls": None}))
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request("/v1/models", method="GET"))
            assert (await client.read_reply()).status == 200


class TestAHandshakeThatGoesWrong:
    async def test_an_old_protocol_is_refused_by_a_modern_client(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """With the alert that names the cause."""
        sandbox = await open_sandbox(tls={"protocol": "tls1.0"})

        with pytest.raises(ssl.SSLError) as caught:
            await shake(sandbox, trusting(sandbox))

        assert caught.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"
        assert (await facts(sandbox)).failure == "unsupported protocol"

    async def test_plain_text_answers_a_hello_with_http(self, open_sandbox: OpenSandbox) -> None:
        """The client sees no TLS; the journal has the bytes that were no request."""
        sandbox = await open_sandbox(tls={"handshake": "plain_text"})

        with pytest.raises(ssl.SSLError) as caught:
            await shake(sandbox, trusting(sandbox))
        exchange = await last(sandbox)

        assert caught.value.reason == "WRONG_VERSION_NUMBER"
        assert sandbox.base_url.startswith("https:")
        assert exchange.status == 400

    async def test_a_stalled_handshake_says_nothing(self, open_sandbox: OpenSandbox) -> None:
        """For as long as the client has patience."""
        sandbox = await open_sandbox(tls={"handshake": "stall"})
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(b"\x16\x03\x01")
            received = await client.read(0.05)
        connection = await ended(sandbox)

        assert (received.data, received.ending) == (b"", "open")
        assert connection.tls is not None
        assert connection.tls.failure == "stalled by the mock"
        assert connection.ended_by == "client"

    async def test_a_closed_handshake_ends_when_the_client_has_begun(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """With a FIN, and without one byte."""
        sandbox = await open_sandbox(tls={"handshake": "close"})
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(b"\x16\x03\x01")
            received = await client.read()
        connection = await ended(sandbox)

        assert (received.data, received.ending) == (b"", "fin")
        assert (connection.ended_by, connection.how) == ("server", "fin")

    @pytest.mark.parametrize("tls", [{}, {"handshake": "stall"}])
    async def test_closing_the_sandbox_ends_what_stands_at_the_door(
        self, tls: dict[str, str]
    ) -> None:
        """A handshake that nobody finishes keeps nobody waiting."""
        sandbox = Sandbox(SandboxSettings.model_validate({"tls": tls}))
        await sandbox.open()
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(b"\x16\x03\x01")
            assert await sandbox.journal.wait_for(lambda seen: bool(seen.connections()), LONG_S)
            await sandbox.close()
            received = await client.read()

        assert received.ending in {"fin", "rst"}
        assert sandbox.journal.connections()[0].ended_ns is not None

    async def test_the_control_api_is_not_locked_out(self) -> None:
        """It shares the first sandbox's listener."""
        settings = SandboxSettings.model_validate({"tls": {"handshake": "stall"}})

        with pytest.raises(DefaultSandboxError, match="control API"):
            async with MockServer(ServerSettings(sandboxes=(settings,))):
                pass


class TestFaultsOverTls:
    @pytest.mark.parametrize(
        ("fault", "streamed", "arrived", "ending"),
        [
            ({"kind": "rst_before_headers"}, False, lambda data: data == b"", "rst"),
            ({"kind": "close_before_headers"}, False, lambda data: data == b"", "fin"),
            (
                {"kind": "cut_body", "after_bytes": 20, "how": "rst"},
                False,
                lambda data: len(data.partition(b"\r\n\r\n")[2]) == 20,
                "rst",
            ),
            (
                {"kind": "cut_stream", "after_chunks": 3, "how": "rst"},
                True,
                lambda data: data.count(b'"success"') == 3,
                "rst",
            ),
            (
                {"kind": "cut_stream", "after_chunks": 3, "how": "no_final_chunk"},
                True,
                lambda data: data.count(b'"success"') == 3 and not data.endswith(b"0\r\n\r\n"),
                "fin",
            ),
        ],
    )
    async def test_cuts_and_resets_are_what_they_are_without(
        self,
        open_sandbox: OpenSandbox,
        fault: dict[str, Any],
        streamed: bool,
        arrived: Callable[[bytes], bool],
        ending: str,
    ) -> None:
        """What came before the cut has arrived, decrypted; then RST on the wire, or an end."""
        sandbox = await open_sandbox(tls={}, rules=[{"fault": fault}])

        data, ended_how = await talk(sandbox, request(body=chat(stream=streamed)))
        exchange = await last(sandbox)

        assert arrived(data), data
        assert ended_how == ending
        assert exchange.delivered


class TestTheAuthority:
    async def test_its_file_is_there_while_the_sandbox_is(self, open_sandbox: OpenSandbox) -> None:
        """A temporary one, gone at the end."""
        sandbox = Sandbox(SandboxSettings(tls=TlsSettings()))
        await sandbox.open()
        file = sandbox.ca_file

        assert file is not None
        assert file.read_text() == sandbox.ca_pem
        assert "PRIVATE" not in file.read_text()
        await sandbox.close()
        assert not file.exists()

    async def test_it_is_written_where_the_settings_say(self, tmp_path: Path) -> None:
        """And stays there, for other programs."""
        file = tmp_path / "ca.pem"
        sandbox = Sandbox(SandboxSettings(tls=TlsSettings(ca_file=str(file))))
        await sandbox.open()
        await sandbox.close()

        assert sandbox.ca_file == file
        assert file.read_text() == sandbox.ca_pem

    async def test_a_place_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        """In one line, with the setting's name."""
        with pytest.raises(CaFileError, match=r"tls.ca_file: cannot write .*: is a directory"):
            Sandbox(SandboxSettings(tls=TlsSettings(ca_file=str(tmp_path))))
