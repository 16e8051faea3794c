"""What a reader of a stream sees."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from scenarios.reference import Answer, AnswerStream, PawaClient
from tests.scenarios.reference.makers import REQUEST, make_settings, read_into
from tests.scenarios.reference.rawserver import Wire, chunk_of, eventually, raw_server

if TYPE_CHECKING:
    from scenarios.reference.call import Flow


async def make_flow() -> Flow:
    yield "Haba"
    yield "ri"
    yield Answer("Habari", "m")


async def test_pieces_and_answer() -> None:
    """A stream gives its pieces, and after them the whole answer."""
    async with AnswerStream(make_flow()) as stream:
        with pytest.raises(RuntimeError, match="read it to its end"):
            _ = stream.answer
        assert [piece async for piece in stream] == ["Haba", "ri"]

    assert stream.answer.text == "Habari"


async def endless(wire: Wire) -> None:
    await wire.head(Transfer_Encoding="chunked")
    while True:
        await wire.chunk(chunk_of("na ") + b"\n\n")
        await asyncio.sleep(0.01)


async def test_leaving_early() -> None:
    """A reader who leaves early closes the connection at once, and counts as cancelled."""
    async with raw_server(endless) as server, PawaClient(make_settings(server.base_url)) as client:
        async with client.stream(REQUEST) as stream:
            async for _ in stream:
                break

        assert await server.all_closed()
        assert client.telemetry()["cancelled"] == 1


async def test_cancelling() -> None:
    """A cancelled reader closes the connection at once, and gets nothing more."""
    pieces: list[str] = []

    async with raw_server(endless) as server, PawaClient(make_settings(server.base_url)) as client:
        task = asyncio.create_task(read_into(pieces, client.stream(REQUEST)))
        assert await eventually(lambda: len(pieces) >= 3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        seen = len(pieces)

        assert await server.all_closed()
        assert len(pieces) == seen
        assert client.telemetry()["cancelled"] == 1


async def test_slow_readers() -> None:
    """A reader who pauses for longer than the idle limit loses nothing."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for word in ("a", "b", "c"):
            await wire.chunk(chunk_of(word) + b"\n\n")
        await wire.chunk(b"[DONE]\n\n")
        await wire.last_chunk()

    async with raw_server(script) as server:
        settings = make_settings(server.base_url, idle_timeout_s=0.1)
        async with PawaClient(settings) as client, client.stream(REQUEST) as stream:
            async for _ in stream:
                await asyncio.sleep(0.15)

    assert stream.answer.text == "abc"
