"""LOAD-010: whether one tenant's storm reaches another in the same client."""

from __future__ import annotations

from statistics import quantiles
from typing import TYPE_CHECKING

from loadtests.judging.case import share
from loadtests.judging.rows.proof import UnprovedError, beside, enough, failed, stretch_of
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from scenarios.checks import at_most, nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadtests.judging.case import Case, LaneCall, LaneCase
    from loadtests.judging.rows.proof import Stretch

SLOWER = 2.0
NOISE_S = 0.1
"""A delay that is longer by less says more about the machine than about the client."""

STORMED = 0.5
"""Of a tenant's calls that get no answer at once: it is the one that storms."""


@load_row("LOAD-010")
def a_storm_stays_with_its_tenant(case: Case) -> Looked:
    """Two tenants with a key and an instance each share the client's process. One of them sends
    more and more and is answered 429, the other goes on asking as before. Measured are the delays
    of the quiet one's calls from the moment they are due: their p95 in the storm may be twice that
    of the time before, and 100 ms more are never counted, which is a busy machine's. All of its
    calls have to be answered. The control, whose tenants share a process too and which never
    retries, has to show the storm, and its quiet tenant must be no slower, else it is the machine.
    """
    steady, fault = stretch_of(case, "steady"), stretch_of(case, "fault")
    quiet = _quiet_tenants(case, fault)
    before = _of(steady.due(case.client), quiet)
    calls = _of(fault.due(case.client), quiet)
    enough(before, 20, "calls of the quiet tenant were due before the storm")
    enough(calls, 20, "calls of the quiet tenant were due in the storm")
    bound_s = _bound_s(case.client, steady, quiet)
    control_s = _control_p95_s(case, steady, fault, quiet)
    lost = failed(calls)
    slow = sorted(calls, key=lambda call: -(call.delay_s or 0.0))
    return Looked(
        (
            nothing(
                "quiet tenant: calls without an answer",
                [f"call {call.arrival.index}: {call.outcome}" for call in lost],
                advice="Keep what one tenant is told from the others: limits, pauses, breakers",
            ),
            beside(
                at_most(
                    "quiet tenant: delay at p95 in the storm",
                    p95_s(calls),
                    bound_s,
                    f"s over {len(calls)} calls; before the storm {p95_s(before) or 0:.3g} s",
                    advice="Give each tenant a queue, a limit and pauses of its own",
                    timing=True,
                ),
                control_s,
                "s",
            ),
        ),
        lost or slow,
    )


def _quiet_tenants(case: Case, fault: Stretch) -> frozenset[str]:
    """Those that the server answers as ever; raises UnprovedError unless others storm."""
    lane = case.client if case.control is None else case.control
    calls = fault.due(lane)
    tenants = {call.arrival.tenant for call in calls}
    storming = {
        tenant
        for tenant in tenants
        if sum(map(_refused, _of(calls, {tenant}))) > STORMED * len(_of(calls, {tenant}))
    }
    if not storming or storming == tenants:
        raise UnprovedError(
            f"{len(storming)} of {len(tenants)} tenants were refused by the server; the row is "
            "about one that is and one that is not."
        )
    return frozenset(tenants - storming)


def _refused(call: LaneCall) -> bool:
    return bool(call.attempts) and call.attempts[0].status == 429


def _bound_s(lane: LaneCase, steady: Stretch, quiet: frozenset[str]) -> float:
    before_s = p95_s(_of(steady.due(lane), quiet)) or 0.0
    return max(SLOWER * before_s, before_s + NOISE_S)


def _control_p95_s(
    case: Case, steady: Stretch, fault: Stretch, quiet: frozenset[str]
) -> float | None:
    """The quiet tenant's p95 in the control; raises UnprovedError when it suffers there too."""
    if case.control is None:
        return None
    calls = _of(fault.due(case.control), quiet)
    found_s, bound_s = p95_s(calls), _bound_s(case.control, steady, quiet)
    if (found_s is not None and found_s > bound_s) or (share(calls) or 0.0) < 1:
        raise UnprovedError(
            "The control's quiet tenant suffered in the storm too, though nothing of it is shared: "
            "the server or the machine cannot hold the traffic."
        )
    return found_s


def _of(calls: Iterable[LaneCall], tenants: Iterable[str]) -> list[LaneCall]:
    wanted = frozenset(tenants)
    return [call for call in calls if call.arrival.tenant in wanted]


def p95_s(calls: Sequence[LaneCall]) -> float | None:
    """The delay that 95 % of the calls keep; one that never ended is slower than all others."""
    delays = [float("inf") if call.delay_s is None else call.delay_s for call in calls]
    if len(delays) < 2:
        return None
    return quantiles(delays, n=20, method="inclusive")[-1]
