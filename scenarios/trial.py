"""One scenario run once against the client: everything that was found, and nothing decided.

Around the scenario's own code stand the checks that every scenario shares: that it ended in time,
that the client's process survived, and that a plain call works afterwards (the alive probe, which
is also the control that no client passes without having talked to the server).
"""

from __future__ import annotations

import asyncio
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.checks import holds
from scenarios.errors import NotTestable
from scenarios.evidence import hands_out
from scenarios.lab import Lab
from scenarios.verdicts import IN_TIME, SURVIVES

if TYPE_CHECKING:
    from mockserver.journal import Exchange, Journal
    from reports.results import Check
    from scenarios.bench import Bench
    from scenarios.client import Told
    from scenarios.clients.driver import Driver
    from scenarios.noise import NoiseFigures
    from scenarios.plans import Undelivered
    from scenarios.registry import Scenario

ALIVE = "a plain call works afterwards"
PROBE = "plain call afterwards"

CLOSING_S = 5.0
PROBE_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What one run of a scenario found.

    ``checks`` are by row. ``exchanges`` are by the label of the sandbox. ``crashed`` says that the
    client's process ended under a call, which may have been a neighbour's doing.
    """

    scenario: Scenario
    started_s: float
    ended_s: float
    checks: dict[str, tuple[Check, ...]]
    undelivered: tuple[Undelivered, ...]
    told: tuple[Told, ...]
    exchanges: dict[str, tuple[Exchange, ...]]
    noise: NoiseFigures
    log: str = ""
    harness_error: str | None = None
    not_testable: str | None = None
    crashed: bool = False


async def run_trial(
    scenario: Scenario, *, seed: int, driver: Driver, bench: Bench, probe_for_s: float = 0.0
) -> Trial:
    """Run a scenario once. Never raises but for cancellation.

    `probe_for_s`: how long the alive probe is repeated when it fails (an application keeps its
    breaker; an instance made for the probe has none).
    """
    notes = _Notes(time.monotonic())
    lab: Lab | None = None
    try:
        own = await bench.own_driver() if scenario.own_process else driver
        sandbox = await bench.open_sandbox("primary")
        lab = Lab(rows=scenario.rows, seed=seed, driver=own, sandbox=sandbox, bench=bench)
        notes.not_testable = await _play(scenario, lab)
        await _afterwards(lab, bench, probe_for_s)
    except NotTestable as reason:
        notes.not_testable = str(reason)
    except asyncio.CancelledError:
        await bench.close()
        raise
    except Exception as error:  # noqa: BLE001 - whatever a scenario raises is the harness's fault
        notes.harness_error = _one_line(error)
        notes.log = traceback.format_exc()
    try:
        return _found(scenario, lab, bench, notes)
    finally:
        await _clear_away(lab, bench)


@dataclass(slots=True)
class _Notes:
    """What is known of a trial beside its lab."""

    started_s: float
    log: str = ""
    harness_error: str | None = None
    not_testable: str | None = None


async def _play(scenario: Scenario, lab: Lab) -> str | None:
    """The scenario's own part; why it was not testable, if it was not."""
    limit = asyncio.timeout(scenario.patience_s)
    try:
        async with limit:
            await scenario.body(lab)
    except NotTestable as reason:
        return str(reason)
    except TimeoutError:
        if not limit.expired():
            raise
        lab.check(
            holds(
                IN_TIME,
                False,
                f"still waiting after {scenario.patience_s:g} s",
                f"within {scenario.patience_s:g} s",
                advice="Bound every wait, so that a caller always gets an answer or an error",
            )
        )
    return None


async def _afterwards(lab: Lab, bench: Bench, probe_for_s: float) -> None:
    """The checks that every scenario shares."""
    await end_of_deliveries(lab)
    crash = next((told for told in lab.told if told.outcome.ending == "crashed"), None)
    if crash is not None:
        lab.check(
            holds(
                SURVIVES,
                False,
                crash.outcome.detail,
                "alive",
                advice="Turn whatever the server does into an answer or an error, never a crash",
            )
        )
        return
    give_up_s = time.monotonic() + probe_for_s
    check = await _probe(lab, bench)
    while check.detail and time.monotonic() < give_up_s:
        await asyncio.sleep(PROBE_AGAIN_S)
        check = await _probe(lab, bench)
    lab.check(check)


async def end_of_deliveries(lab: Lab, *, timeout_s: float = 1.0) -> None:
    """Wait for answers that are still being sent, as long as the row needs them delivered.

    A client may have its outcome before the server knows that it has left.
    """

    def over(journal: Journal) -> bool:
        ended = (exchange.ended_ns is not None for exchange in journal.exchanges())
        return not lab.undelivered() or all(ended)

    for sandbox in tuple(lab.sandboxes.values()):
        await sandbox.journal.wait_for(over, timeout_s)


async def _probe(lab: Lab, bench: Bench) -> Check:
    """A plain call of a fresh instance to a healthy server; told of only when it fails."""
    lab.plan()
    sandbox = await bench.healthy_sandbox(lab.sandbox)
    client = await lab.open(sandbox=sandbox)
    call = lab.call(label=PROBE)
    outcome = await client.chat(call, patience_s=lab.allow(lab.targets.plain_call_s))
    attempts = lab.attempts(call, sandbox)
    good = bool(attempts) and hands_out(outcome, attempts[-1])
    if good:
        # Not by number: calls of the scenario that have ended may still be on their way here.
        lab.told[:] = [one for one in lab.told if call.token not in one.tokens]
    elif sandbox is not lab.sandbox:
        lab.sandboxes["afterwards"] = sandbox
    return holds(
        ALIVE,
        good,
        f"{outcome.kind} after {len(attempts)} attempts",
        "ok, with the server's own answer",
        advice="Answer a plain call to a healthy server from that server, also after a bad day",
    )


def _found(scenario: Scenario, lab: Lab | None, bench: Bench, notes: _Notes) -> Trial:
    ended_s = time.monotonic()
    sandboxes = lab.sandboxes if lab else {}
    told = tuple(lab.told) if lab else ()
    return Trial(
        scenario=scenario,
        started_s=lab.started_s if lab else notes.started_s,
        ended_s=ended_s,
        checks={row: lab.checks(row) if lab else () for row in scenario.rows},
        undelivered=lab.undelivered() if lab else (),
        told=told,
        exchanges={label: sandbox.journal.exchanges() for label, sandbox in sandboxes.items()},
        noise=bench.noise.between(notes.started_s, ended_s),
        log="\n".join([*(lab.log if lab else ()), *filter(None, [notes.log])]),
        harness_error=notes.harness_error,
        not_testable=notes.not_testable,
        crashed=any(one.outcome.ending == "crashed" for one in told),
    )


async def _clear_away(lab: Lab | None, bench: Bench) -> None:
    """Close what was opened, without letting anything hang on a client that does not answer."""
    if lab is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await asyncio.gather(
                    *(client.close() for client in lab.clients), return_exceptions=True
                )
    await bench.close()


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
