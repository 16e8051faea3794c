"""One attempt: good answers from bad ones, and streams read as they come."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from scenarios.reference import Answer, PawaClient, PawaError
from tests.scenarios.reference.makers import KEY, REQUEST, make_settings, read_all, read_into
from tests.scenarios.reference.rawserver import (
    PROMPT_S,
    Script,
    Wire,
    answers,
    chat_body,
    chunk_of,
    fails,
    final_chunk,
    raw_server,
    says,
    streams,
)

WORDS = ("Habari ", "za ", "asubuhi, ", "€豆腐👍")
TEXT = "".join(WORDS)
CHUNKS = tuple(chunk_of(word) for word in WORDS)
ERROR_CHUNK = b'{"success":false,"message":"The model is overloaded","data":null}'


async def ask(script: Script, **changes: Any) -> Answer:
    """One chat call with a single attempt."""
    async with raw_server(script) as server:
        settings = make_settings(server.base_url, max_attempts=1, **changes)
        async with PawaClient(settings) as client:
            return await client.chat(REQUEST)


async def read_stream(script: Script, **changes: Any) -> tuple[list[str], Answer | PawaError]:
    """One streamed call with a single attempt: the pieces, and how it ended."""
    pieces: list[str] = []
    async with raw_server(script) as server:
        settings = make_settings(server.base_url, max_attempts=1, **changes)
        async with PawaClient(settings) as client:
            stream = client.stream(REQUEST)
            try:
                await read_into(pieces, stream)
            except PawaError as error:
                return pieces, error
            return pieces, stream.answer


async def failing_stream(script: Script, **changes: Any) -> tuple[str, PawaError]:
    pieces, end = await read_stream(script, **changes)
    assert isinstance(end, PawaError)
    return "".join(pieces), end


async def whole_stream(script: Script, **changes: Any) -> tuple[str, Answer]:
    pieces, end = await read_stream(script, **changes)
    assert isinstance(end, Answer), end
    return "".join(pieces), end


async def test_a_good_answer() -> None:
    """Text, model, finish reason, usage and request id come out of a chat answer."""
    answer = await ask(says("Nzuri", X_Request_Id="r1"))

    assert (answer.text, answer.model) == ("Nzuri", "pawa-v1-ember-20240924")
    assert (answer.finish_reason, answer.request_id, answer.attempts) == ("stop", "r1", 1)
    assert answer.usage is not None
    assert (answer.usage.tokens_in, answer.usage.tokens_out) == (10, 5)
    assert (answer.source, answer.degraded) == ("live", False)


async def test_any_2xx_is_success() -> None:
    """299 is a success by its class."""
    assert (await ask(answers(chat_body("x"), 299))).text == "x"


async def test_tool_calls_and_empty_answers() -> None:
    """A tool call without text, and an empty text cut by its length, are answers."""
    body = chat_body("", "length")
    assert (await ask(answers(body))).finish_reason == "length"

    call = {"id": "1", "function": {"name": "f", "arguments": "{}"}}
    body["data"]["request"][0] = {
        "finish_reason": "tool_calls",
        "message": {"content": None, "tool_calls": [call]},
    }
    assert (await ask(answers(body))).tool_calls == (call,)


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (
            answers(b"<html><title>Welcome</title></html>", Content_Type="text/html"),
            "bad_response",
            "text/html",
        ),
        (answers(b""), "bad_response", "empty"),
        (answers(b"", 204), "bad_response", "empty"),
        (answers(b'{"success": true, "data": {"requ'), "bad_response", "not JSON"),
        (answers(b"[1]"), "bad_response", "list"),
        (answers({"success": True, "data": {"request": []}}), "bad_response", "no message"),
        (answers({"success": True, "data": None}), "bad_response", "no message"),
        (answers({"success": True}), "bad_response", "no message"),
        (answers(b'{"success": true, "data": NaN}'), "bad_response", "not JSON"),
        (answers(b'{"a":' * 100_000), "bad_response", "not JSON"),
        (answers({"success": False, "message": "Something broke"}), "server_error", "broke"),
        (
            answers({"success": False, "message": "Budget limit exceeded"}),
            "budget_exhausted",
            "Budget",
        ),
        (fails(400, "messages is required"), "invalid_request", "messages is required"),
        (fails(401, "Unauthorized access"), "auth", "Unauthorized access"),
        (answers(b"", 503), "server_error", "503"),
    ],
)
async def test_bad_answers(script: Script, kind: str, words: str) -> None:
    """What is no answer is a typed error that says why."""
    with pytest.raises(PawaError, match=words) as caught:
        await ask(script)

    assert caught.value.kind == kind
    assert caught.value.attempts == 1


async def test_problem_json() -> None:
    """Status, code and title of problem+json are exposed."""
    body = {"type": "https://example.org/p", "title": "Maintenance", "status": 503, "code": "E42"}

    with pytest.raises(PawaError) as caught:
        await ask(answers(body, 503, Content_Type="application/problem+json"))

    assert (caught.value.status, caught.value.code) == (503, "E42")
    assert caught.value.message == "Maintenance"


async def test_echoed_keys() -> None:
    """A server that echoes the key puts it into no field of the error."""
    echo = {"success": False, "message": f"no such key: Bearer {KEY}", "code": KEY}

    with pytest.raises(PawaError) as caught:
        await ask(answers(echo, 401, X_Request_Id=KEY))

    error = caught.value
    assert KEY not in f"{error} {error!r} {error.__dict__} {error.__context__!r} {error.causes}"
    assert "[secret]" in error.message


@pytest.mark.parametrize("framing", [b"", b"data: ", b"data:"])
@pytest.mark.parametrize("eol", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("marker", [(), (b"[DONE]",)])
async def test_streams(framing: bytes, eol: bytes, marker: tuple[bytes, ...]) -> None:
    """Both framings, every line end, with and without marker give the same answer."""
    script = streams(*CHUNKS, final_chunk(), *marker, framing=framing, eol=eol)

    text, answer = await whole_stream(script)

    assert text == answer.text == TEXT
    assert answer.finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.tokens_out == 4


async def test_marker_without_finish_reason() -> None:
    """The marker alone proves that a stream is whole."""
    text, answer = await whole_stream(streams(*CHUNKS, b"[DONE]"))

    assert (text, answer.finish_reason) == (TEXT, None)


async def test_second_shape() -> None:
    """Chunks of the second shape, and a whole answer in place of a stream, are understood."""
    second = b'{"success":true,"data":{"request":[{"message":{"content":"Habari"}}]}}'
    assert (await whole_stream(streams(second, final_chunk())))[0] == "Habari"
    assert (await whole_stream(says("Nzuri")))[0] == "Nzuri"


@pytest.mark.parametrize("size", [1, 2, 7, 65536])
async def test_write_sizes(size: int) -> None:
    """The text is the same whatever the writes are."""
    big = chunk_of("x" * 300_000) if size > 7 else chunk_of("x" * 300)
    payloads = [*CHUNKS, big, final_chunk()]
    stream = b"\xef\xbb\xbf" + b"".join(b"data: " + payload + b"\r\n\r\n" for payload in payloads)

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for start in range(0, len(stream), size):
            await wire.chunk(stream[start : start + size])
        await wire.last_chunk()

    text, _ = await whole_stream(script)

    assert text == TEXT + "x" * (300_000 if size > 7 else 300)


async def test_torn_crlf_inside_an_event() -> None:
    """CRLF torn by a pause inside an event does not end the event."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        await wire.chunk(b'data: {"success":true,\r')
        await asyncio.sleep(0.05)
        await wire.chunk(
            b'\ndata: "data":{"message":{"content":"one"},"finish_reason":"stop"}}\r\n\r\n'
        )
        await wire.last_chunk()

    assert (await whole_stream(script))[0] == "one"


async def test_pieces_come_as_they_are_sent() -> None:
    """Each piece reaches the caller before the next one is sent."""
    got = asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for chunk in CHUNKS:
            got.clear()
            await wire.chunk(chunk + b"\n\n")
            await asyncio.wait_for(got.wait(), PROMPT_S)
        await wire.chunk(final_chunk() + b"\n\n")
        await wire.last_chunk()

    async with (
        raw_server(script) as server,
        PawaClient(make_settings(server.base_url)) as client,
        client.stream(REQUEST) as stream,
    ):
        async for _ in stream:
            got.set()

    assert stream.answer.text == TEXT


async def test_comments_count_as_life() -> None:
    """Comments for longer than the idle limit keep a stream alive, and are no text."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for _ in range(8):
            await wire.chunk(b": ping\n\n")
            await asyncio.sleep(0.1)
        await streams_rest(wire)

    text, _ = await whole_stream(script, idle_timeout_s=0.4, timeout_s=0.5)

    assert text == TEXT


async def streams_rest(wire: Wire) -> None:
    for chunk in (*CHUNKS, final_chunk()):
        await wire.chunk(chunk + b"\n\n")
    await wire.last_chunk()


@pytest.mark.parametrize("last", [b"[DONE]\n\n", b"data: [DONE]\n\n", final_chunk() + b"\n\n"])
async def test_an_open_socket_keeps_nobody_waiting(last: bytes) -> None:
    """Marker or finish reason ends the call at once although the socket stays open."""
    sent: list[float] = []

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for chunk in CHUNKS:
            await wire.chunk(chunk + b"\n\n")
        await wire.chunk(last)
        sent.append(wire.sent_at_s)
        await wire.until_client_leaves()

    text, _ = await whole_stream(script)
    late_s = time.monotonic() - sent[0]

    assert text == TEXT
    assert late_s < 0.5


async def test_usage_behind_the_finish_reason() -> None:
    """Usage that follows the finish reason in an event of its own is not lost."""
    finish = b'{"success":true,"data":{"message":{"content":""},"finish_reason":"length"}}'
    usage = b'{"success":true,"data":{"usage":{"tokens_in":1,"tokens_out":2}}}'

    _, answer = await whole_stream(streams(*CHUNKS, finish, usage))

    assert answer.finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.tokens_out == 2


async def test_finished_streams_give_their_connection_back() -> None:
    """A stream that ended properly leaves its connection for the next call."""
    script = streams(*CHUNKS, final_chunk(), b"[DONE]")
    async with raw_server(script) as server, PawaClient(make_settings(server.base_url)) as client:
        for _ in range(3):
            await read_all(client.stream(REQUEST))

        assert server.connections == 1


def cut_stream(how: str) -> Script:
    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for chunk in CHUNKS:
            await wire.chunk(chunk + b"\n\n")
        match how:
            case "clean":
                await wire.last_chunk()
            case "no_final_chunk":
                wire.fin()
            case "fin":
                await wire.send(b"40\r\n{")
                wire.fin()
            case "rst":
                await wire.rst()
            case "stall":
                await wire.until_client_leaves()

    return script


@pytest.mark.parametrize("how", ["clean", "no_final_chunk", "fin", "rst", "stall"])
async def test_cut_streams(how: str) -> None:
    """However a stream ends in the middle, it is an interruption that keeps the text so far."""
    text, error = await failing_stream(cut_stream(how), idle_timeout_s=0.2)

    assert error.kind == "stream_interrupted"
    assert error.partial == text == TEXT
    assert error.ambiguous


async def test_half_an_event_at_the_end() -> None:
    """Half an event at the end is no text and no crash, but an interruption."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        await wire.chunk(CHUNKS[0] + b"\n\n" + CHUNKS[1][:20])
        await wire.last_chunk()

    text, error = await failing_stream(script)

    assert (text, error.kind) == (WORDS[0], "stream_interrupted")


async def test_silence_before_the_first_text() -> None:
    """A stream that goes quiet before any text is a timeout."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        await wire.until_client_leaves()

    text, error = await failing_stream(script, idle_timeout_s=0.1)

    assert (text, error.kind) == ("", "timeout")


async def test_error_chunk() -> None:
    """An error inside a stream is a typed error with the text before it; it is never text."""
    for framing in (b"", b"data: ", b"event: error\ndata: "):
        text, error = await failing_stream(streams(*CHUNKS, framing + ERROR_CHUNK))

        assert (text, error.partial) == (TEXT, TEXT)
        assert (error.kind, error.message) == ("overloaded", "The model is overloaded")


async def test_malformed_chunk() -> None:
    """A chunk that is no JSON ends the call with an error, and the next call works."""
    text, error = await failing_stream(streams(*CHUNKS, b'{"success":tru', *CHUNKS, final_chunk()))

    assert (text, error.kind, error.status) == (TEXT, "bad_response", 200)


async def test_unknown_events() -> None:
    """Events and fields that nobody knows yet are tolerated."""
    new = b'{"success":true,"data":{"type":"thinking","level":9},"new":[1]}'

    assert (await whole_stream(streams(new, *CHUNKS, new, final_chunk())))[0] == TEXT


async def test_long_streams_outlive_the_attempt_timeout() -> None:
    """A healthy stream is not cut by the attempt's timeout, but by the stream's own limit."""

    async def script(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        for _ in range(6):
            await wire.chunk(CHUNKS[0] + b"\n\n")
            await asyncio.sleep(0.1)
        await streams_rest(wire)

    await whole_stream(script, timeout_s=0.3)
    _, error = await failing_stream(script, stream_timeout_s=0.3)
    assert error.kind == "stream_interrupted"
