"""The client as its callers meet it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest

from scenarios.reference import (
    BatchSettings,
    BudgetSettings,
    CacheSettings,
    FallbackTarget,
    PawaClient,
    PawaError,
    Price,
)
from scenarios.reference.errors import (
    BudgetExhaustedError,
    ConfigError,
    InvalidRequestError,
    QueueFullError,
)
from tests.scenarios.reference.makers import KEY, REQUEST, make_settings, read_all
from tests.scenarios.reference.rawserver import (
    Script,
    Wire,
    answers,
    chat_body,
    chunk_of,
    fails,
    final_chunk,
    holds,
    raw_server,
    says,
    streams,
)


async def vectors_of(wire: Wire) -> None:
    """A script: each sentence's vector holds its length."""
    sentences = wire.request.json["sentences"]
    data = {"embeddings": [[float(len(sentence)), 1.0] for sentence in sentences]}
    await answers({"success": True, "message": "ok", "data": data})(wire)


@pytest.mark.parametrize("key", ["", " ", "two words"])
async def test_unusable_keys(key: str) -> None:
    """A client without a usable key is not made, so nothing reaches the wire."""
    with pytest.raises(ConfigError, match="api_key"):
        PawaClient(make_settings(api_key=key))

    async with raw_server(says()) as server, PawaClient(make_settings(server.base_url)) as client:
        with pytest.raises(ConfigError):
            await client.rotate_key(key)


async def test_keys_of_fallbacks() -> None:
    """A fallback at another address needs a key of its own: the primary's never goes there."""
    with pytest.raises(ConfigError, match=r"fallbacks\[0\].api_key"):
        PawaClient(make_settings(fallbacks=(FallbackTarget("http://127.0.0.1:7/v1"),)))


async def test_requests_go_unchanged() -> None:
    """Every field of the caller reaches the wire unchanged, unknown ones too."""
    request = {**REQUEST, "model": "m2", "max_tokens": 3, "stop": ["."], "novel": {"a": [1, None]}}
    async with raw_server(says()) as server, PawaClient(make_settings(server.base_url)) as client:
        await client.chat(request)

    assert server.requests[0].json == request


@pytest.mark.parametrize(
    "request_", [{}, {"messages": []}, {**REQUEST, "x": float("nan")}, {**REQUEST, "x": b"bytes"}]
)
async def test_impossible_requests(request_: dict[str, Any]) -> None:
    """What cannot be a request is refused before the wire."""
    async with raw_server(says()) as server, PawaClient(make_settings(server.base_url)) as client:
        with pytest.raises(InvalidRequestError):
            await client.chat(request_)

    assert server.requests == []


async def test_rotated_keys() -> None:
    """A new key is used from then on, and neither key shows."""
    async with (
        raw_server(says(), fails(401, f"{KEY} rk-rotated-1234567")) as server,
        PawaClient(make_settings(server.base_url)) as client,
    ):
        await client.chat(REQUEST)
        await client.rotate_key("rk-rotated-1234567")
        with pytest.raises(PawaError) as caught:
            await client.chat(REQUEST)

    assert [request.headers["authorization"] for request in server.requests] == [
        f"Bearer {KEY}",
        "Bearer rk-rotated-1234567",
    ]
    assert str(caught.value).count("[secret]") == 2


async def test_cached_answers() -> None:
    """A repeat is answered without the network, and says so."""
    async with raw_server(says("once"), says("twice")) as server:
        settings = make_settings(server.base_url, cache=CacheSettings(60))
        async with PawaClient(settings) as client:
            first = await client.chat(REQUEST)
            second = await client.chat(dict(reversed(REQUEST.items())))
            other = await client.chat({**REQUEST, "temperature": 0.5})

    assert (first.source, second.source, other.source) == ("live", "cache", "live")
    assert (second.text, second.attempts, second.cost) == ("once", 0, 0.0)
    assert len(server.requests) == 2


async def test_cached_streams() -> None:
    """A whole stream is cached and comes back in one piece; a cut one is not cached."""
    whole = streams(chunk_of("Haba"), chunk_of("ri"), final_chunk())
    async with raw_server(streams(chunk_of("Ha")), whole) as server:
        settings = make_settings(server.base_url, cache=CacheSettings(60), max_attempts=1)
        async with PawaClient(settings) as client:
            with pytest.raises(PawaError):
                await read_all(client.stream(REQUEST))
            streams_ = [client.stream(REQUEST) for _ in range(2)]
            seen = [await read_all(stream) for stream in streams_]

    assert seen == [["Haba", "ri"], ["Habari"]]
    assert [stream.answer.source for stream in streams_] == ["live", "cache"]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "bad",
    [
        fails(500),
        fails(429),
        answers(b'{"success": true, "da'),
        answers({"success": False, "message": "no"}),
        answers(chat_body("cut", "length")),
        answers(chat_body("filtered", "content_filter")),
    ],
)
async def test_what_is_not_cached(bad: Script) -> None:
    """Errors, malformed, cut and filtered answers are not remembered."""
    async with raw_server(bad, says("good")) as server:
        settings = make_settings(server.base_url, cache=CacheSettings(60), max_attempts=1)
        async with PawaClient(settings) as client:
            with suppress(PawaError):
                await client.chat(REQUEST)
            answer = await client.chat(REQUEST)

    assert (answer.text, answer.source, len(server.requests)) == ("good", "live", 2)


async def test_degraded_answers_are_not_cached() -> None:
    """A fallback's answer does not stand in for the primary's later."""
    async with raw_server(fails(503), says("B"), says("A")) as server:
        settings = make_settings(
            server.base_url, cache=CacheSettings(60), max_attempts=1, fallback_models=("b",)
        )
        async with PawaClient(settings) as client:
            texts = [(await client.chat(REQUEST)).text for _ in range(3)]

    assert texts == ["B", "A", "A"]


async def test_budget_refuses_before_the_wire() -> None:
    """A call that nothing is left for is refused at once, typed, and not sent."""
    async with raw_server(says()) as server:
        settings = make_settings(server.base_url, budget=BudgetSettings(0.02))
        async with PawaClient(settings) as client:
            await client.chat(REQUEST)
            began_s = time.monotonic()
            with pytest.raises(BudgetExhaustedError):
                await client.chat(REQUEST)
            took_s = time.monotonic() - began_s
            counted = client.telemetry()

    assert took_s < 0.05
    assert len(server.requests) == 1
    assert counted["spend"] == pytest.approx(0.02)
    assert (counted["budget_refusals"], len(counted["alerts"])) == (1, 1)


async def test_budget_without_money() -> None:
    """A limit of zero lets nothing through."""
    async with raw_server(says()) as server:
        settings = make_settings(server.base_url, budget=BudgetSettings(0))
        async with PawaClient(settings) as client:
            with pytest.raises(BudgetExhaustedError):
                await client.chat(REQUEST)

    assert server.requests == []


async def test_budget_under_concurrency() -> None:
    """Many calls at once overspend by no more than one answer."""

    async def slow(wire: Wire) -> None:
        await asyncio.sleep(0.1)
        await says()(wire)

    price = Price(0, 1000)
    async with raw_server(slow) as server:
        settings = make_settings(server.base_url, budget=BudgetSettings(20), price=price)
        async with PawaClient(settings) as client:
            calls = (client.chat({**REQUEST, "max_tokens": 5}) for _ in range(20))
            done = await asyncio.gather(*calls, return_exceptions=True)
            spend = client.telemetry()["spend"]

    assert sum(isinstance(each, BudgetExhaustedError) for each in done) == 16
    assert spend == 20


async def test_budget_is_given_back() -> None:
    """Failed and cancelled calls give back what was set aside for them."""
    async with raw_server(fails(400), holds, says()) as server:
        settings = make_settings(server.base_url, budget=BudgetSettings(1.1))
        async with PawaClient(settings) as client:
            with pytest.raises(PawaError):
                await client.chat(REQUEST)
            task = asyncio.create_task(client.chat(REQUEST))
            assert await server.has_requests(2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert client.parts.budget is not None
            assert client.parts.budget.left == 1.1
            await client.chat(REQUEST)


async def test_partial_streams_cost_something() -> None:
    """Text that was delivered before a break is paid for, by a guess."""
    async with raw_server(streams(chunk_of("Habari " * 50))) as server:
        settings = make_settings(server.base_url, budget=BudgetSettings(10))
        async with PawaClient(settings) as client:
            with pytest.raises(PawaError):
                await read_all(client.stream(REQUEST))
            assert client.telemetry()["spend"] > 0.1


async def test_concurrency_limit() -> None:
    """No more than the allowed number of requests is under way; a full queue refuses."""
    running = most = 0

    async def script(wire: Wire) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.03)
        running -= 1
        await says()(wire)

    async with raw_server(script) as server:
        settings = make_settings(server.base_url, max_concurrency=2, queue_limit=4)
        async with PawaClient(settings) as client:
            calls = (client.chat(REQUEST) for _ in range(9))
            done = await asyncio.gather(*calls, return_exceptions=True)

    assert most == 2
    assert sum(isinstance(each, QueueFullError) for each in done) == 3
    assert len(server.requests) == 6


async def test_two_clients_do_not_starve_each_other() -> None:
    """One whose slots, retries and circuit are all used up leaves another in its process alone."""

    async def storm(wire: Wire) -> None:
        await (holds if len(slow.requests) > 40 else fails(429, Retry_After="30"))(wire)

    async with raw_server(storm) as slow, raw_server(says()) as well:
        changes = {"max_concurrency": 2, "max_attempts": 9, "retry_after_cap_s": 60}
        async with (
            PawaClient(make_settings(slow.base_url, **changes)) as stormy,
            PawaClient(make_settings(well.base_url, **changes)) as calm,
        ):
            calls = [asyncio.create_task(stormy.chat(REQUEST)) for _ in range(60)]
            await slow.has_requests(42)
            began_s = time.monotonic()
            answers_ = [await calm.chat(REQUEST) for _ in range(20)]
            took_s = time.monotonic() - began_s
            for call in calls:
                call.cancel()
            await asyncio.wait(calls)

    assert (len(answers_), took_s < 2) == (20, True)
    assert len(slow.requests) == 42


async def test_embeddings() -> None:
    """Each sentence gets its vector, in order; nothing to embed asks nothing."""
    async with (
        raw_server(vectors_of) as server,
        PawaClient(make_settings(server.base_url)) as client,
    ):
        answer = await client.embed(["a", "bbb", "cc"])
        nothing = await client.embed([])

    assert answer.complete() == ((1.0, 1.0), (3.0, 1.0), (2.0, 1.0))
    assert nothing.vectors == ()
    assert len(server.requests) == 1
    assert server.requests[0].json == {
        "model": "pawa-embeddings-v1-20241001",
        "lang": "multi",
        "sentences": ["a", "bbb", "cc"],
    }


@pytest.mark.parametrize("sentences", ["text", ["a", ""], [1]])
async def test_wrong_sentences(sentences: Any) -> None:
    """What is no list of texts is refused before it spoils a batch."""
    async with PawaClient(make_settings()) as client:
        with pytest.raises(InvalidRequestError):
            await client.embed(sentences)


async def test_items_fail_alone() -> None:
    """An error entry is the error of that item, free of secrets; the others have their vectors."""
    entries: list[Any] = [{"index": index, "embedding": [float(index)]} for index in (2, 0)]
    entries.append({"index": 1, "error": {"code": "invalid_item", "message": f"no {KEY}"}})
    script = answers({"success": True, "data": {"embeddings": entries}}, X_Request_Id="e1")
    async with raw_server(script) as server, PawaClient(make_settings(server.base_url)) as client:
        answer = await client.embed(["a", "b", "c"])

    failed = answer.vectors[1]
    assert (answer.vectors[0], answer.vectors[2]) == ((0.0,), (2.0,))
    assert isinstance(failed, PawaError)
    assert (failed.kind, failed.code, failed.request_id) == (
        "invalid_request",
        "invalid_item",
        "e1",
    )
    assert KEY not in str(failed)
    with pytest.raises(PawaError):
        answer.complete()


async def test_embeddings_fall_over_to_another_address_only() -> None:
    """Vectors of another model are no substitute: only another address is."""
    async with raw_server(fails(503)) as first, raw_server(vectors_of) as second:
        other = FallbackTarget(second.base_url, "other-key-1234", "pawa-v1-blaze-20250318")
        settings = make_settings(
            first.base_url, fallback_models=("small",), fallbacks=(other,), max_attempts=1
        )
        async with PawaClient(settings) as client:
            answer = await client.embed(["a"])

    assert answer.degraded
    assert len(first.requests) == 1
    assert second.requests[0].json["model"] == "pawa-embeddings-v1-20241001"


async def test_batched_embeddings() -> None:
    """Concurrent calls share requests, and each gets its own vectors."""
    async with raw_server(vectors_of) as server:
        batching = BatchSettings(max_items=10, linger_s=0.05)
        async with PawaClient(make_settings(server.base_url, batching=batching)) as client:
            calls = (client.embed(["x" * size]) for size in range(1, 51))
            done = await asyncio.gather(*calls)
            counted = client.telemetry()

    assert [answer.complete()[0][0] for answer in done] == [float(size) for size in range(1, 51)]
    assert len(server.requests) == 5
    assert (counted["calls"], counted["ok"], counted["batched_items"]) == (50, 50, 50)


async def test_telemetry_adds_up() -> None:
    """Calls are ok, errors and cancelled ones; attempts are requests on the wire."""
    async with (
        raw_server(fails(503), says(), fails(400), fails(429), says(), holds) as server,
        PawaClient(make_settings(server.base_url)) as client,
    ):
        await client.chat(REQUEST)
        with pytest.raises(PawaError):
            await client.chat(REQUEST)
        await client.chat(REQUEST)
        task = asyncio.create_task(client.chat(REQUEST))
        assert await server.has_requests(6)
        task.cancel()
        await asyncio.wait([task])
        counted = client.telemetry()

    endings = [counted[name] for name in ("calls", "ok", "errors", "cancelled")]
    assert endings == [4, 2, 1, 1]
    assert (counted["attempts"], counted["retries"], counted["throttled"]) == (6, 2, 1)
    assert (counted["tokens_in"], counted["tokens_out"]) == (20, 10)


async def test_nothing_is_left_behind() -> None:
    """After ``aclose`` neither tasks nor connections are left, whatever was under way."""
    before = asyncio.all_tasks()
    async with raw_server(says(), vectors_of, holds) as server:
        settings = make_settings(server.base_url, batching=BatchSettings(linger_s=0))
        async with PawaClient(settings) as client:
            await client.chat(REQUEST)
            await client.embed(["a"])
            waiting = asyncio.create_task(client.embed(["b"]))
            assert await server.has_requests(3)
        await asyncio.wait([waiting])

        assert waiting.cancelled()
        assert await server.all_closed()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_many_cancellations() -> None:
    """After hundreds of cancelled calls every slot is free again."""

    async def script(wire: Wire) -> None:
        await asyncio.sleep(0.005)
        await says()(wire)

    async with raw_server(script) as server:
        settings = make_settings(server.base_url, max_concurrency=4)
        async with PawaClient(settings) as client:
            tasks = [asyncio.create_task(client.chat(REQUEST)) for _ in range(200)]
            for number, task in enumerate(tasks):
                if number % 8 == 0:
                    await asyncio.sleep(0.002)
                task.cancel()
            await asyncio.wait(tasks)
            done = await asyncio.gather(*(client.chat(REQUEST) for _ in range(20)))

    assert len(done) == 20


def test_made_outside_of_a_loop() -> None:
    """A client can be made before any event loop runs."""
    assert PawaClient(make_settings()).telemetry()["calls"] == 0
