"""A sandbox is one world: its rules, settings, counters and port are its own."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest

from mockserver.errors import DefaultSandboxError
from mockserver.faults.rules import RuleError, parse_rules
from mockserver.sandbox import TOKENS_COUNTED, Sandbox
from mockserver.settings import SandboxSettings
from tests.mockserver.rawclient import LONG_S, RawClient, chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.faults.rules import Rule
    from tests.mockserver.conftest import OpenSandbox


def status_rule(status: int, **given: object) -> Rule:
    (rule,) = parse_rules([{"fault": {"kind": "status", "status": status}, **given}])
    return rule


async def status_of(sandbox: Sandbox) -> int:
    return (await ask(sandbox, request(body=chat()))).status


class TestRules:
    async def test_replacing_puts_another_plan_in_force(self, sandbox: Sandbox) -> None:
        """From the next request on, with counters at nothing."""
        sandbox.replace_rules([status_rule(503)])
        assert await status_of(sandbox) == 503

        sandbox.replace_rules([status_rule(500)])

        assert await status_of(sandbox) == 500
        assert [status.fired for status in sandbox.plan_status()] == [1]

    async def test_adding_and_removing_leaves_the_other_counters(self, sandbox: Sandbox) -> None:
        """A rule that was used up stays so."""
        sandbox.replace_rules([status_rule(503, id="once", when={"times": 1})])
        assert await status_of(sandbox) == 503

        sandbox.add_rule(status_rule(500, id="then"))
        assert await status_of(sandbox) == 500
        sandbox.remove_rule("then")

        assert await status_of(sandbox) == 200
        assert [(s.id, s.fired) for s in sandbox.plan_status()] == [("once", 1)]

    async def test_twins_change_nothing(self, sandbox: Sandbox) -> None:
        """The old plan stays when the new one is wrong."""
        sandbox.replace_rules([status_rule(503, id="a")])

        with pytest.raises(RuleError, match="'a' occurs 2 times"):
            sandbox.replace_rules([status_rule(500, id="a"), status_rule(502, id="a")])

        assert await status_of(sandbox) == 503

    async def test_a_rule_that_is_not_there_cannot_be_removed(self, sandbox: Sandbox) -> None:
        """And the plan stays."""
        with pytest.raises(KeyError, match="nobody"):
            sandbox.remove_rule("nobody")

    async def test_a_window_begins_when_the_plan_is_set(self, sandbox: Sandbox) -> None:
        """``from_s`` and ``until_s`` count from there."""
        sandbox.replace_rules([status_rule(503, when={"from_s": 0.1})])
        before = await status_of(sandbox)
        await asyncio.sleep(0.11)

        assert (before, await status_of(sandbox)) == (200, 503)


class TestRefusing:
    RULE = {"fault": {"kind": "refuse", "duration_s": 0.2}, "when": {"times": 1}}  # noqa: RUF012 - read only

    async def refused_for(self, sandbox: Sandbox) -> float:
        """How long connections are refused from now on, in seconds."""
        began = time.monotonic()
        while time.monotonic() - began < LONG_S:
            try:
                (await RawClient.connect(sandbox.base_url)).leave()
            except ConnectionRefusedError:
                await asyncio.sleep(0.005)
            else:
                return time.monotonic() - began
        pytest.fail("connections are refused for ever")

    async def reset_by(self, sandbox: Sandbox) -> str:
        async with await RawClient.connect(sandbox.base_url) as client:
            await client.send(request(body=chat()))
            return (await client.read()).ending

    async def test_connections_are_refused_for_a_while(self, open_sandbox: OpenSandbox) -> None:
        """Then the same port accepts again, and a client that came back is served."""
        sandbox = await open_sandbox(rules=[self.RULE])
        port = sandbox.port

        assert await self.reset_by(sandbox) == "rst"
        assert not sandbox.listening
        assert await self.refused_for(sandbox) >= 0.15
        assert sandbox.port == port
        assert await status_of(sandbox) == 200

    async def test_idle_connections_are_reset_and_busy_ones_are_not(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """A pool does not outlive the server that it was made with."""
        hold = {"fault": {"kind": "hold", "seconds": 0.2}, "match": {"body": "polepole"}}
        sandbox = await open_sandbox(rules=[hold, self.RULE])
        idle, busy = [await RawClient.connect(sandbox.base_url) for _ in range(2)]
        await idle.send(request("/v1/models", method="GET", key=None))
        await idle.read_reply()
        await busy.send(request(body=chat("polepole")))
        await sandbox.journal.wait_for(lambda seen: seen.in_flight == 1, LONG_S)

        await self.reset_by(sandbox)

        assert (await idle.read()).ending == "rst"
        assert (await busy.read_reply()).status == 200
        busy.leave()
        idle.leave()

    @pytest.mark.parametrize("how", ["replace", "remove", "reset"])
    async def test_it_is_over_when_the_rule_is_gone(
        self, open_sandbox: OpenSandbox, how: str
    ) -> None:
        """Without a duration the refusal lasts as long as its rule."""
        sandbox = await open_sandbox(rules=[{"id": "gone", "fault": {"kind": "refuse"}}])
        await self.reset_by(sandbox)
        assert not sandbox.listening

        if how == "replace":
            sandbox.replace_rules([])
        elif how == "remove":
            sandbox.remove_rule("gone")
        else:
            sandbox.reset()

        assert await self.refused_for(sandbox) < 0.1

    async def test_the_control_apis_door_cannot_be_closed_for_good(self) -> None:
        """On a shared listener a refusal needs a duration."""
        settings = SandboxSettings.model_validate({"rules": [{"fault": {"kind": "refuse"}}]})

        with pytest.raises(DefaultSandboxError, match="give it a duration_s"):
            Sandbox(settings, door=lambda serve: serve)


class TestSettings:
    async def test_a_swap_keeps_plan_counters_and_journal(self, sandbox: Sandbox) -> None:
        """Raising a limit in the middle of a test does not start it anew."""
        sandbox.replace_rules([status_rule(503, when={"times": 1})])
        assert await status_of(sandbox) == 503

        sandbox.replace_settings(sandbox.settings.model_copy(update={"announce_rules": True}))

        assert await status_of(sandbox) == 200
        assert len(sandbox.journal.exchanges()) == 2

    async def test_a_swap_of_rules_sets_them_anew(self, sandbox: Sandbox) -> None:
        """Rules in the new snapshot take the place of the plan."""
        rules = (status_rule(503),)
        sandbox.replace_settings(sandbox.settings.model_copy(update={"rules": rules}))

        assert await status_of(sandbox) == 503

    async def test_a_revision_keeps_the_counters_of_rules_that_stay(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """What was used up stays used up; a rule that was changed begins anew."""
        stays, goes = status_rule(503, id="a", when={"times": 1}), status_rule(500, id="b")
        sandbox = await open_sandbox(rules=[stays, goes])
        assert [await status_of(sandbox) for _ in range(2)] == [503, 500]

        changed = status_rule(502, id="b")
        rules = (changed, stays)
        sandbox.revise(sandbox.settings.model_copy(update={"rules": rules}), rules)

        assert await status_of(sandbox) == 502
        counts = [(status.id, status.seen, status.fired) for status in sandbox.plan_status()]
        assert counts == [("b", 1, 1), ("a", 2, 1)]

    async def test_a_revision_with_another_seed_begins_anew(
        self, open_sandbox: OpenSandbox
    ) -> None:
        """The draws are others."""
        rules = (status_rule(503, id="a", when={"times": 1}),)
        sandbox = await open_sandbox(rules=rules)
        assert [await status_of(sandbox) for _ in range(2)] == [503, 200]

        sandbox.revise(sandbox.settings.model_copy(update={"seed": 5}), rules)

        assert await status_of(sandbox) == 503

    async def test_old_keys_stay_secret(self, sandbox: Sandbox) -> None:
        """A key that was taken away is still masked when a client goes on using it."""
        settings = SandboxSettings.model_validate({"keys": [{"id": "new", "key": "pawa-new-key"}]})
        sandbox.replace_settings(settings)
        await ask(sandbox, request(body=chat("my key is pawa-dev-key"), key="pawa-new-key"))
        exchange = await last(sandbox)

        assert b"pawa-dev-key" not in exchange.body
        assert exchange.secrets_at == ("header:authorization", "body")

    async def test_name_and_port_stay(self, sandbox: Sandbox) -> None:
        """A sandbox stays where it is."""
        port = sandbox.port
        sandbox.replace_settings(SandboxSettings(name="other", port=1))

        assert (sandbox.name, sandbox.port) == ("default", port)

    async def test_the_key_is_the_first_that_works(self, open_sandbox: OpenSandbox) -> None:
        """A revoked key is not handed to a client."""
        keys = [
            {"id": "old", "key": "pawa-old-key", "state": "revoked"},
            {"id": "new", "key": "pawa-new-key"},
        ]

        assert (await open_sandbox(keys=keys)).key == "pawa-new-key"
        assert (await open_sandbox(keys=[])).key == ""


async def test_reset_goes_back_to_the_beginning(open_sandbox: OpenSandbox) -> None:
    """Rules of the settings anew; nothing seen, counted or spent."""
    sandbox = await open_sandbox(
        rate_limit={"requests_per_minute": 1},
        budget={"limit_units": 1000},
        rules=[{"fault": {"kind": "status", "status": 503}, "when": {"times": 1}}],
    )
    first = [await status_of(sandbox) for _ in range(3)]
    sandbox.reset()
    second = [await status_of(sandbox) for _ in range(3)]
    await last(sandbox, 3)

    assert first == second == [503, 200, 429]
    assert [e.attempt for e in sandbox.journal.exchanges()] == [1, 2, 3]


async def test_older_exchanges_go_to_the_overflow_file(
    open_sandbox: OpenSandbox, tmp_path: Path
) -> None:
    """Memory holds the newest, the file the others."""
    path = tmp_path / "older.jsonl"
    sandbox = await open_sandbox(journal={"max_exchanges": 1, "overflow_file": str(path)})
    for _ in range(3):
        await status_of(sandbox)
    await last(sandbox)

    assert [exchange.seq for exchange in sandbox.journal.exchanges()] == [3]
    assert sandbox.journal.dropped == len(path.read_text().splitlines()) == 2


async def test_nothing_leaks_from_one_sandbox_to_another(open_sandbox: OpenSandbox) -> None:
    """Rules, journal and attempts are each one's own."""
    one, other = await open_sandbox(name="one"), await open_sandbox(name="other")
    one.replace_rules([status_rule(503)])

    assert [await status_of(one), await status_of(other)] == [503, 200]
    await last(other)
    assert [e.attempt for e in other.journal.exchanges()] == [1]
    assert [e.sandbox for e in other.journal.exchanges()] == ["other"]


async def test_attempts_are_counted_for_a_bounded_number_of_calls() -> None:
    """The call that was not heard of for longest is forgotten."""
    sandbox = Sandbox(SandboxSettings())
    for number in range(TOKENS_COUNTED + 1):
        sandbox.count_arrival(str(number))

    assert sandbox.count_arrival("1") == 2
    assert sandbox.count_arrival("0") == 1


async def test_ids_and_canaries_are_fresh() -> None:
    """No two are the same."""
    sandbox = Sandbox(SandboxSettings())
    canaries = {sandbox.next_canary() for _ in range(1000)}
    ids = {sandbox.next_request_id() for _ in range(1000)}

    assert len(canaries) == len(ids) == 1000
    assert all(re.fullmatch("answer-[0-9a-f]{12}", canary) for canary in canaries)
