"""Attempts, pauses and targets, within the deadline."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from dataclasses import replace
from typing import Any

import pytest

from scenarios.reference import Answer, FallbackTarget, PawaClient, PawaError, standard_parts
from tests.scenarios.reference.makers import KEY, REQUEST, make_settings, read_all, read_into
from tests.scenarios.reference.rawserver import (
    RawServer,
    Script,
    Wire,
    chunk_of,
    closes,
    fails,
    final_chunk,
    holds,
    raw_server,
    resets,
    says,
    streams,
)

OTHER_KEY = "ok-other-Yt52bvNmQw90"


async def ask(*scripts: Script, **changes: Any) -> tuple[Answer | PawaError, RawServer]:
    """One call against the scripts, and what the server saw."""
    deadline_s = changes.pop("deadline_s", None)
    request = changes.pop("request", REQUEST)
    async with (
        raw_server(*scripts) as server,
        PawaClient(make_settings(server.base_url, **changes)) as client,
    ):
        try:
            return await client.chat(request, deadline_s=deadline_s), server
        except PawaError as error:
            return error, server


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520, 529, 599, 800])
async def test_transient_answers_are_tried_again(status: int) -> None:
    """A call that meets transient answers ends in the answer of the attempt that works."""
    answer, server = await ask(fails(status), fails(status), says("third"))

    assert isinstance(answer, Answer)
    assert (answer.text, answer.attempts, len(server.requests)) == ("third", 3, 3)


@pytest.mark.parametrize("script", [resets, closes])
async def test_broken_connections_are_tried_again(script: Script) -> None:
    """A reset or close before the head is tried again over another connection."""
    answer, server = await ask(script, says())

    assert isinstance(answer, Answer)
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize(
    "status", [400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 471, 501]
)
async def test_permanent_answers_are_final(status: int) -> None:
    """What repeating cannot mend is asked once."""
    error, server = await ask(fails(status), says())

    assert isinstance(error, PawaError)
    assert (error.status, error.attempts, len(server.requests)) == (status, 1, 1)


@pytest.mark.parametrize("max_attempts", [1, 2, 3, 5])
async def test_attempts_are_counted(max_attempts: int) -> None:
    """There are as many attempts as allowed, the first included, and none comes late."""
    error, server = await ask(fails(503), max_attempts=max_attempts)
    await asyncio.sleep(0.1)

    assert isinstance(error, PawaError)
    assert len(server.requests) == error.attempts == max_attempts


async def test_same_bytes() -> None:
    """Every attempt sends the same bytes, large ones too."""
    for size in (1, 5_000_000):
        request = {"messages": [{"role": "user", "content": "ä" * size}], "max_tokens": 7, "x": [1]}
        answer, server = await ask(fails(503), resets, says(), request=request)

        assert isinstance(answer, Answer)
        assert len({request.body for request in server.requests}) == 1
        assert server.requests[0].json["max_tokens"] == 7


async def test_permanent_after_transient() -> None:
    """A permanent error after a transient one ends the call and is the one that is told."""
    error, server = await ask(fails(503), fails(400, "bad field"), says())

    assert isinstance(error, PawaError)
    assert (error.kind, error.message, len(server.requests)) == ("invalid_request", "bad field", 2)
    assert [cause.kind for cause in error.causes] == ["server_error", "invalid_request"]


async def test_request_ids() -> None:
    """An error carries the id of the attempt that failed last, and those of all attempts."""
    scripts = [fails(503, X_Request_Id=f"r{number}") for number in (1, 2, 3)]

    error, _ = await ask(*scripts)

    assert isinstance(error, PawaError)
    assert (error.request_id, error.request_ids) == ("r3", ("r1", "r2", "r3"))


async def test_ids_of_lost_attempts() -> None:
    """An attempt without an answer lends no other attempt's id."""
    error, _ = await ask(fails(503, X_Request_Id="r1"), resets, max_attempts=2)

    assert isinstance(error, PawaError)
    assert (error.request_id, error.request_ids) == (None, ("r1",))


async def test_pauses_are_real_and_drawn() -> None:
    """Between attempts lies the pause that policy and draw give."""
    async with raw_server(fails(503)) as server:
        settings = make_settings(server.base_url, backoff_base_s=0.1, backoff_cap_s=0.15)
        parts = replace(standard_parts(settings), draw=lambda: 1.0)
        async with PawaClient(settings, parts) as client:
            with pytest.raises(PawaError):
                await client.chat(REQUEST)

    at_s = [request.at_s for request in server.requests]
    gaps = [after - before for before, after in itertools.pairwise(at_s)]
    assert 0.1 <= gaps[0] < 0.5
    assert 0.15 <= gaps[1] < 0.5


@pytest.mark.parametrize("status", [429, 503])
async def test_hints_are_kept(status: int) -> None:
    """A Retry-After is a floor for the next attempt."""
    answer, server = await ask(fails(status, Retry_After="1"), says())

    assert isinstance(answer, Answer)
    gap_s = server.requests[1].at_s - server.requests[0].at_s
    assert 1 <= gap_s < 1.7


@pytest.mark.parametrize("hint", ["0", "-1", "", "soon", "1.5", "1e9", "9" * 30])
async def test_bad_hints(hint: str) -> None:
    """A hint that is none leaves the normal backoff, which is never nothing."""
    answer, server = await ask(fails(429, Retry_After=hint), says(), backoff_base_s=0.04)

    assert isinstance(answer, Answer)
    gap_s = server.requests[1].at_s - server.requests[0].at_s
    assert 0.02 <= gap_s < 0.9


@pytest.mark.parametrize(("hint", "deadline_s"), [("3600", None), ("61", None), ("4", 2.0)])
async def test_long_hints_end_the_call(hint: str, deadline_s: float | None) -> None:
    """A hint beyond the cap or the deadline ends the call at once, and is exposed."""
    began_s = time.monotonic()

    error, server = await ask(fails(429, Retry_After=hint), says(), deadline_s=deadline_s)

    assert isinstance(error, PawaError)
    assert (error.kind, error.retry_after_s) == ("rate_limited", float(hint))
    assert len(server.requests) == 1
    assert time.monotonic() - began_s < 1


async def test_budget_answers_are_final() -> None:
    """A 429 that speaks of the budget is asked once and is no rate limit."""
    error, server = await ask(fails(429, "Budget limit exceeded"), says())

    assert isinstance(error, PawaError)
    assert (error.kind, len(server.requests)) == ("budget_exhausted", 1)


async def test_the_deadline_bounds_failing_attempts() -> None:
    """No pause is begun that cannot end in time: the last failure comes early, with a note."""
    began_s = time.monotonic()

    error, server = await ask(
        fails(503), max_attempts=50, backoff_base_s=0.1, backoff_cap_s=0.3, deadline_s=0.8
    )
    ended_s = time.monotonic()

    assert isinstance(error, PawaError)
    assert (error.kind, error.__notes__) == (
        "server_error",
        ["no further attempt: no pause fits before the deadline"],
    )
    assert 2 <= len(server.requests) < 20
    assert server.requests[-1].at_s - began_s < 0.8
    assert ended_s - began_s < 1.05


async def test_the_deadline_bounds_silent_attempts() -> None:
    """An attempt gets what is left of the deadline, and the error says what ended the call."""
    began_s = time.monotonic()

    error, server = await ask(holds, timeout_s=0.4, deadline_s=0.7)

    assert isinstance(error, PawaError)
    assert error.kind == "deadline_exceeded"
    assert [cause.kind for cause in error.causes] == ["timeout", "deadline_exceeded"]
    assert time.monotonic() - began_s < 0.95
    assert len(server.requests) == 2


async def test_late_work_is_dropped_from_the_queue() -> None:
    """A call whose deadline passes while it waits for a slot is never sent."""
    async with raw_server(holds, says()) as server:
        settings = make_settings(server.base_url, max_concurrency=1)
        async with PawaClient(settings) as client:
            holder = asyncio.create_task(client.chat(REQUEST))
            await server.has_requests()
            calls = (client.chat(REQUEST, deadline_s=0.05) for _ in range(20))
            late = await asyncio.gather(*calls, return_exceptions=True)
            holder.cancel()
            await asyncio.wait([holder])
            assert (await client.chat(REQUEST)).text == "Habari"

    assert [error.kind for error in late if isinstance(error, PawaError)] == [
        "deadline_exceeded"
    ] * 20
    assert len(server.requests) == 2


async def test_time_spent_in_the_queue_is_the_target_s_own() -> None:
    """A target whose share of the deadline was spent in the queue is passed over."""
    async with raw_server(holds) as first, raw_server(says("from B")) as second:
        other = FallbackTarget(second.base_url, OTHER_KEY)
        settings = make_settings(first.base_url, fallbacks=(other,), max_concurrency=1)
        async with PawaClient(settings) as client:
            holder = asyncio.create_task(client.chat(REQUEST, fallback=False))
            await first.has_requests()
            waiter = asyncio.create_task(client.chat(REQUEST, deadline_s=3))
            await asyncio.sleep(1.6)
            holder.cancel()
            await asyncio.wait([holder])
            answer = await waiter

    assert (answer.text, answer.attempts, len(first.requests)) == ("from B", 1, 1)


async def test_a_late_start() -> None:
    """A call whose deadline has passed already reaches no wire."""
    error, server = await ask(says(), deadline_s=0)

    assert isinstance(error, PawaError)
    assert (error.kind, error.attempts, server.requests) == ("deadline_exceeded", 0, [])


async def test_cancelled_pauses() -> None:
    """A call that is cancelled in a pause returns at once and sends nothing more."""
    async with (
        raw_server(fails(429, Retry_After="30")) as server,
        PawaClient(make_settings(server.base_url)) as client,
    ):
        task = asyncio.create_task(client.chat(REQUEST))
        assert await server.has_requests()
        await asyncio.sleep(0.05)
        cancelled_s = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert time.monotonic() - cancelled_s < 0.25
        assert len(server.requests) == 1


async def hangs_up(wire: Wire) -> None:
    await wire.head(Content_Length="100")
    await wire.send(b"{")
    wire.fin()


@pytest.mark.parametrize(
    "primary", [fails(503), holds, resets, hangs_up, fails(429, Retry_After="3600")]
)
async def test_another_target_answers(primary: Script) -> None:
    """When the primary keeps failing, the next target answers inside the deadline, labelled."""
    async with raw_server(primary) as first, raw_server(says("from B")) as second:
        other = FallbackTarget(second.base_url, OTHER_KEY, "pawa-v1-blaze-20250318")
        settings = make_settings(first.base_url, fallbacks=(other,))
        began_s = time.monotonic()
        async with PawaClient(settings) as client:
            answer = await client.chat({**REQUEST, "max_tokens": 9, "stop": ["x"]}, deadline_s=1.5)
            counted = client.telemetry()

    assert time.monotonic() - began_s < 1.5
    assert (answer.text, answer.source, answer.degraded) == ("from B", "fallback_model", True)
    assert 1 <= len(first.requests) <= 3
    assert counted["fallbacks"] == 1
    request = second.requests[0]
    assert request.headers["authorization"] == f"Bearer {OTHER_KEY}"
    assert (request.json["model"], request.json["max_tokens"], request.json["stop"]) == (
        "pawa-v1-blaze-20250318",
        9,
        ["x"],
    )
    assert request.json["messages"] == first.requests[0].json["messages"]


async def test_fallback_models() -> None:
    """A further model at the same address is asked with the same key."""

    async def by_model(wire: Wire) -> None:
        model = wire.request.json["model"]
        await (fails(503) if model == "big" else says("small one"))(wire)

    async with raw_server(by_model) as server:
        settings = make_settings(server.base_url, model="big", fallback_models=("small",))
        async with PawaClient(settings) as client:
            answer = await client.chat(REQUEST)

    assert (answer.text, answer.degraded, answer.attempts) == ("small one", True, 4)
    assert [request.json["model"] for request in server.requests] == ["big"] * 3 + ["small"]
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
async def test_mistakes_do_not_walk_the_chain(status: int) -> None:
    """A mistake of the caller is told as it is; no other target is asked."""
    async with raw_server(fails(status)) as first, raw_server(says()) as second:
        other = FallbackTarget(second.base_url, OTHER_KEY)
        async with PawaClient(make_settings(first.base_url, fallbacks=(other,))) as client:
            with pytest.raises(PawaError) as caught:
                await client.chat(REQUEST)

    assert caught.value.status == status
    assert second.requests == []


async def test_all_targets_fail() -> None:
    """When all targets fail, the error lists each one's causes, the first one first."""
    async with (
        raw_server(fails(503, "A down", X_Request_Id="a1")) as first,
        raw_server(fails(500, "B down", X_Request_Id="b1")) as second,
    ):
        other = FallbackTarget(second.base_url, OTHER_KEY)
        settings = make_settings(first.base_url, fallbacks=(other,), max_attempts=1)
        async with PawaClient(settings) as client:
            with pytest.raises(PawaError) as caught:
                await client.chat(REQUEST)

    error = caught.value
    assert (error.message, error.attempts) == ("B down", 2)
    assert [(cause.message, cause.request_id) for cause in error.causes] == [
        ("A down", "a1"),
        ("B down", "b1"),
    ]
    assert error.causes[0].target.endswith(first.base_url)


async def test_no_fallback() -> None:
    """A call that asks for no fallback gets the primary's failure."""
    async with raw_server(fails(503)) as first, raw_server(says()) as second:
        other = FallbackTarget(second.base_url, OTHER_KEY)
        async with PawaClient(make_settings(first.base_url, fallbacks=(other,))) as client:
            with pytest.raises(PawaError):
                await client.chat(REQUEST, fallback=False)

    assert second.requests == []


async def test_streams_fall_over_before_the_first_text() -> None:
    """A stream that breaks before any text is tried again and falls over; after it, nothing is."""

    async def empty(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        await wire.rst()

    async def begun(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        await wire.chunk(chunk_of("Haba") + b"\n\n")
        await wire.rst()

    whole = streams(chunk_of("whole"), final_chunk())
    async with raw_server(empty, empty, begun) as first, raw_server(whole) as second:
        other = FallbackTarget(second.base_url, OTHER_KEY)
        settings = make_settings(first.base_url, fallbacks=(other,), max_attempts=2)
        async with PawaClient(settings) as client:
            stream = client.stream(REQUEST)
            assert await read_all(stream) == ["whole"]
            assert stream.answer.degraded

            pieces: list[str] = []
            with pytest.raises(PawaError) as caught:
                await read_into(pieces, client.stream(REQUEST))

    assert (pieces, caught.value.kind, caught.value.partial) == (
        ["Haba"],
        "stream_interrupted",
        "Haba",
    )
    assert (len(first.requests), len(second.requests)) == (3, 1)


async def test_stream_errors_before_text_are_tried_again() -> None:
    """An overload told inside a stream before any text is tried again like its status."""
    busy = streams(b'{"error":{"type":"overloaded_error","message":"busy"}}')
    whole = streams(chunk_of("whole"), final_chunk())
    async with (
        raw_server(busy, whole) as server,
        PawaClient(make_settings(server.base_url)) as client,
        client.stream(REQUEST) as stream,
    ):
        pieces = [piece async for piece in stream]

    assert (pieces, stream.answer.attempts) == (["whole"], 2)


async def test_logs_are_useful_and_free_of_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """The debug log tells attempts and pauses, and holds neither key nor prompt."""
    caplog.set_level(logging.DEBUG)

    await ask(fails(503, f"no such key: {KEY}"), says())

    assert "attempt 1 at" in caplog.text
    assert "next one in" in caplog.text
    assert KEY not in caplog.text
    assert "asubuhi" not in caplog.text
