"""What a scenario is handed, against a real mock server."""

from __future__ import annotations

import asyncio

import pytest

from scenarios.checks import equal
from scenarios.errors import CatalogueError, NotTestable
from scenarios.lab import Lab
from scenarios.plans import fault, sequence


async def test_a_client_is_opened_against_the_primary_sandbox(lab: Lab) -> None:
    """Base URL, key and model are filled in; a setting of None is left out."""
    client = await lab.open(max_attempts=2)

    assert client.settings == {
        "base_url": lab.sandbox.base_url,
        "api_key": lab.sandbox.key,
        "model": "pawa-v1-ember-20240924",
        "max_attempts": 2,
    }
    assert "api_key" not in (await lab.open(api_key=None)).settings
    assert (await lab.open(api_key="")).settings["api_key"] == ""


async def test_a_setting_that_the_protocol_does_not_know_is_refused(lab: Lab) -> None:
    """A slip in a scenario is the harness's fault, found at once."""
    with pytest.raises(CatalogueError, match=r"no setting 'max_attempt'.*nearest: max_attempts"):
        await lab.open(max_attempt=2)


async def test_limits_are_those_of_the_client_opened_last(lab: Lab) -> None:
    """Before any is open, what the client declares."""
    assert lab.limit("max_attempts", 3) == 5.0
    await lab.open(max_attempts=2)
    assert lab.limit("max_attempts", 3) == 2.0
    assert lab.limit("timeout_s", 60.0) == 60.0


async def test_a_plan_is_carried_out_and_seen(lab: Lab) -> None:
    """Faults, attempts, the canary of the answer."""
    client = await lab.open(max_attempts=3)
    call = lab.call()
    lab.plan(*sequence(call, [fault("status", status=500), fault("status", status=502)]))

    outcome = await client.chat(call)

    attempts = lab.attempts(call)
    assert [attempt.status for attempt in attempts] == [500, 502, 200]
    assert [attempt.rule for attempt in attempts] == ["step-1", "step-2", None]
    assert attempts[-1].canary in outcome.text
    assert lab.undelivered() == ()


async def test_a_rule_that_was_not_delivered_is_named(lab: Lab) -> None:
    """Unless it was optional, or nothing was required."""
    lab.plan(fault("status", status=500).needs(2), fault("noop").optional())
    await (await lab.open(max_attempts=1)).chat(lab.call())

    (short,) = lab.undelivered()
    assert (short.rule, short.needed, short.delivered) == ("step-1", 2, 1)


async def test_a_waived_plan_needs_nothing(lab: Lab) -> None:
    """For faults that a right client may never meet."""
    lab.plan(fault("status", status=500), required=False)

    assert lab.undelivered() == ()


async def test_a_replaced_plan_still_counts(lab: Lab) -> None:
    """What the first plan delivered is not forgotten, nor what it failed to."""
    client = await lab.open(max_attempts=1)
    lab.plan(fault("status", status=500).named("first"), fault("status", status=400).named("never"))
    await client.chat(lab.call())
    lab.plan(fault("status", status=502).named("second"))
    await client.chat(lab.call())

    assert [short.rule for short in lab.undelivered()] == ["never"]


async def test_rules_are_added_behind_the_others(lab: Lab) -> None:
    """The first that fires wins, and the counters of the first stay."""
    client = await lab.open(max_attempts=1)
    lab.plan(fault("status", status=500).times(1))
    await client.chat(lab.call())
    lab.add(fault("status", status=502).times(1))
    call = lab.call()
    await client.chat(call)

    assert lab.attempts(call)[0].status == 502
    assert lab.undelivered() == ()


async def test_two_rules_of_one_name_are_refused(lab: Lab) -> None:
    """Also when the first is gone: a report could not tell them apart."""
    lab.plan(fault("noop").named("same").optional())
    lab.plan()

    with pytest.raises(CatalogueError, match="two rules 'same'"):
        lab.plan(fault("noop").named("same"))


async def test_a_second_target_has_its_own_journal(lab: Lab) -> None:
    """Its own port and key too, and its own plan."""
    backup = await lab.another_sandbox("backup")
    lab.plan(fault("status", status=500).optional())
    call = lab.call()
    client = await lab.open(sandbox=backup)
    await client.chat(call)

    assert [attempt.status for attempt in lab.attempts(call, backup)] == [200]
    assert lab.attempts(call) == ()
    assert lab.address(backup)["base_url"] != lab.sandbox.base_url
    assert backup.key != lab.sandbox.key
    assert set(lab.sandboxes) == {"primary", "backup"}


async def test_the_server_can_be_shaped(lab: Lab) -> None:
    """A nested setting keeps what is not named: the canary stays."""
    lab.shape(replies={"text": "Karibu"})
    call = lab.call()
    outcome = await (await lab.open()).chat(call)

    assert outcome.text == f"{lab.attempts(call)[0].canary} Karibu"


async def test_shaping_comes_before_planning(lab: Lab) -> None:
    """A new shape would start the counters anew."""
    lab.plan(fault("noop").optional())

    with pytest.raises(CatalogueError, match="before planning"):
        lab.shape(replies={"tokens": 3})
    lab.plan()
    lab.shape(replies={"tokens": 3})


async def test_sentences_carry_their_tokens(lab: Lab) -> None:
    """In order, each its own."""
    tokens, sentences = lab.sentences(3)

    assert len(set(tokens)) == 3
    assert all(token in sentence for token, sentence in zip(tokens, sentences, strict=True))


async def test_settled_waits_for_the_end_of_an_attempt(lab: Lab) -> None:
    """The outcome may come before the server knows."""
    lab.plan(fault("hold", seconds=None))
    call = lab.call()
    running = (await lab.open()).start(call)
    await lab.sandbox.journal.wait_for(lambda _: bool(lab.attempts(call)), 5.0)

    assert not await lab.settled(call, timeout_s=0.05)
    await running.cancel()
    assert await lab.settled(call)
    assert lab.attempts(call)[0].ending == "client_left"


async def test_late_attempts_are_returned_as_soon_as_one_comes(lab: Lab) -> None:
    """The watch does not last longer than it has to."""
    client = await lab.open()
    call = lab.call()
    await client.chat(call)
    watching = asyncio.create_task(lab.late_attempts(call, within_s=30.0))
    await asyncio.sleep(0)
    await client.chat(call)

    (late,) = await watching
    assert late.number == 2
    assert await lab.late_attempts(call, within_s=0.01) == ()


async def test_the_watch_lasts_for_the_cap_in_force_and_the_drain(lab: Lab) -> None:
    """reading.md section 0.8."""
    assert lab.drain_s() == 5.5
    await lab.open(backoff_cap_s=2.0)
    assert lab.drain_s() == 7.0


async def test_checks_belong_to_the_rows_they_are_made_for(lab: Lab) -> None:
    """Without a row: to all of the scenario."""
    lab.rows = ("RETRY-001", "RETRY-002")
    lab.check(equal("for both", 1, 1))
    lab.check(equal("for one", 1, 1), row="RETRY-002")

    assert [check.name for check in lab.checks("RETRY-001")] == ["for both"]
    assert [check.name for check in lab.checks("RETRY-002")] == ["for both", "for one"]


async def test_keys_of_the_run_are_found(lab: Lab) -> None:
    """Also those of other sandboxes."""
    backup = await lab.another_sandbox("backup")

    assert lab.scan(f"Bearer {lab.sandbox.key}", "a header")[0].endswith("in a header")
    assert lab.scan(backup.key)
    assert lab.scan("nothing") == ()


async def test_ceilings_follow_the_noise(lab: Lab) -> None:
    """A quiet machine changes nothing; noise counts from the moment that the scenario names."""
    noise = lab._bench.noise
    noise.note(lab.started_s, 3.0)
    later_s = lab.started_s + 1e-6

    assert lab.allow(20.0) == 20.0
    assert lab.allow(10.0) == 15.0
    assert lab.allow(10.0, since_s=later_s) == 10.0


async def test_the_same_seed_makes_the_same_calls(lab: Lab) -> None:
    """Tokens come from the row's own source of chance."""
    again = Lab(
        rows=["RETRY-001"],
        seed=7,
        driver=lab._driver,
        sandbox=lab.sandbox,
        bench=lab._bench,
    )

    assert again.call().token == lab.call().token


async def test_the_client_can_have_a_process_of_its_own(lab: Lab) -> None:
    """The bench starts it."""
    await lab.open(process=True)

    assert lab._driver.starts == 1  # type: ignore[attr-defined]
    assert lab.client_output() == ""


async def test_a_row_can_stand_and_fall_with_a_setting(lab: Lab) -> None:
    """An application keeps the settings that it was started with."""
    lab.must_set("api_key")
    assert lab.can_set
    lab._driver.fixed_address = True  # type: ignore[misc]
    assert not lab.can_set

    with pytest.raises(NotTestable, match="sets api_key, max_attempts"):
        lab.must_set("api_key", "max_attempts")
