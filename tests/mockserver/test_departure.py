"""How an answer leaves: shaped by faults, judged, and paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.mockserver.rawclient import LONG_S, RawClient, chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    from mockserver.journal import Journal
    from tests.mockserver.conftest import OpenSandbox

BUDGET: dict[str, Any] = {"limit_units": 1.0, "price": {"in_per_1k": 0.0, "out_per_1k": 10.0}}


def sent(journal: Journal, kind: str) -> int:
    """How many parts of that kind the latest exchange has written."""
    exchanges = journal.exchanges()
    return sum(part.kind == kind for part in exchanges[-1].sent) if exchanges else 0


class TestFaults:
    async def test_the_rule_and_its_faults_are_in_the_record(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """Also its draw, and that it was delivered."""
        rule = {"id": "dice", "fault": {"kind": "noop"}, "when": {"probability": 1.0}}
        sandbox = await open_sandbox(rules=[rule], seed=7)
        await ask(sandbox, request(body=chat()))
        exchange = await last(sandbox)

        assert (exchange.rule, exchange.faults) == ("dice", ("noop",))
        assert exchange.draw is not None
        assert 0 <= exchange.draw < 1
        assert exchange.delivered is True
        assert sandbox.plan_status()[0].delivered == 1

    async def test_a_stream_fault_on_a_json_reply_is_not_delivered(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """It fired, and had nothing to work on."""
        fault = {"kind": "cut_stream", "after_chunks": 2}
        sandbox = await open_sandbox(rules=[{"fault": fault}])
        received = await ask(sandbox, request(body=chat()))
        exchange = await last(sandbox)
        (status,) = sandbox.plan_status()

        assert received.status == 200
        assert exchange.delivered is False
        assert (status.fired, status.delivered) == (1, 0)

    async def test_a_client_that_leaves_in_the_stall_has_met_it(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """Delivered, although the planned ending never came."""
        fault = {"kind": "stall", "after_chunks": 2, "seconds": 60}
        sandbox = await open_sandbox(rules=[{"fault": fault}])
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat(stream=True)))
            assert await sandbox.journal.wait_for(lambda seen: sent(seen, "chunk") == 2, LONG_S)
        exchange = await last(sandbox)

        assert (exchange.ending, exchange.delivered) == ("client_left", True)

    async def test_a_client_that_leaves_before_the_cut_has_not_met_it(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """The plan was not carried out, and says so."""
        faults = [
            {"kind": "slow_first_token", "seconds": 60},
            {"kind": "cut_stream", "after_chunks": 2},
        ]
        sandbox = await open_sandbox(rules=[{"faults": faults}])
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat(stream=True)))
            assert await sandbox.journal.wait_for(lambda seen: sent(seen, "head") == 1, LONG_S)
        exchange = await last(sandbox)

        assert (exchange.ending, exchange.delivered) == ("client_left", False)

    @pytest.mark.parametrize("announce", [True, False])
    async def test_rules_are_announced_only_when_asked(
        self, open_sandbox: OpenSandbox, announce: bool
    ) -> None:
        """A client that is judged is not told."""
        rule = {"id": "dice", "fault": {"kind": "status", "status": 503}}
        sandbox = await open_sandbox(rules=[rule], announce_rules=announce)
        received = await ask(sandbox, request(body=chat()))

        assert received.header("x-mock-rule") == ("dice" if announce else None)


class TestExecute:
    async def test_the_work_is_done_and_paid_for_and_its_answer_is_lost(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """The client sees 503; the journal, the budget and the limit know better."""
        rule = {"fault": {"kind": "status", "status": 503}, "execute": True}
        sandbox = await open_sandbox(budget=BUDGET, replies={"tokens": 40}, rules=[rule])
        received = await ask(sandbox, request(body=chat()))
        exchange = await last(sandbox)

        assert (received.status, exchange.status) == (503, 503)
        assert (exchange.executed, exchange.delivered) == (True, True)
        assert exchange.tokens_out == 40
        assert exchange.cost == pytest.approx(0.4)

    async def test_a_connection_that_is_reset_after_the_work_has_cost_all_of_it(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """Also a stream, of which not one byte was sent."""
        rule = {"fault": {"kind": "rst_before_headers"}, "execute": True}
        sandbox = await open_sandbox(budget=BUDGET, replies={"tokens": 40}, rules=[rule])
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat(stream=True)))
            received = await client.read()
        exchange = await last(sandbox)

        assert (received.data, received.ending) == (b"", "rst")
        assert (exchange.executed, exchange.delivered) == (True, True)
        assert exchange.cost == pytest.approx(0.4)

    async def test_what_is_refused_is_not_executed_and_the_refusal_goes_out(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """Nothing was lost, so the rule has not been delivered."""
        rule = {"id": "lost", "fault": {"kind": "status", "status": 503}, "execute": True}
        sandbox = await open_sandbox(
            rules=[rule], rate_limit={"requests_per_minute": 1}, announce_rules=True
        )
        first = await ask(sandbox, request(body=chat()))
        second = await ask(sandbox, request(body=chat()))
        exchange = await last(sandbox, 2)

        assert [first.status, second.status] == [503, 429]
        assert (first.header("x-mock-rule"), second.header("x-mock-rule")) == ("lost", None)
        assert (exchange.executed, exchange.delivered) == (False, False)
        assert sandbox.plan_status()[0].delivered == 1

    async def test_without_execute_no_work_is_done(self, open_sandbox: OpenSandbox) -> None:
        """Neither limit nor budget is touched."""
        sandbox = await open_sandbox(
            budget=BUDGET, rules=[{"fault": {"kind": "status", "status": 503}}]
        )
        await ask(sandbox, request(body=chat()))
        exchange = await last(sandbox)

        assert (exchange.executed, exchange.delivered, exchange.cost) == (False, True, 0.0)


class TestMoney:
    async def test_a_reply_is_paid_for_by_its_tokens(self, open_sandbox: OpenSandbox) -> None:
        """Forty tokens at 10 a thousand cost 0.4; the third no longer fits."""
        sandbox = await open_sandbox(budget=BUDGET, replies={"tokens": 40})
        statuses = [(await ask(sandbox, request(body=chat()))).status for _ in range(3)]
        exchange = await last(sandbox)

        assert statuses == [200, 200, 402]
        assert exchange.cost == pytest.approx(0.4)
        assert sandbox.ledger.spent_micro == 800_000
        assert sandbox.ledger.reserved_micro == 0

    async def test_a_cut_stream_costs_what_was_sent(self, open_sandbox: OpenSandbox) -> None:
        """The rest of the reservation is given back."""
        rule = {"fault": {"kind": "cut_stream", "after_chunks": 3, "how": "rst"}}
        sandbox = await open_sandbox(budget=BUDGET, rules=[rule])
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat(stream=True)))
            await client.read()
        exchange = await last(sandbox)

        assert exchange.tokens_out == 3
        assert exchange.cost == pytest.approx(0.03)
        assert sandbox.ledger.reserved_micro == 0
