"""Workers and a queue over real sockets: the server that a storm of retries can hold down."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.api.models import EMBER
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last, until

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

STOPPED = {"frozen": True}


def taking(seconds: float, **others: Any) -> dict[str, Any]:
    """Latency settings by which every chat takes so long."""
    return {"models": {EMBER: {"base_s": seconds, **others}}}


async def begin(sandbox: Sandbox, text: str = "Habari") -> RawClient:
    """A client that has sent its request; its exchange is open."""
    seen = len(sandbox.journal.exchanges())
    client = await RawClient.connect(sandbox.base_url)
    await client.send(request(body=chat(text)))
    await until(lambda: len(sandbox.journal.exchanges()) > seen)
    return client


class TestService:
    async def test_a_request_holds_its_worker_to_its_end(self, open_sandbox: OpenSandbox) -> None:
        """Six of 10 s for two workers take 30 s; the journal tells how long each waited."""
        sandbox = await open_sandbox(
            clock=STOPPED, capacity={"workers": 2}, latency=taking(10.0), replies={"tokens": 1}
        )
        clients = [await begin(sandbox, f"call {number}") for number in range(6)]
        assert (sandbox.workers.at_work, sandbox.workers.queued) == (2, 4)

        await sandbox.clock.advance(29.999)
        assert sandbox.workers.at_work == 2
        await sandbox.clock.advance(0.001)

        for client in clients:
            assert (await client.read_reply()).status == 200
            client.leave()
        await last(sandbox, 6)
        waited = [exchange.queued_s for exchange in sandbox.journal.exchanges()]
        assert waited == [0.0, 0.0, 10.0, 10.0, 20.0, 20.0]
        assert sandbox.workers.at_work == 0

    async def test_a_busy_server_is_slower(self, open_sandbox: OpenSandbox) -> None:
        """The second of two finds all workers busy: three times as slow for a factor of two."""
        sandbox = await open_sandbox(
            clock=STOPPED, capacity={"workers": 2}, latency=taking(10.0, load_factor=2.0)
        )
        clients = [await begin(sandbox) for _ in range(2)]

        await sandbox.clock.advance(20)
        assert sandbox.workers.at_work == 1
        await sandbox.clock.advance(9.999)
        assert sandbox.workers.at_work == 1
        await sandbox.clock.advance(0.001)
        assert sandbox.workers.at_work == 0
        for client in clients:
            client.leave()

    async def test_what_no_model_does_needs_no_worker(self, open_sandbox: OpenSandbox) -> None:
        """The list of models is there while everything else is frozen."""
        sandbox = await open_sandbox(capacity={"workers": 1, "frozen": True})

        assert (await ask(sandbox, request("/v1/models", method="GET"))).status == 200

    async def test_a_fault_that_answers_needs_no_worker(self, open_sandbox: OpenSandbox) -> None:
        """No work was done."""
        sandbox = await open_sandbox(
            capacity={"workers": 1, "frozen": True},
            rules=[{"fault": {"kind": "status", "status": 500}}],
        )

        assert (await ask(sandbox, request(body=chat()))).status == 500


class TestOverload:
    async def test_who_finds_the_queue_full_is_refused_at_once(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """As the settings spell it; the others are served."""
        sandbox = await open_sandbox(
            clock=STOPPED,
            capacity={
                "workers": 1,
                "queue": 2,
                "overload": {"status": 529, "retry_after_s": 3},
            },
            latency=taking(10.0),
        )
        clients = [await begin(sandbox) for _ in range(3)]

        refused = await ask(sandbox, request(body=chat()))

        assert (refused.status, refused.header("retry-after")) == (529, "3")
        assert "overloaded" in refused.json["message"]  # type: ignore[index]
        await sandbox.clock.advance(30)
        assert [(await client.read_reply()).status for client in clients] == [200] * 3
        for client in clients:
            client.leave()

    async def test_who_waits_too_long_is_refused_then(self, open_sandbox: OpenSandbox) -> None:
        """After exactly the time that the settings give, and leaves the queue."""
        sandbox = await open_sandbox(
            clock=STOPPED, capacity={"workers": 1, "queue_s": 5.0}, latency=taking(10.0)
        )
        first, second = [await begin(sandbox) for _ in range(2)]

        await sandbox.clock.advance(5)

        assert (await second.read_reply()).status == 503
        assert sandbox.workers.queued == 0
        await sandbox.clock.advance(5)
        assert (await first.read_reply()).status == 200
        assert (await last(sandbox, 2)).queued_s == 5.0
        first.leave()
        second.leave()

    async def test_without_a_queue_there_is_no_waiting(self, open_sandbox: OpenSandbox) -> None:
        """A cap on concurrency; and a refusal costs no budget."""
        sandbox = await open_sandbox(
            clock=STOPPED,
            capacity={"workers": 1, "queue": 0},
            latency=taking(10.0),
            budget={"limit_units": 1.0},
        )
        client = await begin(sandbox)

        assert (await ask(sandbox, request(body=chat()))).status == 503
        await sandbox.clock.advance(10)
        assert (await client.read_reply()).status == 200
        client.leave()
        assert (await last(sandbox, 2)).cost == 0


class TestLeaving:
    async def test_who_leaves_the_queue_is_never_served(self, open_sandbox: OpenSandbox) -> None:
        """The place is free at once, and the next one takes it."""
        sandbox = await open_sandbox(clock=STOPPED, capacity={"workers": 1}, latency=taking(10.0))
        first, second, third = [await begin(sandbox) for _ in range(3)]
        await sandbox.clock.advance(4)

        second.leave()
        await until(lambda: sandbox.workers.queued == 1)

        await sandbox.clock.advance(16)
        assert (await first.read_reply()).status == 200
        assert (await third.read_reply()).status == 200
        left = await last(sandbox, 2)
        assert (left.ending, left.executed, left.queued_s) == ("client_left", False, 4.0)
        first.leave()
        third.leave()

    @pytest.mark.parametrize("abandon", ["finish", "stop"])
    async def test_who_leaves_in_the_middle_keeps_the_worker_busy_or_not(
        self, open_sandbox: OpenSandbox, abandon: str
    ) -> None:
        """By the settings; the next one begins 10 s after the first, or at once."""
        sandbox = await open_sandbox(
            clock=STOPPED, capacity={"workers": 1, "abandon": abandon}, latency=taking(10.0)
        )
        first, second = [await begin(sandbox) for _ in range(2)]
        await sandbox.clock.advance(4)

        first.leave()
        await until(lambda: sandbox.journal.in_flight == 1)

        await sandbox.clock.advance(20)
        assert (await second.read_reply()).status == 200
        second.leave()
        assert (await last(sandbox, 2)).queued_s == (10.0 if abandon == "finish" else 4.0)
        assert sandbox.workers.at_work == 0

    async def test_a_reset_frees_the_workers_of_those_that_left(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """A new test begins with all of them."""
        sandbox = await open_sandbox(clock=STOPPED, capacity={"workers": 1}, latency=taking(1000.0))
        client = await begin(sandbox)
        client.leave()
        await until(lambda: sandbox.workers.abandoned == 1)

        sandbox.reset()

        assert sandbox.workers.at_work == 0


class TestLoad:
    async def test_no_worker_is_lost_among_clients_that_come_and_go(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """A hundred at once, half of whom give up at some time; never more than four at work."""
        sandbox = await open_sandbox(
            capacity={"workers": 4, "queue": 60}, latency=taking(0.01), replies={"tokens": 1}
        )
        chance, most = random.Random(4), 0

        async def one(number: int) -> int:
            nonlocal most
            client = await RawClient.connect(sandbox.base_url)
            await client.send(request(body=chat(f"call {number}")))
            if number % 2:
                await asyncio.sleep(chance.random() * 0.2)
                (client.leave if number % 4 == 1 else client.reset)()
                return 0
            reply = await client.read_reply(30)
            most = max(most, sandbox.workers.at_work)
            client.leave()
            return reply.status

        statuses = await asyncio.gather(*(one(number) for number in range(100)))
        assert await sandbox.journal.wait_for(
            lambda seen: len(seen.exchanges()) == 100 and not seen.in_flight, 30
        )
        await until(lambda: sandbox.workers.at_work == 0)

        assert set(statuses) <= {0, 200, 503}
        assert statuses.count(200) >= 4
        assert most <= 4
        assert (sandbox.workers.queued, sandbox.workers.abandoned) == (0, 0)

    async def test_the_rate_is_workers_by_service_time(self, open_sandbox: OpenSandbox) -> None:
        """Eighty requests of a second for four workers take twenty seconds, to the instant."""
        sandbox = await open_sandbox(
            clock=STOPPED, capacity={"workers": 4}, latency=taking(1.0), replies={"tokens": 1}
        )
        clients = [await begin(sandbox, f"call {number}") for number in range(80)]

        done = []
        for _ in range(20):
            await sandbox.clock.advance(1)
            done.append(80 - sandbox.workers.at_work - sandbox.workers.queued)

        assert done == [4 * number for number in range(1, 21)]
        for client in clients:
            client.leave()

    async def test_the_rate_is_never_higher_in_real_time(self, open_sandbox: OpenSandbox) -> None:
        """Forty of 10 ms for four workers: no sooner than after 100 ms."""
        sandbox = await open_sandbox(
            capacity={"workers": 4}, latency=taking(0.01), replies={"tokens": 1}
        )
        began = time.monotonic()

        replies = await asyncio.gather(
            *(ask(sandbox, request(body=chat(f"call {number}"))) for number in range(40))
        )

        assert [reply.status for reply in replies] == [200] * 40
        assert time.monotonic() - began >= 0.1
        assert max(one.queued_s for one in sandbox.journal.exchanges()) >= 0.08

    async def test_abandoned_work_holds_a_server_down(self, open_sandbox: OpenSandbox) -> None:
        """Two clients ask every 5 s for 4.1 s of work and wait no longer than that.

        Called off with its client, work leaves time for one answer each time; done to its end for
        nobody, it takes the time away from those who still wait.
        """
        answered = {}
        for abandon in ("stop", "finish"):
            sandbox = await open_sandbox(
                clock=STOPPED, capacity={"workers": 1, "abandon": abandon}, latency=taking(4.1)
            )
            for _ in range(5):
                clients = [await begin(sandbox) for _ in range(2)]
                await sandbox.clock.advance(5)
                for client in clients:
                    client.leave()
                await until(lambda box=sandbox: not box.journal.in_flight)  # type: ignore[misc]
            answered[abandon] = len(sandbox.journal.exchanges(ending="complete"))

        assert answered == {"stop": 5, "finish": 2}
