"""The step that limits rates, over real sockets and on a clock that stands."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last, until

if TYPE_CHECKING:
    from mockserver.admission.limit_headers import Standing
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox
    from tests.mockserver.rawclient import Received

STILL = {"frozen": True}


def standing(sandbox: Sandbox) -> Standing:
    """The one limit that somebody has asked."""
    (found,) = sandbox.limiter.all_standings(sandbox.clock.monotonic_ns())
    return found


async def chats(sandbox: Sandbox, count: int, **fields: Any) -> list[int]:
    """The statuses of so many chats, one after the other."""
    return [(await ask(sandbox, request(body=chat(**fields)))).status for _ in range(count)]


@pytest.mark.parametrize("algorithm", ["sliding", "fixed", "gcra", "token_bucket"])
async def test_who_waits_as_told_is_let_in_and_a_second_earlier_is_not(
    open_sandbox: OpenSandbox, algorithm: str
) -> None:
    """Over the wire, whatever the algorithm."""
    limit = {"limit": 7, "window_s": 100.0, "algorithm": algorithm}
    sandbox = await open_sandbox(rate_limits=[limit], clock=STILL)
    while (received := await ask(sandbox, request(body=chat()))).status == 200:
        pass
    wait_s = int(received.header("retry-after") or 0)
    assert received.json == {"success": False, "message": "Rate limit exceeded", "data": None}

    await sandbox.clock.advance(wait_s - 1)
    assert await chats(sandbox, 1) == [429]
    await sandbox.clock.advance(1)
    assert await chats(sandbox, 1) == [200]


class TestHeaders:
    @pytest.mark.parametrize("stream", [False, True])
    async def test_every_answer_of_the_limiter_counts_truly(
        self, open_sandbox: OpenSandbox, stream: bool
    ) -> None:
        """Success, refusal and stream alike: what is left behind this request."""
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 2}, limit_headers="x-ratelimit", clock=STILL
        )
        seen: list[tuple[int, str | None, str | None]] = []
        for _ in range(3):
            received = await ask(sandbox, request(body=chat(stream=stream)))
            left, reset = (
                received.header(f"x-ratelimit-{name}-requests") for name in ("remaining", "reset")
            )
            seen.append((received.status, left, reset))
            assert received.header("x-ratelimit-limit-requests") == "2"
            await sandbox.clock.advance(1)

        assert seen == [(200, "1", "60"), (200, "0", "60"), (429, "0", "59")]

    async def test_none_are_sent_by_default(self, open_sandbox: OpenSandbox) -> None:
        """As documented: none were seen."""
        sandbox = await open_sandbox(rate_limit={"requests_per_minute": 1})
        for _ in range(2):
            head = (await ask(sandbox, request(body=chat()))).head.lower()
            assert b"ratelimit" not in head

    async def test_they_stand_on_what_is_refused_behind_the_limiter(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """A spent budget, too."""
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 5, "dimension": "tokens_in"}],
            limit_headers="ietf",
            budget={"limit_units": 0},
        )
        refused = await ask(sandbox, request(body=chat()))

        assert refused.status == 402
        assert refused.header("ratelimit-policy") == '"tokens_in-60s";q=5;qu="input-tokens";w=60'

    async def test_they_stand_on_what_is_answered_before_the_limiter(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """A fault, a mistake, a forbidden or unknown path: they use nothing and say what is left.

        Nobody knows whose limits a stranger's would be.
        """
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 5, "scope": "project"}],
            limit_headers="x-ratelimit",
            clock=STILL,
            keys=[
                {"id": "dev", "key": "pawa-dev-key"},
                {"id": "shut", "key": "shut-key-for-tests", "endpoints": ["/models"]},
                {"id": "off", "key": "off-key-for-tests", "state": "blocked"},
            ],
            rules=[{"match": {"body": "fault"}, "fault": {"kind": "status", "status": 503}}],
        )
        await chats(sandbox, 1)
        answers = [
            await ask(sandbox, request(body=chat("fault"))),
            await ask(sandbox, request(body=b"[]")),
            await ask(sandbox, request("/v1/nowhere")),
            await ask(sandbox, request(body=chat(), key="shut-key-for-tests")),
            await ask(sandbox, request(body=chat(), key="off-key-for-tests")),
        ]
        stranger = await ask(sandbox, request(body=chat(), key="nobodys-key"))

        assert [(one.status, one.header("x-ratelimit-remaining-requests")) for one in answers] == [
            (status, "4") for status in (503, 400, 404, 403, 403)
        ]
        assert stranger.header("x-ratelimit-remaining-requests") is None

    async def test_those_that_a_fault_tells_stand_alone(self, open_sandbox: OpenSandbox) -> None:
        """A client never gets two numbers for one limit."""
        fault = {"kind": "rate_limited", "headers": "x-ratelimit", "limit": 7}
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 5},
            limit_headers="x-ratelimit",
            rules=[{"fault": fault}],
        )
        head = (await ask(sandbox, request(body=chat()))).head.lower()

        assert head.count(b"x-ratelimit-limit-requests") == 1
        assert b"x-ratelimit-limit-requests: 7\r\n" in head

    async def test_retry_after_can_be_told_otherwise_or_not_at_all(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """For all limits by its form, for one by its switch."""
        one = {"limit": 1, "window_s": 1.5}
        ms = await open_sandbox(rate_limits=[one], limit_headers={"retry_after": "ms"}, clock=STILL)
        silent = await open_sandbox(rate_limits=[one | {"retry_after": False}], clock=STILL)
        for sandbox in (ms, silent):
            await chats(sandbox, 1)
        spelled, unsaid = [await ask(each, request(body=chat())) for each in (ms, silent)]

        assert (spelled.header("retry-after-ms"), spelled.header("retry-after")) == ("1500", "2")
        assert unsaid.header("retry-after") is None


class TestTokens:
    async def test_what_was_not_written_comes_back(self, open_sandbox: OpenSandbox) -> None:
        """One token read, forty set aside to be written, three written."""
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 100, "dimension": "tokens_out"}],
            replies={"tokens": 40},
            clock=STILL,
        )
        received = await ask(sandbox, request(body=chat(max_tokens=3)))
        written = (await last(sandbox)).tokens_out

        assert received.status == 200
        assert 0 < written <= 3
        assert standing(sandbox).remaining == 100 - written

    @pytest.mark.parametrize("how", ["rst", "no_final_chunk"])
    async def test_of_a_cut_stream_what_was_sent_counts(
        self, open_sandbox: OpenSandbox, how: str
    ) -> None:
        """Five of forty."""
        rule = {"fault": {"kind": "cut_stream", "after_chunks": 5, "how": how}}
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 100, "dimension": "tokens_out"}], rules=[rule], clock=STILL
        )
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat(stream=True)))
            await client.read()
        exchange = await last(sandbox)

        assert exchange.tokens_out == 5
        assert standing(sandbox).remaining == 95

    async def test_a_request_that_nothing_was_done_for_uses_none(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """It was refused by the budget behind the limit."""
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 100, "dimension": "tokens"}], budget={"limit_units": 0}
        )
        assert await chats(sandbox, 1) == [402]
        await last(sandbox)

        assert standing(sandbox).remaining == 100

    async def test_more_than_there_is_names_both_numbers(self, open_sandbox: OpenSandbox) -> None:
        """And tells no time, since none would help."""
        sandbox = await open_sandbox(rate_limits=[{"limit": 10, "dimension": "tokens_out"}])
        received = await ask(sandbox, request(body=chat(max_tokens=11)))

        assert received.status == 429
        assert received.header("retry-after") is None
        assert b"this request needs 11 tokens_out and 10 is all" in received.body


class TestConcurrency:
    async def test_never_more_than_k_are_open_under_a_crowd_that_leaves(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """200 requests at once, a third of which leave at any moment; nothing stays taken."""
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 8, "dimension": "concurrency"}],
            latency={"answer_s": 0.02},
            stream={"interval_s": 0.002},
        )
        most = watch(sandbox)
        draw = random.Random(7)
        outcomes = await asyncio.gather(
            *(
                visit_and_leave(sandbox, draw.random(), stream=number % 2 == 0)
                for number in range(200)
            )
        )
        await until(lambda: sandbox.journal.in_flight == 0)

        seen = Counter(outcomes)
        assert max(most) <= 8
        assert seen["200"] + seen["429"] + seen["left"] == 200
        assert seen["200"] >= 1
        assert standing(sandbox).remaining == 8

    async def test_a_refusal_tells_no_time(self, open_sandbox: OpenSandbox) -> None:
        """Nobody knows when another request ends."""
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 1, "dimension": "concurrency"}], latency={"answer_s": 30.0}
        )
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat()))
            await until(lambda: sandbox.limiter.all_standings(0) != [])
            refused = await ask(sandbox, request(body=chat()))

        assert (refused.status, refused.header("retry-after")) == (429, None)


class TestLine:
    async def test_they_are_let_in_as_they_came(self, open_sandbox: OpenSandbox) -> None:
        """One at a time, each when the one before it has ended."""
        sandbox = await open_sandbox(
            rate_limits=[{"limit": 1, "dimension": "concurrency", "queue_s": 60.0}],
            latency={"answer_s": 0.01},
        )
        tasks: list[asyncio.Task[Received]] = []
        for number in range(8):
            data = request(body=chat(f"call-{number:012x}"))
            tasks.append(asyncio.create_task(ask(sandbox, data)))
            await until(lambda number=number: len(sandbox.journal.exchanges()) > number)  # type: ignore[misc]
        received = await asyncio.gather(*tasks)
        await until(lambda: sandbox.journal.in_flight == 0)

        ended = sorted(sandbox.journal.exchanges(), key=lambda one: one.first_byte_out_ns or 0)
        assert [each.status for each in received] == [200] * 8
        assert [each.token for each in ended] == [f"call-{number:012x}" for number in range(8)]

    async def test_a_turn_comes_with_time_or_not_at_all(self, open_sandbox: OpenSandbox) -> None:
        """After 60 s the first is let in; the second has waited its 90 s and is refused."""
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 1, "queue_s": 90.0}, clock=STILL
        )
        assert await chats(sandbox, 1) == [200]
        waiting = [asyncio.create_task(ask(sandbox, request(body=chat()))) for _ in range(2)]
        await until(lambda: sandbox.clock.waiting == 2)

        await sandbox.clock.advance(59.999)
        assert not any(task.done() for task in waiting)
        await sandbox.clock.advance(0.001)
        first, second = waiting if await settled(waiting[0], waiting[1]) else waiting[::-1]
        assert (await first).status == 200
        assert not second.done()
        await sandbox.clock.advance(30)
        refused = await second
        assert (refused.status, refused.header("retry-after")) == (429, "30")

    async def test_who_leaves_the_line_makes_room_in_it(self, open_sandbox: OpenSandbox) -> None:
        """Nothing is kept for a client that has gone."""
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 1, "queue_s": 90.0}, clock=STILL
        )
        assert await chats(sandbox, 1) == [200]
        async with await RawClient.connect(sandbox.base_url) as leaver:
            await leaver.send(request(body=chat()))
            await until(lambda: sandbox.clock.waiting == 1)
            stayer = asyncio.create_task(ask(sandbox, request(body=chat())))
            await until(lambda: sandbox.clock.waiting == 2)
        await until(lambda: sandbox.clock.waiting == 1)
        await sandbox.clock.advance(60)

        assert (await stayer).status == 200
        assert await chats_refused_at_once(sandbox)

    async def test_a_new_limit_is_seen_by_those_who_wait(self, open_sandbox: OpenSandbox) -> None:
        """They need not wait any longer."""
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 1, "queue_s": 90.0}, clock=STILL
        )
        assert await chats(sandbox, 1) == [200]
        waiting = asyncio.create_task(ask(sandbox, request(body=chat())))
        await until(lambda: sandbox.clock.waiting == 1)
        sandbox.replace_settings(sandbox.settings.model_copy(update={"rate_limit": None}))

        assert (await waiting).status == 200


class TestBlocks:
    async def test_too_many_refusals_block_a_key_for_a_while(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """The refusal that brings the block says how long it lasts, and the journal notes it."""
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 1},
            key_block={"after_refusals": 2, "within_s": 10.0, "block_s": 300.0},
            clock=STILL,
        )
        assert await chats(sandbox, 2) == [200, 429]
        blocking = await ask(sandbox, request(body=chat()))
        assert (blocking.status, blocking.header("retry-after")) == (429, "300")
        blocked = await ask(sandbox, request(body=chat()))
        assert (blocked.status, blocked.json) == (
            403,
            {"success": False, "message": "API key blocked", "data": None},
        )
        await sandbox.clock.advance(299)
        assert await chats(sandbox, 1) == [403]
        await sandbox.clock.advance(1)
        assert await chats(sandbox, 1) == [200]

        (note,) = sandbox.journal.notes("key_blocked")
        assert note.detail == {"key_id": "dev", "for_s": 300.0}


def watch(sandbox: Sandbox) -> list[int]:
    """How many were open at once, at each request that was let in."""
    most = [0]
    admit = sandbox.limiter.admit

    def watched(*args: Any) -> Any:
        verdict = admit(*args)
        meter, _ = args[0][0]
        most.append(meter.window._open)
        return verdict

    sandbox.limiter.admit = watched  # type: ignore[method-assign]
    return most


async def visit_and_leave(sandbox: Sandbox, chance: float, *, stream: bool) -> str:
    """One chat; one in three leaves after a moment."""
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat(stream=stream)))
        if chance < 1 / 3:
            await asyncio.sleep(chance / 10)
            return "left"
        return str((await client.read_reply()).status)


async def settled(first: asyncio.Task[Any], second: asyncio.Task[Any]) -> bool:
    """Whether the first of two is done, once one of them is."""
    await asyncio.wait((first, second), return_when=asyncio.FIRST_COMPLETED)
    return first.done()


async def chats_refused_at_once(sandbox: Sandbox) -> bool:
    """Whether a limit without a line refuses now."""
    limit = sandbox.settings.rate_limit
    assert limit is not None
    without = limit.model_copy(update={"queue_s": 0.0})
    sandbox.replace_settings(sandbox.settings.model_copy(update={"rate_limit": without}))
    return await chats(sandbox, 1) == [429]
