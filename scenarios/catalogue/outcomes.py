"""How a call has to end: checks that rows of several groups share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.checks import equal, holds
from scenarios.evidence import hands_out

if TYPE_CHECKING:
    from collections.abc import Collection

    from scenarios.call import Call
    from scenarios.clients.protocol import Outcome
    from scenarios.lab import Lab

UNTYPED = frozenset({"internal", "crashed", "hung"})
"""Endings that a caller cannot catch by name."""


def answered(
    lab: Lab, name: str, call: Call, outcome: Outcome, *, attempts: int, advice: str
) -> tuple[Check, Check]:
    """The call made so many attempts, and its caller got the answer to the last of them.

    With one attempt this is the control that no client passes without asking the server.
    """
    seen = lab.attempts(call)
    good = bool(seen) and hands_out(outcome, seen[-1])
    return (
        equal(f"{name}: attempts on the wire", len(seen), attempts, advice=advice),
        holds(
            f"{name}: the last answer is handed out",
            good,
            told(outcome) if good or not outcome.ok else "ok, with another text",
            "ok, with the canary of the last attempt",
            advice=advice,
        ),
    )


def spared(
    lab: Lab, call: Call, outcome: Outcome, *, name: str = "control: no fault"
) -> tuple[Check, Check]:
    """The control of most rows: a call beside the faults, which none of them touches."""
    return answered(
        lab,
        name,
        call,
        outcome,
        attempts=1,
        advice="Send a call that meets no fault once, and hand out the server's answer",
    )


def typed_error(name: str, outcome: Outcome, *, exact: Collection[str] = (), advice: str) -> Check:
    """The call ends in an error that its caller can catch by name.

    A success, a bare exception, a crash and a hang fail. An error of another kind than the `exact`
    ones is an advisory: whether kinds can be told apart is what ERR-004 judges.
    """
    caught = outcome.error is not None and outcome.kind not in UNTYPED
    right = caught and (not exact or outcome.kind in exact)
    return holds(
        f"{name}: outcome",
        right,
        told(outcome),
        " or ".join(sorted(exact)) or "a typed error",
        advice=advice,
        miss=Verdict.ADVISORY if caught else Verdict.FAIL,
    )


def told(outcome: Outcome) -> str:
    """The outcome in a word or two: its kind, and for a bare exception its class."""
    if outcome.error is not None and outcome.kind == "internal" and outcome.error.code:
        return f"internal ({outcome.error.code})"
    return outcome.kind
