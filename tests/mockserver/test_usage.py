"""What was used, by day, key, project, model and endpoint."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from mockserver.usage import Usage, Use, endpoint_at
from tests.mockserver.onewire import open_exchange
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    from mockserver.visit import Visit
    from tests.mockserver.conftest import OpenSandbox

DAY_S = 86_400
KEYS = [
    {"id": "a", "key": "key-a-1", "project": "staging"},
    {"id": "b", "key": "key-b-1", "project": "production"},
]


def over(day: int = 0, *, model: str | None = "m", status: int | None = 200, **use: Any) -> Visit:
    """A request that is over."""
    fields: dict[str, Any] = {
        "key_id": "a",
        "project": "p",
        "wall": day * DAY_S + 5.0,
        "status": status,
    }
    exchange = open_exchange(None, **(fields | use))
    work = None if model is None else SimpleNamespace(model=model)
    return cast("Visit", SimpleNamespace(exchange=exchange, work=work, route=None))


def test_requests_are_summed_by_what_is_asked_for() -> None:
    """Each sum says which it is."""
    usage = Usage()
    usage.count(over(tokens_in=3, tokens_out=4, cost_micro=5))
    usage.count(over(1, tokens_in=30, tokens_out=40, cost_micro=50))
    usage.count(over(1, key_id="b", model="n"))

    (everything,) = usage.told(())
    assert (everything.requests, everything.tokens_in, everything.tokens_out) == (3, 33, 44)
    assert everything.cost_micro == 55
    by_key = usage.told(("key", "model"))
    assert [(use.labels, use.requests) for use in by_key] == [
        ({"key": "a", "model": "m"}, 2),
        ({"key": "b", "model": "n"}, 1),
    ]
    assert [use.labels["day"] for use in usage.told(("day",))] == ["1970-01-01", "1970-01-02"]
    assert usage.told(())[0].labels == {}


def test_refusals_are_counted_by_status() -> None:
    """And requests that got no answer; neither has used any tokens that were never read."""
    usage = Usage()
    for status in (200, 402, 429, 429, None):
        usage.count(over(status=status))
    usage.count(over(status=400, model=None, tokens_in=9))

    assert usage.told(()) == (Use({}, requests=6, refused={402: 1, 429: 2, 400: 1}, unanswered=1),)


def test_days_can_be_picked() -> None:
    """Both ends included."""
    usage = Usage()
    for day in range(5):
        usage.count(over(day))

    found = usage.told(("day",), since=date(1970, 1, 2), until=date(1970, 1, 3))
    assert [use.labels["day"] for use in found] == ["1970-01-02", "1970-01-03"]
    assert len(usage.told(("day",), since=date(1970, 1, 4))) == 2


def test_rows_are_bounded_and_totals_are_not_lost() -> None:
    """The oldest days become one."""
    usage = Usage(rows_kept=10)
    for day in range(100):
        usage.count(over(day, tokens_in=1))

    assert len(usage.rows) <= 11
    assert usage.told(())[0].tokens_in == 100
    by_day = usage.told(("day",))
    assert [use.labels["day"] for use in by_day][:2] == ["earlier", "1970-04-01"]
    assert sum(use.requests for use in by_day) == 100
    assert sum(use.requests for use in usage.told((), since=date(1970, 1, 1))) < 100


def test_an_endpoint_is_known_of_requests_that_never_came_to_it() -> None:
    """By method and path."""
    assert endpoint_at("POST", "/v1/chat/request") == "chat"
    assert endpoint_at("GET", "/v1/chat/request") is None
    assert endpoint_at("POST", "/elsewhere") is None


async def test_a_sandbox_counts_every_request_once(open_sandbox: OpenSandbox) -> None:
    """Served, refused by a fault, by its key or for its body, and left in the middle."""
    rules = [
        {"match": {"key": "b"}, "when": {"times": 1}, "fault": {"kind": "status", "status": 503}},
        {"match": {"stream": True}, "fault": {"kind": "stall", "after_chunks": 2, "seconds": 60}},
    ]
    sandbox = await open_sandbox(keys=KEYS, rules=rules, pricing={}, replies={"tokens": 10})
    for key in ("key-a-1", "key-b-1", "key-b-1", "wrong"):
        await ask(sandbox, request(body=chat("a b"), key=key))
    await ask(sandbox, request(body=b"{}", key="key-a-1"))
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat("a b", stream=True), key="key-a-1"))
        await client.read(until=b"data")
    await last(sandbox, 6)

    told = sandbox.usage.told(("key", "project", "model", "endpoint"))
    chats = [(use.labels["key"], use.labels["project"], use.requests, use.refused) for use in told]
    assert {use.labels["endpoint"] for use in told} == {"chat"}
    assert chats == [
        (None, None, 1, {401: 1}),
        ("a", "staging", 1, {400: 1}),
        ("a", "staging", 2, {}),
        ("b", "production", 1, {503: 1}),
        ("b", "production", 1, {}),
    ]
    exchanges = sandbox.journal.exchanges()
    assert sum(use.cost_micro for use in told) == sum(one.cost_micro for one in exchanges) > 0
    assert told[2].tokens_out == 10 + 2

    sandbox.reset()
    assert sandbox.usage.told() == ()
