"""Requests are read to their end before anything is answered."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.delivery import Delivery, Framing, Piece
from mockserver.transport.intake import Condition
from tests.mockserver.onewire import OneWire
from tests.mockserver.rawclient import RawClient, request
from tests.mockserver.talk import busy

if TYPE_CHECKING:
    from mockserver.transport.intake import Intake

CONTROLS = {*range(32), 127} - {9}

OK = Delivery(200, "OK", (), Framing.CONTENT_LENGTH, (Piece(b"ok"),), content_length=2)


async def taken(*parts: bytes) -> Intake:
    """What the server made of a request that came in these parts."""
    async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
        for part in parts:
            await client.send(part)
        await client.read_reply()
        (intake,) = server.taken
    return intake


@given(body=st.binary(max_size=300), cuts=st.lists(st.integers(1, 400), max_size=4))
async def test_a_body_comes_in_whole_however_it_is_cut(body: bytes, cuts: list[int]) -> None:
    """Packets have no meaning."""
    data = request(body=body, headers=(("Content-Length", str(len(body))),))
    edges = [0, *sorted(set(cuts)), len(data)]
    parts = [data[start:end] for start, end in pairwise(edges)]

    intake = await taken(*parts)

    assert (intake.body, intake.condition) == (body, Condition.WHOLE)


async def test_a_chunked_body_is_put_together() -> None:
    """The framing of the request is not part of its body."""
    head = request(headers=(("Transfer-Encoding", "chunked"),))

    intake = await taken(head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n")

    assert (intake.body, intake.condition) == (b"abcde", Condition.WHOLE)


async def test_header_names_are_lower_case_and_values_as_sent() -> None:
    """Order and repetition stay."""
    intake = await taken(request(headers=(("X-A", "One"), ("x-a", "Two"))))

    assert [pair for pair in intake.headers if pair[0] == "x-a"] == [("x-a", "One"), ("x-a", "Two")]


@given(value=st.binary(min_size=1, max_size=20).filter(lambda value: not set(value) & CONTROLS))
@example(value="José".encode("latin-1"))
@example(value="José".encode())
async def test_any_byte_of_a_header_can_be_told(value: bytes) -> None:
    """UTF-8 where it is that, else Latin-1 (RFC 9110 section 5.5): never what is no text."""
    data = request(body=b"{}").replace(b"Host: 127.0.0.1", b"Host: a\r\nX-A: a" + value + b"z")

    intake = await taken(data)

    told = dict(intake.headers)["x-a"].encode()
    assert told in {b"a" + value + b"z", (b"a" + value + b"z").decode("latin-1").encode()}


async def test_path_and_query_stay_percent_encoded() -> None:
    """The journal shows what was sent, not what it means."""
    intake = await taken(request("/v1/a%20b?q=%2F&r", method="GET"))

    assert (intake.path, intake.query) == ("/v1/a%20b", "q=%2F&r")


async def test_an_absolute_target_is_read_as_its_path() -> None:
    """Clients behind a proxy send the whole URL."""
    intake = await taken(request("http://127.0.0.1/v1/models?x=1", method="GET"))

    assert (intake.path, intake.query) == ("/v1/models", "x=1")


async def test_a_client_that_waits_for_leave_to_send_gets_it() -> None:
    """``Expect: 100-continue`` is answered before the body is awaited (RFC 9110 section 10.1.1)."""
    data = request(body=b"12345", headers=(("Expect", "100-continue"), ("Content-Length", "5")))
    async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
        await client.send(data[:-5])
        interim = await client.read(until=b"\r\n\r\n")
        await client.send(data[-5:])
        final = await client.read_reply()
        (intake,) = server.taken

    assert interim.data == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert final.status == 200
    assert intake.body == b"12345"


async def test_a_body_over_the_limit_is_read_but_not_kept() -> None:
    """The sender is heard out, so that the answer reaches it; the connection is then closed."""
    body = b"x" * 1_500_000
    async with OneWire(OK) as server, await RawClient.connect(server.url) as client:
        await client.send(request(body=body))
        received = await client.read()
        (intake,) = server.taken

    assert intake.condition is Condition.TOO_LARGE
    assert len(intake.body) <= 1_000_000
    assert (received.status, received.ending) == (200, "fin")


async def test_a_broken_chunk_is_told_from_a_client_that_left() -> None:
    """The first can still be answered, the second not."""
    head = request(headers=(("Transfer-Encoding", "chunked"),))
    async with OneWire(OK) as server:
        one, other = [await RawClient.connect(server.url) for _ in range(2)]
        await one.send(head + b"5\r\nab")
        await other.send(head + b"5\r\nab")
        await busy(server.connections, 2)
        await one.send(b"cde\r\nnonsense\r\n")
        other.leave()
        await server.exchange(2)
        one.leave()
        broken, left = sorted(server.taken, key=lambda intake: intake.condition.value)

    assert (broken.condition, broken.keep_alive) == (Condition.BROKEN, False)
    assert (left.condition, left.body) == (Condition.LEFT, b"ab")
