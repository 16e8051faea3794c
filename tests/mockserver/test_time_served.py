"""A stopped and turned clock over real sockets: minutes and months pass without any waiting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mockserver.clock import NS_PER_S
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings, ServerSettings
from tests.mockserver.rawclient import RawClient, chat, request, unchunked
from tests.mockserver.talk import ask, last, until

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

STOPPED = {"frozen": True}


async def waiting(sandbox: Sandbox, number: int = 1) -> None:
    """Wait until so many pauses are pending."""
    await until(lambda: sandbox.clock.waiting == number)


async def test_a_minute_of_the_rate_limit_passes_at_once(open_sandbox: OpenSandbox) -> None:
    """The limit is back at the very moment, and Retry-After says when that is."""
    sandbox = await open_sandbox(clock=STOPPED, rate_limit={"requests_per_minute": 2})

    async def tries() -> list[int]:
        return [(await ask(sandbox, request(body=chat()))).status for _ in range(3)]

    assert await tries() == [200, 200, 429]
    refused = await ask(sandbox, request(body=chat()))
    assert refused.header("retry-after") == "60"
    await sandbox.clock.advance(59.999)
    assert await tries() == [429, 429, 429]
    await sandbox.clock.advance(0.001)
    assert await tries() == [200, 200, 429]


async def test_who_stands_in_line_for_a_limit_is_let_in_by_the_clock(
    open_sandbox: OpenSandbox,
) -> None:
    """A limit that lets wait for a minute; the minute is turned."""
    limit = {"limit": 1, "window_s": 60.0, "queue_s": 90.0}
    sandbox = await open_sandbox(clock=STOPPED, rate_limits=[limit])
    assert (await ask(sandbox, request(body=chat()))).status == 200
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat()))
        await waiting(sandbox)

        await sandbox.clock.advance(60)

        assert (await client.read_reply()).status == 200


async def test_a_month_of_the_budget_begins_with_the_clock(open_sandbox: OpenSandbox) -> None:
    """At midnight, and not a millisecond before."""
    sandbox = await open_sandbox(
        clock={"start": "2026-12-31T23:59:00Z", "frozen": True},
        budget={"limit_units": 0.1, "period": "monthly"},
    )
    seen = [(await ask(sandbox, request(body=chat()))).status for _ in range(2)]
    for step_s in (59.999, 0.001):
        await sandbox.clock.advance(step_s)
        seen.append((await ask(sandbox, request(body=chat()))).status)

    assert seen == [200, 402, 402, 200]


async def test_a_key_expires_by_the_clock(open_sandbox: OpenSandbox) -> None:
    """It opens until its instant."""
    sandbox = await open_sandbox(
        clock={"start": "2026-12-31T23:59:00Z", "frozen": True},
        keys=[{"id": "dev", "key": "pawa-dev-key", "expires_at": "2027-01-01T00:00:00Z"}],
    )
    assert (await ask(sandbox, request(body=chat()))).status == 200

    await sandbox.clock.advance(60)

    assert (await ask(sandbox, request(body=chat()))).status == 401


async def test_a_window_of_a_plan_opens_and_closes_with_the_clock(
    open_sandbox: OpenSandbox,
) -> None:
    """From its first moment, up to but not with its last."""
    rule = {"when": {"from_s": 60, "until_s": 120}, "fault": {"kind": "status", "status": 503}}
    sandbox = await open_sandbox(clock=STOPPED, rules=[rule])
    seen = []
    for step_s in (0, 59.999, 0.001, 59.999, 0.001):
        await sandbox.clock.advance(step_s)
        seen.append((await ask(sandbox, request(body=chat()))).status)

    assert seen == [200, 200, 503, 503, 200]


async def test_sleepers_wake_in_order_and_their_records_have_real_stamps(
    open_sandbox: OpenSandbox,
) -> None:
    """Holds of 60, 10 and 30 s end within one turn of 60 s; no stamp knows of it."""
    rules = [
        {"match": {"body": text}, "fault": {"kind": "hold", "seconds": seconds}}
        for text, seconds in (("first", 60), ("second", 10), ("third", 30))
    ]
    sandbox = await open_sandbox(clock=STOPPED, rules=rules)
    real = time.monotonic_ns()
    clients = [await RawClient.connect(sandbox.base_url) for _ in range(3)]
    for number, (client, text) in enumerate(
        zip(clients, ("first", "second", "third"), strict=True)
    ):
        await client.send(request(body=chat(text)))
        await waiting(sandbox, number + 1)

    await sandbox.clock.advance(60)

    statuses = [(await client.read_reply()).status for client in clients]
    for client in clients:
        client.leave()
    await last(sandbox, 3)
    first, second, third = sandbox.journal.exchanges()
    assert statuses == [200, 200, 200]
    assert second.sent[0].at_ns < third.sent[0].at_ns < first.sent[0].at_ns
    for one in (first, second, third):
        stamps = [one.first_byte_in_ns, one.body_in_ns, one.sent[0].at_ns, one.ended_ns or 0]
        assert stamps == sorted(stamps)
        assert real < stamps[0] <= stamps[-1] < time.monotonic_ns()


async def test_a_stream_lives_through_a_turned_minute(open_sandbox: OpenSandbox) -> None:
    """A chunk a second: fifty-nine of them are sent in 59 s, the rest after the next."""
    sandbox = await open_sandbox(
        clock=STOPPED, stream={"interval_s": 1.0, "first_token_s": 1.0}, replies={"tokens": 60}
    )
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat(stream=True)))
        await waiting(sandbox)

        await sandbox.clock.advance(59)

        (exchange,) = sandbox.journal.exchanges()
        assert [sent.kind for sent in exchange.sent].count("chunk") == 59
        assert exchange.ended_ns is None
        await sandbox.clock.advance(1)
        received = await client.read_reply()
        chunks, rest = unchunked(received.body)
        assert (len(chunks), rest) == (61, b"")


async def test_a_client_that_leaves_a_stopped_world_is_seen_at_once(
    open_sandbox: OpenSandbox,
) -> None:
    """Who waits for time still notices the connection's end."""
    sandbox = await open_sandbox(clock=STOPPED, latency={"answer_s": 10.0})
    client = await RawClient.connect(sandbox.base_url)
    await client.send(request(body=chat()))
    await waiting(sandbox)

    client.leave()

    assert (await last(sandbox)).ending == "client_left"
    assert sandbox.clock.waiting == 0


async def test_a_refusing_listener_comes_back_with_the_clock(open_sandbox: OpenSandbox) -> None:
    """An outage of an hour is over when the hour is."""
    rule = {"when": {"times": 1}, "fault": {"kind": "refuse", "duration_s": 3600}}
    sandbox = await open_sandbox(clock=STOPPED, rules=[rule])
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat()))
        await client.read()
    await sandbox.clock.advance(3599)
    with pytest.raises(ConnectionRefusedError):
        await RawClient.connect(sandbox.base_url)

    await sandbox.clock.advance(1)

    assert (await ask(sandbox, request(body=chat()))).status == 200


async def test_a_stopped_clock_does_not_lock_out_the_control_api() -> None:
    """The first sandbox's listener comes back in real time, since only a call could turn it."""
    rule = {"when": {"times": 1}, "fault": {"kind": "refuse", "duration_s": 0.05}}
    settings = SandboxSettings.model_validate({"rules": [rule], "clock": STOPPED})
    async with MockServer(ServerSettings(sandboxes=(settings,))) as server:
        sandbox = server.default
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat()))
            await client.read()
        assert not sandbox.listening

        await until(lambda: sandbox.listening)

        assert (await ask(sandbox, request(body=chat()))).status == 200


async def test_a_reply_bears_the_date_of_the_sandbox(open_sandbox: OpenSandbox) -> None:
    """In its head, in its body and in the journal's wall time."""
    sandbox = await open_sandbox(clock={"start": "2026-12-31T23:59:00Z", "frozen": True})
    await sandbox.clock.advance(60)

    received = await ask(sandbox, request(body=chat()))

    assert received.header("date") == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert received.json["data"]["created"] == 1_798_761_600  # type: ignore[index]
    assert (await last(sandbox)).wall == 1_798_761_600


async def test_a_reset_brings_the_clock_back_to_its_beginning(open_sandbox: OpenSandbox) -> None:
    """And a plan's windows begin anew."""
    rule = {"when": {"until_s": 60}, "fault": {"kind": "status", "status": 503}}
    sandbox = await open_sandbox(
        clock={"start": "2026-12-31T23:59:00Z", "frozen": True}, rules=[rule]
    )
    began, monotonic_ns = sandbox.clock.wall_s(), sandbox.clock.monotonic_ns()
    await sandbox.clock.advance(60)
    assert (await ask(sandbox, request(body=chat()))).status == 200

    sandbox.reset()

    assert sandbox.clock.wall_s() == began
    assert sandbox.clock.monotonic_ns() == monotonic_ns + 60 * NS_PER_S
    assert (await ask(sandbox, request(body=chat()))).status == 503


async def test_a_running_clock_never_lets_a_pause_end_early(open_sandbox: OpenSandbox) -> None:
    """What was turned before counts for nothing: 30 ms are 30 ms."""
    sandbox = await open_sandbox(latency={"answer_s": 0.03})
    await sandbox.clock.advance(86_400)

    await ask(sandbox, request(body=chat()))
    one = await last(sandbox)

    assert one.sent[0].at_ns - one.body_in_ns >= 30_000_000
