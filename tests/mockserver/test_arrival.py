"""What may answer a request before the API does, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, busy, last

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "status", "message"),
        [
            (request(body=chat(), key=None), 401, "Unauthorized access"),
            (request(body=chat(), key="nobody"), 401, "Unauthorized access"),
            (request("/v1/nothing", method="GET"), 404, "Not found: /v1/nothing"),
            (request("/", method="GET", key=None), 404, "Not found: /"),
            (request("/v1/models", method="PUT"), 405, "Method not allowed: PUT"),
            (request(body=b"[1"), 400, "body must be a JSON object"),
        ],
    )
    async def test_they_come_in_the_envelope(
        self, sandbox: Sandbox, data: bytes, status: int, message: str
    ) -> None:
        """Status, message and request id; nothing was done, and the connection goes on."""
        received = await ask(sandbox, data)
        exchange = await last(sandbox)

        assert received.status == status
        assert received.json == {"success": False, "message": message, "data": None}
        assert received.header("x-request-id") == exchange.request_id
        assert received.header("connection") is None
        assert exchange.executed is False

    async def test_405_names_what_is_allowed(self, sandbox: Sandbox) -> None:
        """RFC 9110 section 15.5.6."""
        received = await ask(sandbox, request("/v1/models", method="PUT"))

        assert received.header("allow") == "GET"

    @pytest.mark.parametrize("announce", [True, False])
    async def test_404_says_in_the_journal_what_came_nearest(
        self, open_sandbox: OpenSandbox, announce: bool
    ) -> None:
        """And in a header where rules are announced; the message stays as it is."""
        sandbox = await open_sandbox(announce_rules=announce)
        received = await ask(sandbox, request("/v1/chat/completions", body=chat()))
        nothing = await ask(sandbox, request("/favicon.ico", method="GET", key=None))
        nearest = [exchange.nearest for exchange in (await last(sandbox), await last(sandbox, 2))]

        assert received.json == {
            "success": False,
            "message": "Not found: /v1/chat/completions",
            "data": None,
        }
        assert received.header("x-mock-nearest") == ("POST /v1/chat/request" if announce else None)
        assert nothing.header("x-mock-nearest") is None
        assert nearest == ["POST /v1/chat/request", None]

    async def test_a_body_over_the_limit_is_413(self, open_sandbox: OpenSandbox) -> None:
        """The limit is a setting, and the connection is closed behind the answer."""
        sandbox = await open_sandbox(api={"max_body_bytes": 1000})
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=b"x" * 2000))
            received = await client.read()

        assert (received.status, received.ending) == (413, "fin")
        assert received.header("connection") == "close"
        assert "1000 bytes" in received.json["message"]  # type: ignore[index]

    async def test_a_body_at_the_limit_is_taken(self, open_sandbox: OpenSandbox) -> None:
        """The limit itself is allowed."""
        data = request(body=b"x" * 1000)
        sandbox = await open_sandbox(api={"max_body_bytes": 1000})

        assert (await ask(sandbox, data)).status == 400

    async def test_a_broken_body_is_400(self, sandbox: Sandbox) -> None:
        """And says that the body is at fault."""
        head = request(headers=(("Transfer-Encoding", "chunked"),))
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(head)
            await busy(sandbox.connections)
            await client.send(b"nonsense\r\n")
            received = await client.read()

        assert (received.status, received.ending) == (400, "fin")
        assert b"Malformed request body" in received.body


class TestLimits:
    async def test_a_fault_uses_up_neither_limit_nor_budget(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """What a rule answers is free, however often."""
        sandbox = await open_sandbox(
            rate_limit={"requests_per_minute": 1},
            budget={"limit_units": 1000},
            rules=[{"fault": {"kind": "status", "status": 503}, "when": {"times": 5}}],
        )
        statuses = [(await ask(sandbox, request(body=chat()))).status for _ in range(7)]
        assert statuses == [503] * 5 + [200, 429]
        assert all(exchange.cost == 0 for exchange in sandbox.journal.exchanges(status=503))

    async def test_a_key_is_checked_before_a_rule_is_asked(self, open_sandbox: OpenSandbox) -> None:
        """A request that nobody may make meets no fault and is seen by no rule."""
        sandbox = await open_sandbox(rules=[{"fault": {"kind": "status", "status": 503}}])

        assert (await ask(sandbox, request(body=chat(), key=None))).status == 401
        assert sandbox.plan_status()[0].seen == 0

    async def test_a_limit_counts_each_key_by_itself(self, open_sandbox: OpenSandbox) -> None:
        """One key's traffic is not the other's."""
        keys = [{"id": name, "key": f"pawa-key-{name}"} for name in ("a", "b")]
        sandbox = await open_sandbox(keys=keys, rate_limit={"requests_per_minute": 1})
        statuses = [
            (await ask(sandbox, request(body=chat(), key=f"pawa-key-{name}"))).status
            for name in ("a", "a", "b")
        ]

        assert statuses == [200, 429, 200]

    async def test_a_refusing_rule_closes_the_listener_before_the_reset(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """A client that tries again at once is refused already."""
        sandbox = await open_sandbox(rules=[{"fault": {"kind": "refuse", "duration_s": 0.2}}])
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat()))
            received = await client.read()
            with pytest.raises(ConnectionRefusedError):
                await RawClient.connect(sandbox.base_url)

        assert (received.data, received.ending) == (b"", "rst")
