"""The writer of replies: exact bytes, exact endings, and a true record of both."""

from __future__ import annotations

import asyncio
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Ending, EventKind
from mockserver.clock import RealClock
from mockserver.delivery import Delivery, Framing, Piece
from mockserver.transport.wire import head_bytes
from tests.mockserver.onewire import OneWire
from tests.mockserver.rawclient import RawClient, request, unchunked

JSON = (("Content-Type", "application/json"),)
DATE = rb"Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n"


def json_reply(body: bytes = b'{"a":1}', **given_fields: object) -> Delivery:
    fields: dict[str, object] = {
        "status": 200,
        "reason": "OK",
        "headers": JSON,
        "framing": Framing.CONTENT_LENGTH,
        "pieces": (Piece(body),) if body else (),
        "content_length": len(body),
    }
    return Delivery(**(fields | given_fields))  # type: ignore[arg-type]


def stream(*chunks: bytes, delay_s: float = 0.0, **given_fields: object) -> Delivery:
    pieces = tuple(Piece(chunk, delay_s, EventKind.CHUNK) for chunk in chunks)
    fields: dict[str, object] = {"framing": Framing.CHUNKED, "pieces": pieces}
    return json_reply(**(fields | {"content_length": None} | given_fields))


class TestHealthyReplies:
    async def test_a_json_reply_is_one_write_of_exactly_these_bytes(self) -> None:
        """Head, Content-Length and body leave in a single write; the connection stays open."""
        async with OneWire(json_reply()) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read(0.1)
            sent = (await server.exchange()).sent

        expected = (
            rb"HTTP/1\.1 200 OK\r\nContent-Type: application/json\r\n"
            + DATE
            + rb'Content-Length: 7\r\n\r\n\{"a":1\}'
        )
        assert re.fullmatch(expected, received.data)
        assert received.ending == "open"
        assert len(received.reads) == 1
        assert [part.kind for part in sent] == ["head", "body"]
        assert sent[0].at_ns == sent[1].at_ns

    async def test_a_stream_is_chunked_event_by_event(self) -> None:
        """Each event is one chunk, and the last, empty chunk ends the body."""
        async with (
            OneWire(stream(b"one\n\n", b"two\n\n")) as server,
            await RawClient.connect(server.url) as client,
        ):
            await client.send(request())
            received = await client.read(0.1)

        assert received.header("transfer-encoding") == "chunked"
        assert received.header("content-length") is None
        assert received.body == b"5\r\none\n\n\r\n5\r\ntwo\n\n\r\n0\r\n\r\n"

    async def test_an_empty_stream_is_a_head_and_the_last_chunk(self) -> None:
        """A chunked body without a single event still ends."""
        async with OneWire(stream()) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read_reply()

        assert received.body == b"0\r\n\r\n"

    async def test_an_empty_piece_is_not_mistaken_for_the_last_chunk(self) -> None:
        """An event without bytes writes nothing."""
        async with (
            OneWire(stream(b"one", b"", b"two")) as server,
            await RawClient.connect(server.url) as client,
        ):
            await client.send(request())
            received = await client.read_reply()

        assert unchunked(received.body) == ([b"one", b"two"], b"")

    async def test_no_body_means_no_word_of_one(self) -> None:
        """204 has neither Content-Length nor Transfer-Encoding, and keeps the connection."""
        nothing = json_reply(
            b"", status=204, reason="No Content", framing=Framing.NONE, content_length=None
        )
        async with OneWire(nothing) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            await client.read(until=b"\r\n\r\n")
            await client.send(request())
            received = await client.read(until=b"\r\n\r\n")

        assert received.status == 204
        assert received.header("content-length") is None
        assert received.header("transfer-encoding") is None

    async def test_an_answer_may_bring_its_own_date(self) -> None:
        """A Date header of the answer takes the place of the clock's."""
        dated = json_reply(headers=(("date", "Thu, 01 Jan 1970 00:00:00 GMT"),))
        async with OneWire(dated) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read_reply()

        assert received.data.lower().count(b"date: ") == 1
        assert received.header("date") == "Thu, 01 Jan 1970 00:00:00 GMT"

    async def test_headers_beyond_latin_1_are_sent_as_utf_8(self) -> None:
        """A header that no standard allows still goes out."""
        odd = json_reply(headers=(("X-Note", "kesho → leo"),))
        async with OneWire(odd) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read_reply()

        assert "X-Note: kesho → leo".encode() in received.head


class TestKeepingAlive:
    async def test_pipelined_requests_are_answered_in_order_on_one_connection(self) -> None:
        """Three requests in one packet get three replies, each a record of its own."""
        async with OneWire(json_reply()) as server, await RawClient.connect(server.url) as client:
            await client.send(request() * 3)
            received = await client.read(0.2)
            await server.exchange(3)
            exchanges = server.journal.exchanges()

        assert received.data.count(b'{"a":1}') == 3
        assert received.ending == "open"
        assert {exchange.connection for exchange in exchanges} == {1}

    async def test_connection_close_is_honoured(self) -> None:
        """A client that asks for a close gets the header and a FIN after the reply."""
        async with OneWire(json_reply()) as server, await RawClient.connect(server.url) as client:
            await client.send(request(headers=(("Connection", "close"),)))
            received = await client.read()

        assert received.header("connection") == "close"
        assert (received.body, received.ending) == (b'{"a":1}', "fin")

    async def test_http_1_0_gets_an_unchunked_stream_and_a_close(self) -> None:
        """HTTP/1.0 knows no chunks: the bytes are bare, and the close is the end."""
        async with (
            OneWire(stream(b"one", b"two")) as server,
            await RawClient.connect(server.url) as client,
        ):
            await client.send(request(version="HTTP/1.0", headers=(("Connection", "keep-alive"),)))
            received = await client.read()

        assert received.header("transfer-encoding") is None
        assert (received.body, received.ending) == (b"onetwo", "fin")

    async def test_http_1_0_may_stay_when_it_asks_to(self) -> None:
        """With Content-Length and keep-alive an HTTP/1.0 connection serves again."""
        old = request(version="HTTP/1.0", headers=(("Connection", "keep-alive"),))
        async with OneWire(json_reply()) as server, await RawClient.connect(server.url) as client:
            await client.send(old)
            first = await client.read_reply()
            await client.send(old)
            second = await client.read_reply()

        assert first.header("connection") == "keep-alive"
        assert second.status == 200

    async def test_http_1_0_is_closed_by_default(self) -> None:
        """Without keep-alive the reply ends with a FIN."""
        async with OneWire(json_reply()) as server, await RawClient.connect(server.url) as client:
            await client.send(request(version="HTTP/1.0"))
            received = await client.read()

        assert (received.body, received.ending) == (b'{"a":1}', "fin")


class TestEndings:
    """What a raw socket sees of each ending, after the bytes before it have arrived."""

    async def received(self, delivery: Delivery) -> tuple[bytes, str, str]:
        async with OneWire(delivery) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read(1.0)
            exchange = await server.exchange()
            (connection,) = server.journal.connections()
        assert connection.how == received.ending
        assert connection.ended_by == "server"
        return received.body, received.ending, exchange.ending

    async def test_rst_in_a_body(self) -> None:
        """The bytes arrive, then the connection is reset."""
        cut = json_reply(b"12345", content_length=20, ending=Ending.RST)

        assert await self.received(cut) == (b"12345", "rst", "rst")

    async def test_rst_after_more_than_the_socket_buffers_hold(self) -> None:
        """A reset waits for everything before it, however much that is."""
        body = bytes(range(256)) * 16_384
        cut = json_reply(body, content_length=len(body) + 1, ending=Ending.RST)

        assert await self.received(cut) == (body, "rst", "rst")

    async def test_fin_before_content_length_bytes(self) -> None:
        """Fewer bytes than declared, then a FIN."""
        cut = json_reply(b"12345", content_length=20, ending=Ending.FIN)

        assert await self.received(cut) == (b"12345", "fin", "fin")

    async def test_fin_inside_a_chunk(self) -> None:
        """The last size line promises more than comes."""
        cut = stream(b"one", b"", ending=Ending.FIN, tail=64)

        assert await self.received(cut) == (b"3\r\none\r\n40\r\n", "fin", "fin")

    async def test_fin_inside_a_chunk_that_has_begun(self) -> None:
        """A chunk with data can break off as well."""
        cut = stream(b"one", b"two", ending=Ending.FIN, tail=1)

        assert await self.received(cut) == (b"3\r\none\r\n4\r\ntwo", "fin", "fin")

    async def test_no_final_chunk(self) -> None:
        """Whole chunks, then a FIN where the last chunk should be."""
        cut = stream(b"one", ending=Ending.NO_FINAL_CHUNK)

        assert await self.received(cut) == (b"3\r\none\r\n", "fin", "no_final_chunk")

    @pytest.mark.parametrize(("ending", "seen"), [(Ending.RST, "rst"), (Ending.FIN, "fin")])
    async def test_nothing_at_all_before_the_end(self, ending: Ending, seen: str) -> None:
        """Without a head not one byte is sent."""
        silent = json_reply(b"", send_head=False, ending=ending)

        assert await self.received(silent) == (b"", seen, ending.value)

    async def test_open_until_the_hold_ends(self) -> None:
        """The socket stays open for the time asked for, then gets a FIN."""
        half = stream(b"one", ending=Ending.OPEN, open_s=0.15)
        began = time.monotonic()

        assert await self.received(half) == (b"3\r\none\r\n", "fin", "open")
        assert time.monotonic() - began >= 0.15

    async def test_open_without_a_limit_lasts_until_the_client_leaves(self) -> None:
        """Nothing more comes and nothing is closed; the exchange is in progress all the while."""
        half = stream(b"one", ending=Ending.OPEN)
        async with OneWire(half) as server:
            client = await RawClient.connect(server.url)
            await client.send(request())
            received = await client.read(0.2)
            (during,) = server.journal.exchanges()
            client.leave()
            after = await server.exchange()

        assert (received.body, received.ending) == (b"3\r\none\r\n", "open")
        assert during.ending == "in_progress"
        assert (after.ending, after.client_left_how) == ("client_left", "fin")


class TestTime:
    async def test_a_hold_is_silence_before_the_head(self) -> None:
        """No byte comes before the hold is over, on the client's clock and in the record."""
        async with (
            OneWire(json_reply(hold_s=0.1)) as server,
            await RawClient.connect(server.url) as client,
        ):
            await client.send(request())
            sent_ns = time.monotonic_ns()
            received = await client.read_reply()
            exchange = await server.exchange()

        assert received.reads[0][0] - sent_ns >= 95_000_000
        assert exchange.first_byte_out_ns is not None
        assert exchange.first_byte_out_ns - exchange.body_in_ns >= 100_000_000

    async def test_pauses_between_pieces_are_never_short(self) -> None:
        """Each chunk leaves at least its delay after the one before it."""
        async with (
            OneWire(stream(b"a", b"b", b"c", delay_s=0.03)) as server,
            await RawClient.connect(server.url) as client,
        ):
            await client.send(request())
            await client.read_reply()
            sent = (await server.exchange()).sent

        times = [part.at_ns for part in sent if part.kind == "chunk"]
        assert all(late - early >= 30_000_000 for early, late in pairwise(times))

    async def test_the_head_does_not_wait_for_a_late_first_piece(self) -> None:
        """A pause before the first piece comes behind the head."""
        async with (
            OneWire(stream(b"a", delay_s=0.1)) as server,
            await RawClient.connect(server.url) as client,
        ):
            await client.send(request())
            head = await client.read(until=b"\r\n\r\n")
            body = await client.read(until=b"0\r\n\r\n")

        assert head.body == b""
        assert body.reads[0][0] - head.reads[-1][0] >= 50_000_000

    @pytest.mark.parametrize("how", ["fin", "rst"])
    @pytest.mark.parametrize(
        "delivery",
        [json_reply(hold_s=30.0), stream(b"a", b"b", delay_s=30.0)],
        ids=["before the head", "before a piece"],
    )
    async def test_a_client_that_leaves_in_a_pause_is_noticed_at_once(
        self, delivery: Delivery, how: str
    ) -> None:
        """The record has the client's departure within 100 ms, and how it left."""
        async with OneWire(delivery) as server:
            client = await RawClient.connect(server.url)
            await client.send(request())
            await server.journal.wait_for(lambda journal: journal.in_flight == 1, timeout_s=5)
            await client.read(0.02)  # an unread head would turn the FIN into an RST
            left_ns = time.monotonic_ns()
            client.leave() if how == "fin" else client.reset()
            exchange = await server.exchange()

        assert exchange.ending == "client_left"
        assert exchange.client_left_how == how
        assert exchange.client_left_ns is not None
        assert exchange.client_left_ns - left_ns < 100_000_000

    async def test_a_client_that_never_reads_does_not_fill_the_memory(self) -> None:
        """The writer waits for a slow client, and stops when it leaves."""
        endless = stream(*([b"x" * 65_536] * 400))
        async with OneWire(endless) as server:
            client = await RawClient.connect(server.url)
            await client.send(request())
            await server.journal.wait_for(
                lambda journal: bool(journal.exchanges()[0].sent) if journal.in_flight else False,
                timeout_s=5,
            )
            await asyncio.sleep(0.1)
            (during,) = server.journal.exchanges()
            client.reset()
            after = await server.exchange()

        assert during.ending == "in_progress"
        assert sum(part.length for part in during.sent) < 20_000_000
        assert after.ending == "client_left"


class TestTheRecord:
    @given(
        chunks=st.lists(st.binary(max_size=40), max_size=8),
        chunked=st.booleans(),
    )
    async def test_every_byte_is_sent_once_and_accounted_for(
        self, chunks: list[bytes], chunked: bool
    ) -> None:
        """However the body is cut, it arrives whole, and the record covers the response exactly."""
        pieces = tuple(Piece(chunk) for chunk in chunks)
        body = b"".join(chunks)
        delivery = json_reply(
            framing=Framing.CHUNKED if chunked else Framing.CONTENT_LENGTH,
            pieces=pieces,
            content_length=None if chunked else len(body),
        )
        async with OneWire(delivery) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read_reply()
            sent = (await server.exchange()).sent

        if chunked:
            assert unchunked(received.body) == ([chunk for chunk in chunks if chunk], b"")
        else:
            assert received.body == body
        assert [part.offset for part in sent] == [
            sum(part.length for part in sent[:number]) for number in range(len(sent))
        ]
        assert sum(part.length for part in sent) == len(received.data)

    async def test_parts_are_named_after_what_they_are(self) -> None:
        """Head, comments, chunks, errors and the marker can be told apart."""
        kinds = (EventKind.COMMENT, EventKind.CHUNK, EventKind.ERROR, EventKind.MARKER)
        mixed = json_reply(
            framing=Framing.CHUNKED,
            pieces=tuple(Piece(b"x", 0.0, kind) for kind in kinds),
            content_length=None,
        )
        async with OneWire(mixed) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            await client.read_reply()
            exchange = await server.exchange()

        assert [part.kind for part in exchange.sent] == [
            "head",
            *("comment", "chunk", "error", "marker"),
            "raw",
        ]

    async def test_times_are_taken_before_the_bytes_can_arrive(self) -> None:
        """A write's time is never later than its arrival at the client."""
        async with OneWire(json_reply()) as server, await RawClient.connect(server.url) as client:
            await client.send(request())
            received = await client.read_reply()
            exchange = await server.exchange()

        assert exchange.last_byte_out_ns is not None
        assert exchange.last_byte_out_ns <= received.reads[-1][0]


def test_the_head_is_that_of_http_1_1_whatever_the_reason() -> None:
    """An empty reason phrase keeps its space (RFC 9112 section 4)."""

    class Quiet:
        keep_alive = True
        http_10 = False

    head = head_bytes(json_reply(status=299, reason=""), Quiet(), RealClock())  # type: ignore[arg-type]

    assert head.startswith(b"HTTP/1.1 299 \r\n")
