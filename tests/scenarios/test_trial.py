"""One scenario run once: what is found, also when client or scenario misbehave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from reports.results import Verdict
from scenarios.checks import equal
from scenarios.client import Told
from scenarios.errors import NotTestable
from scenarios.plans import fault
from scenarios.registry import Scenario
from scenarios.trial import ALIVE, PROBE, Trial, end_of_deliveries, run_trial
from scenarios.verdicts import IN_TIME, SURVIVES
from tests.scenarios.fakes import FakeDriver
from tests.scenarios.makers import make_outcome

if TYPE_CHECKING:
    from mockserver.server import MockServer
    from scenarios.lab import Lab
    from scenarios.registry import Body
    from tests.scenarios.conftest import MakeBench


async def one_call(lab: Lab) -> None:
    """A call meets a 503 once."""
    client = await lab.open()
    call = lab.call(label="the call")
    lab.plan(fault("status", status=503).on_attempts(1))
    outcome = await client.chat(call, patience_s=2.0)
    lab.check(equal("outcome", outcome.kind, "ok"))


def scenario_of(body: Body, **options: object) -> Scenario:
    return Scenario("tried", "tests", ("RETRY-001",), body, **options)  # type: ignore[arg-type]


async def tried(
    make_bench: MakeBench, body: Body, *manners: str, **options: object
) -> tuple[Trial, FakeDriver]:
    driver = FakeDriver(*manners)
    trial = await run_trial(
        scenario_of(body, **options), seed=1, driver=driver, bench=make_bench(driver)
    )
    return trial, driver


def verdicts(trial: Trial) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in trial.checks["RETRY-001"]}


async def test_a_good_client_is_found_good(make_bench: MakeBench, server: MockServer) -> None:
    """Its checks, its calls, what the server saw; everything closed afterwards."""
    trial, driver = await tried(make_bench, one_call)

    assert verdicts(trial) == {"outcome": Verdict.PASS, ALIVE: Verdict.PASS}
    assert [told.label for told in trial.told] == ["the call"]
    assert [e.status for e in trial.exchanges["primary"]] == [503, 200]
    assert (trial.undelivered, trial.harness_error, trial.crashed) == ((), None, False)
    assert all(handle.closed for handle in driver.handles)
    assert [box.name for box in server.sandboxes] == ["default"]


async def test_a_call_that_is_told_of_late_is_kept(make_bench: MakeBench) -> None:
    """Its outcome was there when the scenario ended, and its record a moment after."""

    async def ends_first(lab: Lab) -> None:
        """Ends in the very moment in which a call does."""
        await one_call(lab)
        asyncio.get_running_loop().call_soon(
            lab.told.append, Told(("call-0123456789ab",), "late", make_outcome())
        )

    trial, _ = await tried(make_bench, ends_first)

    assert [told.label for told in trial.told] == ["the call", "late"]


async def test_a_client_that_answers_from_a_table_fails_the_plain_call(
    make_bench: MakeBench,
) -> None:
    """The control of every scenario: the answer must be the server's."""
    trial, _ = await tried(make_bench, one_call, "canned")

    assert verdicts(trial) == {"outcome": Verdict.PASS, ALIVE: Verdict.FAIL}
    assert trial.undelivered != ()
    assert trial.told[-1].label == PROBE
    assert "afterwards" in trial.exchanges


async def test_a_client_that_refuses_everything_fails_the_plain_call(
    make_bench: MakeBench,
) -> None:
    """As if its circuit were always open."""
    trial, _ = await tried(make_bench, one_call, "refuses")

    assert verdicts(trial)[ALIVE] is Verdict.FAIL


async def test_a_crash_is_a_failure_and_ends_the_trial(make_bench: MakeBench) -> None:
    """No plain call is made of a dead process."""
    trial, _ = await tried(make_bench, one_call, "crashes")

    assert verdicts(trial) == {"outcome": Verdict.FAIL, SURVIVES: Verdict.FAIL}
    assert trial.crashed


async def test_a_scenario_that_does_not_end_is_ended(make_bench: MakeBench) -> None:
    """A failure with the evidence so far, not a fault of the harness."""

    async def endless(lab: Lab) -> None:
        """Waits for a client that never comes back."""
        await (await lab.open()).chat(lab.call(label="lost"), patience_s=60.0)

    trial, _ = await tried(make_bench, endless, "hangs", "good", patience_s=0.3)

    assert verdicts(trial) == {IN_TIME: Verdict.FAIL, ALIVE: Verdict.PASS}
    assert trial.harness_error is None


async def test_a_scenario_that_raises_is_the_harnesss_fault(make_bench: MakeBench) -> None:
    """With the traceback in the log."""

    async def wrong(lab: Lab) -> None:
        """Looks for an attempt that is not there."""
        lab.note("about to look")
        lab.attempts(lab.call())[0]

    trial, _ = await tried(make_bench, wrong)

    assert trial.harness_error == "IndexError: tuple index out of range"
    assert trial.log.startswith("about to look\nTraceback")


async def test_a_timeout_of_the_scenarios_own_is_not_the_clients(make_bench: MakeBench) -> None:
    """Only the bound of the whole scenario is judged."""

    async def impatient(lab: Lab) -> None:
        """Has a bug."""
        async with asyncio.timeout(0):
            await asyncio.sleep(1)

    trial, _ = await tried(make_bench, impatient)

    assert trial.harness_error == "TimeoutError"


async def test_a_scenario_can_say_that_it_is_not_testable(make_bench: MakeBench) -> None:
    """What it checked before stands."""

    async def halfway(lab: Lab) -> None:
        """Gives up."""
        lab.check(equal("first", 1, 1))
        raise NotTestable("no second target")

    trial, _ = await tried(make_bench, halfway)

    assert trial.not_testable == "no second target"
    assert verdicts(trial)["first"] is Verdict.PASS


@pytest.mark.parametrize("own", [True, False])
async def test_a_scenario_can_have_a_process_of_its_own(make_bench: MakeBench, own: bool) -> None:
    """Started for it, ended with it."""
    _, driver = await tried(make_bench, one_call, own_process=own)

    assert (driver.starts, driver.ends) == ((1, 1) if own else (0, 0))


async def test_a_trial_that_is_interrupted_ends_its_process(make_bench: MakeBench) -> None:
    """Nobody else knows of it."""
    met = asyncio.Event()

    async def endless(lab: Lab) -> None:
        """Is still at work when a person presses Ctrl-C."""
        await lab.open()
        met.set()
        await asyncio.Event().wait()

    driver = FakeDriver()
    running = asyncio.create_task(
        run_trial(
            scenario_of(endless, own_process=True), seed=1, driver=driver, bench=make_bench(driver)
        )
    )
    await met.wait()
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert (driver.starts, driver.ends) == (1, 1)


async def test_an_applications_plain_call_may_take_a_while(make_bench: MakeBench) -> None:
    """A breaker that is still open is asked again."""
    driver = FakeDriver("good", "refuses", "good")

    trial = await run_trial(
        scenario_of(one_call), seed=1, driver=driver, bench=make_bench(driver), probe_for_s=5.0
    )

    assert verdicts(trial)[ALIVE] is Verdict.PASS


async def test_a_client_that_left_early_has_met_its_fault(lab: Lab) -> None:
    """The server may notice later than the client tells; nothing is waited for that never came."""
    lab.plan(fault("hold"), fault("status", status=503).on("call-000000000000"))
    client = await lab.open(max_attempts=1)
    outcome = await client.chat(lab.call(), patience_s=0.05)
    await end_of_deliveries(lab, timeout_s=5.0)

    assert outcome.ending == "hung"
    assert [short.kinds for short in lab.undelivered()] == [("status",)]
