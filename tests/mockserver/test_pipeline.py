"""The way of a request: the order of its steps, and that nothing is left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver import arrival, departure, pipeline
from mockserver.faults.rules import parse_rules
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request, unchunked
from tests.mockserver.talk import ask, busy, last

if TYPE_CHECKING:
    import pytest

    from mockserver.sandbox import Sandbox
    from mockserver.visit import Visit
    from tests.mockserver.conftest import OpenSandbox

EMBED = {"model": "pawa-embeddings-v1-20241001", "sentences": ["moja", "mbili"]}


def test_the_order_is_that_of_the_design() -> None:
    """Refusals for free first, then what costs, then the work; a fault before limit and budget."""
    asked = [step.__name__ for step in pipeline.ARRIVAL]
    taken = [step.__name__ for step in pipeline.DEPARTURE]
    ended = [step.__name__ for step in pipeline.END]

    assert asked == [
        *("refuse_unreadable", "check_key", "look_up_rule", "answer_by_fault", "find_endpoint"),
        *(
            "read_work",
            "check_access",
            "limit_rate",
            "reserve_budget",
            "take_capacity",
            "make_reply",
        ),
    ]
    assert taken == ["lose_answer", "sign", "shape_and_lay_out", "deliver", "judge_faults"]
    assert ended == ["end_exchange", "settle_budget", "give_back", "count_use", "close_exchange"]
    assert all(getattr(arrival, name) for name in asked)
    assert all(getattr(departure, name) for name in (*taken, *ended))


class TestAHealthyServer:
    async def test_chat_is_answered_as_json(self, sandbox: Sandbox) -> None:
        """The reply is Pawa's, the record tells everything about it."""
        received = await ask(sandbox, request(body=chat("call-0123456789ab Habari")))
        exchange = await last(sandbox)

        assert received.status == 200
        assert received.header("x-request-id") == exchange.request_id
        assert received.json["message"] == "Chat request processed successfully"  # type: ignore[index]
        assert (exchange.status, exchange.ending, exchange.executed) == (200, "complete", True)
        assert (exchange.token, exchange.attempt) == ("call-0123456789ab", 1)
        assert (exchange.key_id, exchange.project) == ("dev", "default")
        assert (exchange.model, exchange.items, exchange.stream) == (
            *("pawa-v1-ember-20240924", 1),
            False,
        )
        assert exchange.tokens_in > 0
        assert exchange.tokens_out > 0
        assert exchange.sent_bytes == received.data

    async def test_chat_is_answered_as_a_stream(self, sandbox: Sandbox) -> None:
        """Each chunk is an event, and a write of its own in the record."""
        received = await ask(sandbox, request(body=chat(stream=True)))
        exchange = await last(sandbox)
        chunks, rest = unchunked(received.body)

        assert rest == b""
        assert len(chunks) == sum(part.kind == "chunk" for part in exchange.sent) > 10
        assert exchange.stream is True

    async def test_head_gets_the_head_and_no_body(self, sandbox: Sandbox) -> None:
        """The length is that of the body that is not sent (RFC 9110 section 9.3.2)."""
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request("/v1/models", method="HEAD"))
            head = await client.read(until=b"\r\n\r\n")
            await client.send(request("/v1/models", method="GET"))
            get = await client.read_reply()

        assert (head.status, head.header("connection")) == (405, None)
        assert int(head.header("content-length") or 0) > 0
        assert head.body == b""
        assert get.status == 200

    async def test_embeddings_are_answered(self, sandbox: Sandbox) -> None:
        """One vector for each sentence."""
        received = await ask(sandbox, request("/v1/vectors/embedding", EMBED))
        exchange = await last(sandbox)

        assert len(received.json["data"]["embeddings"]) == 2  # type: ignore[index]
        assert exchange.items == 2


class TestWhenThingsGoWrong:
    async def test_a_client_that_leaves_in_its_own_request_is_recorded(
        self, sandbox: Sandbox
    ) -> None:
        """Half a body is an exchange too, with no answer."""
        client = await RawClient.connect(sandbox.base_url)
        await client.send(request(body=chat())[:-10])
        await busy(sandbox.connections)
        client.leave()
        exchange = await last(sandbox)

        assert (exchange.ending, exchange.status) == ("client_left", None)
        assert exchange.client_left_how == "fin"
        assert exchange.body_length < (exchange.content_length or 0)

    async def test_a_mistake_of_ours_is_500_and_recorded(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The client gets the envelope, the log the traceback, the journal the exchange."""

        def broken(visit: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(pipeline, "ARRIVAL", (broken,))
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat()))
            received = await client.read()
        exchange = await last(sandbox)

        assert (received.status, received.ending) == (500, "fin")
        assert received.json["success"] is False  # type: ignore[index]
        assert (exchange.status, exchange.ending) == (500, "complete")
        assert "ZeroDivisionError" in caplog.text

    async def test_a_mistake_behind_the_answer_leaves_no_money_reserved(
        self, open_sandbox: OpenSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever happens, the ledger and the journal have nothing open."""

        async def broken(visit: object) -> None:
            raise ZeroDivisionError

        sandbox = await open_sandbox(budget={"limit_units": 1000})
        steps = (departure.sign, departure.shape_and_lay_out, departure.deliver, broken)
        monkeypatch.setattr(pipeline, "DEPARTURE", steps)
        received = await ask(sandbox, request(body=chat()))
        exchange = await last(sandbox)

        assert received.status == 200
        assert exchange.ending == "complete"
        assert sandbox.ledger.reserved_micro == 0
        assert sandbox.journal.in_flight == 0

    async def test_a_mistake_in_giving_back_keeps_nothing_else_from_it(
        self,
        open_sandbox: OpenSandbox,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The limit before it is settled, the worker behind it is free, the exchange is closed."""

        def broken() -> None:
            raise ZeroDivisionError

        def break_soon(visit: Visit) -> None:
            visit.on_end.append(broken)

        sandbox = await open_sandbox(
            rate_limits=[{"dimension": "concurrency", "limit": 1}], capacity={"workers": 1}
        )
        place = pipeline.ARRIVAL.index(arrival.take_capacity)
        steps = (*pipeline.ARRIVAL[:place], break_soon, *pipeline.ARRIVAL[place:])
        monkeypatch.setattr(pipeline, "ARRIVAL", steps)
        statuses = [(await ask(sandbox, request(body=chat()))).status for _ in range(2)]
        await last(sandbox, 2)

        assert statuses == [200, 200]
        assert sandbox.workers.at_work == 0
        assert sandbox.journal.in_flight == 0
        assert "ZeroDivisionError" in caplog.text


async def test_a_request_keeps_the_settings_it_began_with(open_sandbox: OpenSandbox) -> None:
    """A swap in the middle of a hold changes the next request, not this one."""
    sandbox = await open_sandbox(latency={"answer_s": 0.1})
    settings = sandbox.settings
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat()))
        await sandbox.journal.wait_for(lambda seen: seen.in_flight == 1, LONG_S)
        sandbox.replace_settings(settings.model_copy(update={"keys": ()}))
        sandbox.replace_rules(parse_rules([{"fault": {"kind": "status", "status": 503}}]))
        first = await client.read_reply()
        await client.send(request(body=chat()))
        second = await client.read_reply()

    assert (first.status, second.status) == (200, 401)
