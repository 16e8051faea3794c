"""LOAD-008: one bad server of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadtests.judging.rows.proof import (
    UnprovedError,
    beside,
    control_share,
    enough,
    failed,
    good,
    healthy_before,
    share_kept,
    stretch_of,
)
from loadtests.judging.rows.row import load_row
from loadtests.judging.rows.verdict import Looked
from scenarios.checks import at_most

if TYPE_CHECKING:
    from loadtests.judging.case import Case
    from loadtests.judging.rows.proof import Stretch

SUCCESS = 0.99
LIKELY = 0.999
PRIMARY_SHARE = 0.3
SICK = 0.25
"""Of the primary's answers; fewer errors do not tell a client to go elsewhere."""


@load_row("LOAD-008", needs=("circuit_breaker",), needs_any=("fallback_provider", "fallback_model"))
def traffic_leaves_a_bad_server(case: Case) -> Looked:
    """The first of two servers answers every second request with 503, the second is well. Measured
    are the calls that are answered, 99 %, with the failures allowed that chance explains at 99.9 %;
    and in the second half of that time, when every breaker has had its time to learn, the first
    server's share of all requests: below 30 %, where a client that remembers nothing keeps above
    half. Controls: before it calls succeed, and the control, which knows the first server alone and
    never retries, fails a quarter of its calls at least.
    """
    steady, fault = stretch_of(case, "steady"), stretch_of(case, "fault")
    calls = fault.due(case.client)
    enough(calls, 50, "calls were due while the first server was bad")
    control = _control_success(case, fault)
    late = fault.last(1 / 2)
    everything = late.arrived(case.client)
    first = late.arrived(case.client, server="primary")
    return Looked(
        (
            at_most(
                "the first server's share of the requests",
                len(first) / len(everything) if everything else None,
                PRIMARY_SHARE,
                f"of {len(everything)} requests",
                advice="Leave a server alone for a while that fails every second request",
            ),
            beside(
                share_kept(
                    "success while one server is bad",
                    len(calls) - len(failed(calls)),
                    len(calls),
                    SUCCESS,
                    likely=LIKELY,
                    advice="Ask the second server when the first one fails",
                ),
                control,
            ),
            healthy_before(case, steady),
        ),
        [*failed(calls), *(call for call in late.due(case.client) if len(call.attempts) > 1)],
    )


def _control_success(case: Case, fault: Stretch) -> float | None:
    """The control's success; raises UnprovedError when the first server was not bad."""
    lane = case.client if case.control is None else case.control
    arrived = fault.arrived(lane, server="primary")
    sick = sum(not good(one) for one in arrived) / len(arrived) if arrived else None
    if sick is not None and sick < SICK:
        raise UnprovedError(f"The first server was not bad: it failed {sick:.0%} of its requests.")
    return control_share(case, fault)
