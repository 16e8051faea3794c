"""ERR-004: thirteen bad days, and whether a caller can tell them apart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.catalogue.outcomes import UNTYPED, spared, told
from scenarios.catalogue.timeouts import patience_s
from scenarios.checks import at_least, equal, nothing
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab
    from scenarios.plans import PlannedRule

ROUNDS = 2
CANCELLED, TIMEOUT, TLS, INCOMPLETE = "cancelled", "timeout", "TLS", "incomplete stream"
UNLISTED = "server, unlisted status"


def bad_days() -> dict[str, PlannedRule]:
    """What goes wrong on the server, by the name of what the caller should learn."""
    return {
        "rate limit": fault("status", status=429),
        "budget": fault("budget_exhausted", spelling=402),
        "auth": fault("status", status=401),
        "permission": fault("status", status=403),
        "bad request": fault("status", status=400),
        "not found": fault("status", status=404),
        "server": fault("status", status=500),
        UNLISTED: fault("status", status=520),
        TIMEOUT: fault("hold"),
        "connection": fault("rst_before_headers"),
        INCOMPLETE: fault("cut_stream", after_chunks=10, how="no_final_chunk"),
        CANCELLED: fault("hold"),
    }


@scenario("ERR-004", patience_s=300.0)
async def kinds_of_error_can_be_told_apart(lab: Lab) -> None:
    """Thirteen things go wrong, twice each, and each but one wants a kind of error of its own.

    They are rate limit, budget, wrong key, no permission, bad request, not found, server error,
    silence, reset, TLS that the server does not speak, a stream without an end, and a call that its
    caller cancelled. The thirteenth is 520, which no list names: a server error like any other, so
    that it adds no kind, but an error it has to be.

    Each has to give the same kind of error both times, and the kinds have to be distinct: ten or
    more pass, six to nine are an advisory, fewer fail. Bare exceptions count for nothing, and a
    fault that ends as a success, a crash or a hang fails. Streams and cancelling are left out for a
    client that does not claim them, TLS for an application, whose address the harness cannot set.
    Control: a call that meets no fault is answered.
    """
    client = await lab.open(max_attempts=1, timeout_s=15.0)
    hasty = await lab.open(max_attempts=1, timeout_s=1.0)
    astray = await lab.open(
        base_url=lab.sandbox.base_url.replace("http://", "https://"),
        max_attempts=1,
        timeout_s=15.0,
    )
    rules = bad_days()
    for name, claim in ((INCOMPLETE, "streaming"), (CANCELLED, "cancellation")):
        if claim not in lab.claims:
            del rules[name]
    hit = {name: lab.calls(ROUNDS, label=name, stream=name == INCOMPLETE) for name in rules}
    untouched = lab.call(label="control: no fault")
    lab.plan(*(rules[name].on(call) for name, calls in hit.items() for call in calls))

    limit_s = hasty.limit("timeout_s", lab.targets.response_limit_s)
    waited_for_s = patience_s(hasty, limit_s)
    planned = tuple(hit.values())
    stopped = [cancelled(lab, client, call) for call in hit.pop(CANCELLED, ())]
    running = {
        name: [
            hasty.start(call, patience_s=waited_for_s) if name == TIMEOUT else client.start(call)
            for call in calls
        ]
        for name, calls in hit.items()
    }
    control = client.start(untouched)
    over_tls = await astray.chat_all(lab.calls(ROUNDS, label=TLS)) if lab.can_set else []
    outcomes = {name: [await one for one in started] for name, started in running.items()}
    if over_tls:
        outcomes[TLS] = over_tls
    if stopped:
        outcomes[CANCELLED] = list(await asyncio.gather(*stopped))
    await lab.settled(tuple(call.token for calls in planned for call in calls))

    lab.check(*told_apart(lab, outcomes), *spared(lab, untouched, await control))


async def cancelled(lab: Lab, client: Client, call: Call) -> Outcome:
    """A call that its caller gives up as soon as the server has it."""
    running = client.start(call)
    await lab.sandbox.journal.wait_for(lambda _: bool(lab.attempts(call)), 5.0)
    await running.cancel()
    return await running


def told_apart(lab: Lab, outcomes: Mapping[str, Sequence[Outcome]]) -> tuple[Check, ...]:
    """The kinds that the faults gave: stable, typed, and how many there are."""
    kinds = {name: [told(outcome) for outcome in both] for name, both in outcomes.items()}
    steady = {name: both[0] for name, both in kinds.items() if len(set(both)) == 1}
    typed = {
        name: kind
        for name, kind in steady.items()
        if name != UNLISTED
        and outcomes[name][0].error is not None
        and outcomes[name][0].kind not in UNTYPED
    }
    lab.note("; ".join(f"{name}: {' and '.join(dict.fromkeys(k))}" for name, k in kinds.items()))
    advice = f"Give each kind of failure an error of its own{mixed_up(typed)}"
    distinct = len(set(typed.values()))
    return (
        nothing(
            "faults that did not end in an error",
            [
                f"{name}: {outcome.kind}"
                for name, both in outcomes.items()
                for outcome in both
                if outcome.error is None
            ],
            advice="End every failed call in an error",
        ),
        nothing(
            "faults that ended in a bare exception",
            [f"{name}: {kind}" for name, kind in steady.items() if kind.startswith("internal")],
            advice="Wrap every failure in an error of your own",
            miss=Verdict.ADVISORY,
        ),
        equal(
            "faults with the same kind both times",
            len(steady),
            len(kinds),
            advice="Give the same failure the same kind of error each time",
        ),
        at_least("distinct kinds", distinct, lab.targets.error_kinds_least, advice=advice),
        at_least(
            "distinct kinds, to be good",
            distinct,
            lab.targets.error_kinds_good,
            advice=advice,
            miss=Verdict.ADVISORY,
        ),
    )


def mixed_up(typed: Mapping[str, str]) -> str:
    """Which faults share a kind, as the end of a sentence."""
    shared = {}
    for kind in dict.fromkeys(typed.values()):
        names = [name for name, own in typed.items() if own == kind]
        if len(names) > 1:
            shared[kind] = f"{', '.join(names[:-1])} and {names[-1]}"
    told_as = "; ".join(f"{names} are all told as {kind}" for kind, names in shared.items())
    return f": {told_as}" if told_as else ""
