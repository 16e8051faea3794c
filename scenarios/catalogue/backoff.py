"""BACK rows: that there is a pause before a retry, that it grows, is capped, and varies."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from reports.results import Verdict
from scenarios.catalogue.pacing import calm, one_by_one
from scenarios.checks import (
    at_least,
    at_most,
    equal,
    grows,
    mean_at_least,
    not_early,
    nothing,
    spread,
)
from scenarios.plans import fault
from scenarios.registry import scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.results import Check
    from scenarios.call import Call
    from scenarios.client import Client
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

LOWEST_SHARE = {"equal": 0.5, "additive": 1.0, "none": 1.0}
"""The shortest pause of a backoff family, as a share of the base; other families may come to 0."""

UNDECLARED_PAUSE_S = 8.0
"""How long a pause has to be expected of a client that declares no cap, to be patient with it."""

DECLARED_SHARE = 0.15
"""Of a declared base: the least mean of the first pauses, of which full jitter makes half."""

DECLARED_SUM = 1.25
"""Of a declared base: the least sum of four pauses, of which full jitter makes twice or more."""

DRIFT = 1.2
"""What a later pause may be longer by without having grown on purpose."""

PATIENCE_S = 200.0
"""These scenarios wait for one another: so many calls at once would measure each other."""

NO_PAUSE = "Pause before each retry (capped exponential backoff with jitter), never retry at once"


async def pauses_under_503(
    lab: Lab,
    client: Client,
    calls: int,
    *,
    least: int,
    every_s: float = 0.05,
    miss: Verdict = Verdict.FAIL,
    turn: str = "samples of pauses",
) -> list[list[float]]:
    """Meet 503 for ever with so many calls, one begun every `every_s`; the pauses of each, in s.

    A pause runs from the last byte of an answer to the first byte of the next attempt. Checks on
    the way, as control, that each call ended and made `least` pauses (a miss of which is `miss`):
    a client that never calls, never retries or sleeps for ever has no pauses to show. Samples with
    the same `turn` are taken one after another.
    """
    cap_s = client.limit("backoff_cap_s", UNDECLARED_PAUSE_S)
    patience_s = min(60.0, 15.0 + (least + 1) * cap_s)
    async with lab.turn(turn):
        await calm(lab, client)
        asked = lab.calls(calls, label="503 call")
        lab.plan(fault("status", status=503).needs(calls))
        outcomes = await one_by_one(client, asked, every_s=every_s, patience_s=patience_s)
    seen = [pauses_of(lab, call) for call in asked]
    lab.check(
        equal(
            f"control: calls with {least} pause{'s' if least > 1 else ''} or more",
            sum(len(gaps) >= least for gaps in seen),
            calls,
            advice="Retry 503 as often as max_attempts says",
            miss=miss if all(seen) else Verdict.FAIL,
        ),
        nothing("control: calls that did not end in an error", unended(asked, outcomes)),
    )
    return seen


def pauses_of(lab: Lab, call: Call) -> list[float]:
    """The pauses between the attempts of a call, in seconds."""
    return [attempt.gap_s for attempt in lab.attempts(call) if attempt.gap_s is not None]


def unended(calls: Sequence[Call], outcomes: Sequence[Outcome]) -> list[str]:
    """Calls that should have ended in an error and did otherwise."""
    return [
        f"{call.label}: {outcome.kind}"
        for call, outcome in zip(calls, outcomes, strict=True)
        if outcome.ending != "error"
    ]


def retries_in_force(client: Client, asked: int) -> tuple[int, Verdict]:
    """How many pauses a call has to show, and what it is to show fewer.

    A client that declares ``max_attempts`` makes as many attempts as it was told; of another one
    only a single retry can be expected, and fewer than `asked` are an advisory.
    """
    declared = client.limit("max_attempts")
    if declared is None:
        return asked, Verdict.ADVISORY
    return int(declared) - 1, Verdict.FAIL


@scenario("BACK-001", needs=("retry",), patience_s=PATIENCE_S)
async def there_is_a_pause_before_a_retry(lab: Lab) -> None:
    """Twenty calls with five attempts each meet 503 for ever, one begun every 50 ms.

    A client that declares a backoff family with a lower bound (equal, additive, none) must keep it
    in each of the 80 pauses. For every client the first pause has to be 10 ms in the mean and the
    four pauses of a call 100 ms together: full jitter on 50 ms passes by more than four standard
    deviations, while a hot loop stays below a few milliseconds. From a client that declares its
    base (here 500 ms) 75 ms and 625 ms are expected, by as many deviations, so that no busy machine
    lends a hot loop its pauses. Means are used because full jitter may rightly come to a
    millisecond once. Control: each call makes its attempts and then ends.
    """
    client = await lab.open(max_attempts=5, backoff_base_s=0.5, backoff_cap_s=1.0)
    retries, miss = retries_in_force(client, 4)
    pauses = await pauses_under_503(lab, client, 20, least=retries, miss=miss)

    made = max((len(gaps) for gaps in pauses), default=0)
    base_s = client.limit("backoff_base_s", 0.0)
    lab.check(
        mean_at_least(
            "mean of the first pauses",
            [gaps[0] for gaps in pauses if gaps],
            max(lab.targets.mean_first_gap_s, DECLARED_SHARE * base_s),
            "s",
            advice=NO_PAUSE,
        ),
        mean_at_least(
            f"mean sum of the first {made} pauses",
            [sum(gaps[:made]) for gaps in pauses if gaps],
            max(lab.targets.mean_gap_sum_s, DECLARED_SUM * base_s) * min(made, 4) / 4,
            "s",
            advice=NO_PAUSE,
        ),
    )
    bound = least_pause_s(client, lab.limits)
    if bound is not None:
        lab.check(
            not_early(
                "shortest pause, against the declared family's lower bound",
                min((gap for gaps in pauses for gap in gaps), default=None),
                bound,
                advice="Keep to the declared backoff, or declare another family",
            )
        )


def least_pause_s(client: Client, limits: Mapping[str, object]) -> float | None:
    """The shortest pause that the declared backoff allows; None where it may come to nothing."""
    share = LOWEST_SHARE.get(str(limits.get("backoff_family")))
    base_s = client.limit("backoff_base_s")
    if share is None or base_s is None:
        return None
    return share * min(base_s, client.limit("backoff_cap_s", base_s))


@scenario("BACK-002", needs=("retry",), random=True, patience_s=PATIENCE_S)
async def pauses_grow(lab: Lab) -> None:
    """Sixty calls with four attempts each meet 503 for ever; first pauses against third ones.

    One-sided Mann-Whitney test of the third pauses against 1.2 times the first ones, false-alarm
    rate 0.001, and a failure is confirmed by a second run with a new seed. Full jitter that doubles
    is recognised in more than 99.9 % of the runs. The factor is there because a machine that gets
    busier during the run makes constant pauses drift a little. The cap lies above the third pause.
    A client that makes three attempts only is judged by its second pauses, with an advisory at
    most. Controls: each call makes its attempts and then ends, and the typical pause is
    10 ms, or half a declared base, so that what grows is no hot loop's own lateness.
    """
    client = await lab.open(max_attempts=4, backoff_base_s=0.25, backoff_cap_s=4.0)
    retries, miss = retries_in_force(client, 3)
    pauses = await pauses_under_503(lab, client, 60, least=retries, every_s=0.025, miss=miss)

    made = min(3, *(len(gaps) for gaps in pauses))
    lab.check(
        grows(
            f"pause {made or 1} is longer than pause 1",
            [gaps[0] for gaps in pauses if gaps],
            [gaps[made - 1] for gaps in pauses if gaps],
            alpha=lab.targets.significance,
            factor=DRIFT,
            advice="Let the pause grow with each attempt, up to the cap",
            miss=Verdict.FAIL if made in {0, 3} else Verdict.ADVISORY,
        ),
        no_hot_loop(lab, client, pauses),
    )


def no_hot_loop(lab: Lab, client: Client, pauses: Sequence[Sequence[float]]) -> Check:
    """The control of rows on long pauses: 10 ms at the median, half the base where it is declared.

    Full jitter that doubles has its median near its base. A moment in which the client was held up
    makes one pause of a hot loop long, and not the typical one.
    """
    half_base_s = client.limit("backoff_base_s", 0.0) / 2
    every = [gap for gaps in pauses for gap in gaps]
    return at_least(
        "control: typical pause",
        median(every) if every else None,
        max(lab.targets.mean_first_gap_s, half_base_s),
        "s",
        advice=NO_PAUSE,
    )


@scenario("BACK-003", needs=("retry",), patience_s=PATIENCE_S)
async def no_pause_exceeds_the_cap(lab: Lab) -> None:
    """Ten calls with seven attempts each meet 503 for ever; base 0.1 s, cap 0.4 s.

    Doubling reaches the cap with the third pause, so that three pauses of each call would be beyond
    it: 0.8, 1.6 and 3.2 s. Of no pause number may the median over the calls exceed the cap by more
    than 250 ms or 10 %; a single longer pause may be the machine's and is an advisory. Control:
    each call makes its attempts, and the typical pause is 10 ms, or half a declared base, so that
    a hot loop does not pass. A client that declares no cap is held to the target
    ``undeclared_cap_s``.
    """
    declared = "backoff_cap_s" in lab.limits
    attempts = 7 if declared else 5
    client = await lab.open(max_attempts=attempts, backoff_base_s=0.1, backoff_cap_s=0.4)
    retries, miss = retries_in_force(client, attempts - 1)
    cap_s = client.limit("backoff_cap_s", lab.targets.undeclared_cap_s)
    pauses = await pauses_under_503(lab, client, 10, least=retries, miss=miss)

    every = [gap for gaps in pauses for gap in gaps]
    typical = [median(numbered) for numbered in by_number(pauses)]
    share_s = lab.targets.cap_excess_share * cap_s
    advice = "Cap the pause after it has been computed, jitter included"
    lab.check(
        at_most(
            "longest typical pause",
            max(typical, default=None),
            cap_s,
            "s",
            tolerance=max(lab.allow(lab.targets.cap_excess_s, typical=True), share_s),
            advice=advice,
        ),
        at_most(
            "longest single pause",
            max(every, default=None),
            cap_s,
            "s",
            tolerance=max(lab.allow(lab.targets.cap_excess_s), share_s),
            advice=advice,
            miss=Verdict.ADVISORY,
            timing=True,
        ),
        no_hot_loop(lab, client, pauses),
    )


def by_number(pauses: Sequence[Sequence[float]]) -> list[list[float]]:
    """All first pauses, all second ones, and so on."""
    longest = max((len(gaps) for gaps in pauses), default=0)
    return [[gaps[n] for gaps in pauses if len(gaps) > n] for n in range(longest)]


@scenario("BACK-004", needs=("retry",), random=True, patience_s=PATIENCE_S)
async def pauses_vary_between_calls(lab: Lab) -> None:
    """Eighty calls with two attempts each, one begun every 25 ms, meet 503; base 3 s.

    The spread of the 80 first pauses: twice the way from their first decile to their median,
    divided by the median. That is the inter-decile range of every jitter that is even about its
    median; its upper half is left out because a busy machine makes pauses longer, never shorter,
    and would lend jitter to a client that has none. Under 0.04 there is no jitter and the row fails
    (twice, with two seeds); under 0.12 the jitter is narrow, an advisory; full, equal and ±20 %
    jitter lie above 0.3. Two thresholds, because the common "plus 0 to 10 %" has 0.076, inside the
    sampling noise of any single one near 0.08. Control: each call makes its attempts and then ends.
    """
    client = await lab.open(max_attempts=2, backoff_base_s=3.0, backoff_cap_s=12.0)
    pauses = await pauses_under_503(lab, client, 80, least=1, every_s=0.025, turn="long pauses")

    first = [gaps[0] for gaps in pauses if gaps]
    advice = (
        "Draw each pause at random, so that clients that failed together do not return together"
    )
    lab.check(
        spread(
            "spread of the first pauses",
            first,
            lab.targets.jitter_none,
            advice=advice,
            lower=True,
        ),
        spread(
            "spread that pulls a herd apart",
            first,
            lab.targets.jitter_narrow,
            advice="Widen the jitter: pauses that differ by a tenth bring clients that failed "
            "together back together; full jitter spreads them best",
            miss=Verdict.ADVISORY,
            lower=True,
        ),
        at_least("control: pauses measured", len(first), 80, advice="Retry 503"),
    )
