"""Budgets over real sockets: two hundred requests at once, cancels, cuts, days and stops.

At every change of the ledger nothing is over its limit, and at the end it agrees with the journal
to the millionth of a unit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.admission.ledger import Ledger, Reservation
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last, until

if TYPE_CHECKING:
    from mockserver.admission.ledger import Account
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

AT_ONCE = 200
LATE_S = 60.0
"""How long a machine that is busy may take for all of them."""

KEYS = [{"id": name, "key": f"key-{name}-1", "project": "staging"} for name in ("a", "b")]


@dataclass
class Watch:
    """Looks at a ledger after each of its changes."""

    ledger: Ledger
    most: dict[str, int] = field(default_factory=dict)
    """The most that was ever spent and set aside of a budget, in micro-units."""

    def look(self) -> None:
        for account in self.ledger.accounts(0.0):
            for pot in (account.period.units, account.period.tokens):
                assert pot.reserved >= 0
                assert pot.ceiling is None or pot.spent + pot.reserved <= pot.ceiling
            held = account.period.units.spent + account.period.units.reserved
            name = f"{account.budget.id}/{account.subject}"
            self.most[name] = max(self.most.get(name, 0), held)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[Watch]:
    """The watches of every ledger that is used in a test."""
    watches: dict[int, Watch] = {}
    reserve, settle = Ledger.reserve, Ledger.settle
    found: list[Watch] = []

    def watch(ledger: Ledger) -> Watch:
        if id(ledger) not in watches:
            watches[id(ledger)] = Watch(ledger)
            found.append(watches[id(ledger)])
        return watches[id(ledger)]

    def watched_reserve(ledger: Ledger, *asked: Any) -> Reservation | Account:
        given = reserve(ledger, *asked)
        watch(ledger).look()
        return given

    def watched_settle(ledger: Ledger, *used: Any) -> None:
        settle(ledger, *used)
        watch(ledger).look()

    monkeypatch.setattr(Ledger, "reserve", watched_reserve)
    monkeypatch.setattr(Ledger, "settle", watched_settle)
    return found


async def one_of_many(sandbox: Sandbox, number: int) -> int:
    """JSON, a stream, a stream that the client leaves, or one that a rule cuts; the status."""
    kind = ("json", "whole", "leave", "cut")[number % 4]
    body = chat(f"{kind} {number}", stream=kind != "json")
    key = KEYS[number // 4 % 2]["key"]
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=body, key=key, headers=(("Connection", "close"),)))
        received = await client.read(LATE_S, until=b"data" if kind == "leave" else None)
        if kind == "leave" and number % 8 == 2:
            client.reset()
        return received.status


async def test_two_hundred_at_once_never_pass_a_limit_and_lose_nothing(
    open_sandbox: OpenSandbox, watched: list[Watch]
) -> None:
    """JSON and streams, left by the client or cut by a rule, under four budgets at once."""
    rule = {
        "match": {"body": "cut "},
        "fault": {"kind": "cut_stream", "after_chunks": 3, "how": "rst"},
    }
    sandbox = await open_sandbox(
        keys=KEYS,
        rules=[rule],
        pricing={"price": {"in_per_1k": 1.0, "out_per_1k": 2.003, "per_request": 0.000007}},
        budget={"limit_units": 4.0},
        budgets=[
            {"id": "each", "scope": "key", "limit_units": 2.5, "limit_tokens": 1_500},
            {"id": "watching", "limit_units": 0.5, "mode": "soft"},
        ],
        projects=[{"id": "staging", "budget": {"limit_units": 3.9, "spelling": 429}}],
        stream={"interval_s": 0.002},
    )
    statuses = await asyncio.gather(*(one_of_many(sandbox, n) for n in range(AT_ONCE)))
    assert await sandbox.journal.wait_for(lambda seen: not seen.in_flight, LATE_S)

    exchanges = sandbox.journal.exchanges()
    accounts = sandbox.ledger.accounts(0.0)
    paid = sum(one.cost_micro for one in exchanges)
    assert len(exchanges) == AT_ONCE
    assert {200} < set(statuses) <= {200, 402, 429}
    assert {one.ending for one in exchanges} == {"complete", "client_left", "rst"}
    assert all(one.cost_micro == 0 for one in exchanges if one.status != 200)
    for account in accounts:
        own = [one for one in exchanges if account.subject in {"", "staging", one.key_id}]
        units, tokens = account.period.units, account.period.tokens
        assert (units.reserved, tokens.reserved) == (0, 0)
        assert units.spent == sum(one.cost_micro for one in own)
        used = [one.tokens_in + one.tokens_out for one in own if one.executed]
        assert tokens.spent == sum(used)
    assert sum(account.refused for account in accounts) == sum(s != 200 for s in statuses)
    (total,) = sandbox.usage.told(())
    assert (total.requests, total.cost_micro) == (AT_ONCE, paid)
    (watch,) = watched
    assert watch.most["project:staging/staging"] <= 3_900_000


async def test_a_request_that_is_open_at_midnight_belongs_to_the_day_before(
    open_sandbox: OpenSandbox,
) -> None:
    """The new day has its whole budget at once."""
    stall = {"kind": "stall", "after_chunks": 2, "seconds": 60}
    sandbox = await open_sandbox(
        budget={"limit_units": 0.1, "period": "daily"},
        rules=[{"match": {"stream": True}, "fault": stall}],
        clock={"start": "2026-12-31T23:59:30Z", "frozen": True},
    )
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat("a b", stream=True)))
        await until(lambda: sent(sandbox) == 2)
        assert (await ask(sandbox, request(body=chat("a b")))).status == 402

        await sandbox.clock.advance(40)
        assert (await ask(sandbox, request(body=chat("a b")))).status == 200
    await last(sandbox, 3)

    stream, _, json = sandbox.journal.exchanges()
    (account,) = sandbox.ledger.accounts(sandbox.clock.wall_s())
    (before,) = account.history
    assert (before.units.spent, before.units.reserved) == (stream.cost_micro, 0)
    assert (account.period.units.spent, account.period.units.reserved) == (json.cost_micro, 0)
    assert stream.cost_micro > 0
    assert json.cost_micro == 82_000


async def test_a_server_that_stops_in_a_stream_is_paid_for_what_was_sent(
    open_sandbox: OpenSandbox,
) -> None:
    """And nothing stays set aside."""
    stall = {"kind": "stall", "after_chunks": 3, "seconds": 60}
    sandbox = await open_sandbox(budget={"limit_units": 1}, rules=[{"fault": stall}])
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat("a b", stream=True)))
        await until(lambda: sent(sandbox) == 3)
        await sandbox.close()

    exchange = await last(sandbox)
    assert (exchange.ending, exchange.tokens_out) == ("server_stopped", 3)
    assert exchange.cost_micro == 2 * 1_000 + 3 * 2_000 == sandbox.ledger.spent_micro
    assert sandbox.ledger.reserved_micro == 0


async def test_a_client_that_leaves_before_the_work_pays_nothing(
    open_sandbox: OpenSandbox,
) -> None:
    """It waited for a worker."""
    sandbox = await open_sandbox(
        budget={"limit_units": 1}, capacity={"workers": 1, "queue": 5, "frozen": True}
    )
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat("a b")))
        await until(lambda: sandbox.ledger.reserved_micro > 0)
    exchange = await last(sandbox)

    assert (exchange.ending, exchange.cost_micro) == ("client_left", 0)
    assert (sandbox.ledger.spent_micro, sandbox.ledger.reserved_micro) == (0, 0)


async def test_a_project_has_money_of_its_own(open_sandbox: OpenSandbox) -> None:
    """Beside that of the sandbox; the other projects have none to lose."""
    keys = [*KEYS, {"id": "c", "key": "key-c-1", "project": "production"}]
    projects = [{"id": "staging", "budget": {"limit_units": 0.1, "spelling": 403}}]
    sandbox = await open_sandbox(
        keys=keys, projects=[*projects, {"id": "production"}], budget={"limit_units": 0.2}
    )
    body = chat("a b")
    asked = ("key-a-1", "key-b-1", "key-c-1", "key-c-1")
    statuses = [(await ask(sandbox, request(body=body, key=key))).status for key in asked]

    assert statuses == [200, 403, 200, 402]


def sent(sandbox: Sandbox) -> int:
    """How many chunks the first exchange has written."""
    exchanges = sandbox.journal.exchanges()
    return sum(part.kind == "chunk" for part in exchanges[0].sent) if exchanges else 0
