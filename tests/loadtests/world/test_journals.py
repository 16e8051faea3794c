"""Exchanges become attempts as they end; few are kept whole."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.world import journals
from loadtests.world.journals import Drain, Keeping, attempt_of, first_text_ns, is_plain
from loadtests.world.sandboxes import checked_settings
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from loadtests.world.seen import Attempt
    from mockserver.records import Exchange


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A server whose journal keeps three exchanges, and whose streams take their time."""
    settings = {
        "journal": {"max_exchanges": 3},
        "stream": {"first_token_s": 0.05, "interval_s": 0.01, "chunks": 4},
    }
    opened = Sandbox(checked_settings(settings, "here"))
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections that are closed with the test."""
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(http: aiohttp.ClientSession, sandbox: Sandbox, token: str, **body: Any) -> None:
    """One chat request, its answer read to the end."""
    content = f"Habari [{token}]"
    asked = {
        "model": "pawa-v1-ember-20240924",
        "messages": [{"role": "user", "content": content}],
        **body,
    }
    async with http.post(
        f"{sandbox.base_url}/chat/request",
        json=asked,
        headers={"Authorization": f"Bearer {sandbox.key}"},
    ) as response:
        await response.read()


def tokens(number: int) -> list[str]:
    """So many different call tokens."""
    return [f"call-{place:012x}" for place in range(number)]


async def test_every_exchange_becomes_an_attempt_however_few_the_journal_keeps(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    """In the order of their ends; none is lost."""
    attempts: list[Attempt] = []
    with Drain(sandbox, "primary", time.monotonic_ns(), attempts) as drain:
        for token in tokens(40):
            await ask(http, sandbox, token)
        arrived_before = drain.arrived
        await drain.take()
        for token in tokens(3):
            await ask(http, sandbox, token)
        drain.finish()

    assert [attempt.tokens for attempt in attempts] == [(t,) for t in (*tokens(40), *tokens(3))]
    assert (arrived_before, drain.arrived, drain.lost) == (40, 43, 0)
    assert all(attempt.server == "primary" and attempt.arrived_s >= 0 for attempt in attempts)


async def test_moments_are_seconds_since_the_start(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    """A stream's first text is its first chunk, long after its head; of JSON the first byte."""
    attempts: list[Attempt] = []
    with Drain(sandbox, "backup", time.monotonic_ns(), attempts) as drain:
        await ask(http, sandbox, "call-000000000001", stream=True)
        await ask(http, sandbox, "call-000000000002")
        drain.finish()
    stream, plain = attempts

    assert stream.first_out_s is not None
    assert stream.first_text_s is not None
    assert stream.last_out_s is not None
    assert stream.first_text_s - stream.first_out_s >= 0.05
    assert stream.last_out_s - stream.first_text_s >= 0.03
    assert plain.first_text_s == plain.first_out_s
    assert (stream.stream, plain.stream) == (True, False)


async def test_an_exchange_in_progress_is_told_at_the_finish_alone(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    """It has no end, and counts among those that arrived from the beginning."""
    sandbox.holds.release_all()
    sandbox.replace_settings(
        checked_settings({"rules": [{"fault": {"kind": "hold"}}]}, "here").model_copy(
            update={"keys": sandbox.settings.keys}
        )
    )
    attempts: list[Attempt] = []
    with Drain(sandbox, "primary", time.monotonic_ns(), attempts) as drain:
        asking = asyncio.create_task(ask(http, sandbox, "call-000000000001"))
        assert await sandbox.journal.wait_for(lambda journal: journal.in_flight == 1, 5.0)
        await drain.take()
        assert (attempts, drain.arrived) == ([], 1)
        drain.finish()
        asking.cancel()
        await asyncio.wait([asking])

    assert [(one.ending, one.ended_s, one.status) for one in attempts] == [
        ("in_progress", None, None)
    ]


async def test_what_was_too_fast_is_counted(
    sandbox: Sandbox, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded; a loss is never silent."""
    monkeypatch.setattr("mockserver.journal.FOLLOWED_AT_MOST", 5)
    attempts: list[Attempt] = []
    with Drain(sandbox, "primary", time.monotonic_ns(), attempts) as drain:
        for token in tokens(8):
            await ask(http, sandbox, token)
        await drain.take()

    assert len(attempts) == 5
    assert (drain.lost, drain.arrived) == (3, 8)


@pytest.fixture
async def plain(sandbox: Sandbox, http: aiohttp.ClientSession) -> Exchange:
    """A whole 200."""
    await ask(http, sandbox, "call-000000000001")
    return sandbox.journal.exchanges()[0]


async def test_a_refusal_has_no_text(plain: Exchange) -> None:
    """Nor has what never got a head; a stream that a fault cut anew has text in its body."""
    part = plain.sent[-1]

    assert is_plain(plain)
    assert first_text_ns(plain) == plain.first_byte_out_ns
    assert first_text_ns(replace(plain, status=503)) is None
    assert first_text_ns(replace(plain, status=None)) is None
    assert first_text_ns(replace(plain, stream=True)) == part.at_ns
    assert first_text_ns(replace(plain, stream=True, sent=plain.sent[:1])) is None


async def test_an_attempt_without_keeping_has_no_exchange(plain: Exchange) -> None:
    """Its facts are there all the same."""
    attempt = attempt_of(plain, "primary", plain.first_byte_in_ns)

    assert attempt.exchange is None
    assert attempt.arrived_s == 0
    assert attempt.cost_micro == plain.cost_micro > 0


async def test_the_first_exchanges_are_kept_and_then_what_went_wrong(plain: Exchange) -> None:
    """So many of each second, so that a bad beginning leaves room for what follows."""
    wrong = replace(plain, status=503)
    keeping = Keeping()
    early = [keeping.keeps(plain, 0.1) for _ in range(journals.FIRST_KEPT)]
    healthy = keeping.keeps(plain, 0.2)
    storm = [keeping.keeps(wrong, 1.5) for _ in range(500)]
    after = keeping.keeps(wrong, 2.5)

    assert all(early)
    assert not healthy
    assert sum(storm) == journals.KEPT_IN_A_SECOND
    assert after


@given(
    st.lists(
        st.tuples(st.sampled_from(["plain", "refused", "faulty", "cut"]), st.integers(0, 100)),
        max_size=200,
    )
)
def test_never_more_are_kept_than_there_is_room_for(seen: list[tuple[str, int]]) -> None:
    """Whatever arrives, and whenever."""
    keeping = Keeping()
    kept = sum(keeping.keeps(exchange(kind), float(at_s)) for kind, at_s in seen for _ in range(20))

    assert kept <= journals.MOST_KEPT


class _Looks:
    """As much of an exchange as is looked at."""

    def __init__(self, status: int, ending: str, rule: str | None) -> None:
        self.status, self.ending, self.rule = status, ending, rule


def exchange(kind: str) -> Any:
    """An exchange of a kind."""
    status = 503 if kind == "refused" else 200
    return _Looks(status, "rst" if kind == "cut" else "complete", "r" if kind == "faulty" else None)
