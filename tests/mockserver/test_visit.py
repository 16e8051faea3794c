"""A visit opens the exchange of a request with everything that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox


async def test_attempts_of_a_call_are_counted(sandbox: Sandbox) -> None:
    """The same call token again is the next attempt."""
    for _ in range(3):
        await ask(sandbox, request(body=chat("call-0123456789ab")))
    await last(sandbox, 3)

    attempts = [e.attempt for e in sandbox.journal.exchanges(token="call-0123456789ab")]
    assert attempts == [1, 2, 3]


async def test_a_visit_knows_key_and_project(open_sandbox: OpenSandbox) -> None:
    """An unknown key belongs to nobody; the request is recorded all the same."""
    keys = [{"id": "shop", "key": "pawa-shop-key", "project": "duka"}]
    sandbox = await open_sandbox(keys=keys)
    await ask(sandbox, request(body=chat(), key="pawa-shop-key"))
    await ask(sandbox, request(body=chat(), key="pawa-other-key"))
    known, unknown = await last(sandbox), await last(sandbox, 2)

    assert (known.key_id, known.project) == ("shop", "duka")
    assert known.secrets_at == ("header:authorization",)
    assert (unknown.key_id, unknown.project, unknown.secrets_at) == (None, None, ())
    assert all("pawa-" not in value for _, value in (*known.headers, *unknown.headers))


async def test_requests_of_a_connection_are_numbered(sandbox: Sandbox) -> None:
    """Connection and ordinal tell which request came where."""
    async with await RawClient.connect(sandbox.base_url) as client:
        for _ in range(2):
            await client.send(request("/v1/models", method="GET"))
            await client.read_reply()
    await ask(sandbox, request("/v1/models", method="GET"))
    await last(sandbox, 3)

    places = [(e.connection, e.ordinal) for e in sandbox.journal.exchanges()]
    assert places == [(1, 1), (1, 2), (2, 1)]
    assert [c.exchanges for c in sandbox.journal.connections()] == [2, 1]
