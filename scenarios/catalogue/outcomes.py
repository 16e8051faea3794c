"""How a call has to end: checks that rows of several groups share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reports.results import Check, Verdict
from scenarios.checks import equal, holds, nothing
from scenarios.evidence import hands_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

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
    made = len(lab.attempts(call))
    good = has_last_answer(lab, call, outcome)
    return (
        equal(f"{name}: attempts on the wire", made, attempts, advice=advice),
        holds(
            f"{name}: the last answer is handed out",
            good,
            ending(lab, call, outcome),
            "ok, with the canary of the last attempt",
            advice=advice if made == attempts else "",
        ),
    )


def all_answered(
    lab: Lab,
    name: str,
    calls: Sequence[Call],
    outcomes: Sequence[Outcome],
    *,
    attempts: int,
    advice: str,
) -> tuple[Check, Check]:
    """The same of several calls, in two checks."""
    made = [len(lab.attempts(call)) for call in calls]
    wanted = [attempts] * len(calls)
    without = [
        f"{call.label}: {ending(lab, call, outcome)}"
        for call, outcome in zip(calls, outcomes, strict=True)
        if not has_last_answer(lab, call, outcome)
    ]
    return (
        equal(f"{name}: attempts of each call", made, wanted, advice=advice),
        nothing(
            f"{name}: calls that do not hand out the last answer",
            without,
            advice=advice if made == wanted else "",
        ),
    )


def has_last_answer(lab: Lab, call: Call, outcome: Outcome) -> bool:
    """Whether the caller got the answer to the last attempt, known by its canary."""
    attempts = lab.attempts(call)
    return bool(attempts) and hands_out(outcome, attempts[-1])


def ending(lab: Lab, call: Call, outcome: Outcome) -> str:
    """How a call ended, for a reader who asks why it is not the last answer."""
    good = has_last_answer(lab, call, outcome)
    return told(outcome) if good or not outcome.ok else "ok, with another text"


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


def all_typed(
    name: str,
    calls: Sequence[Call],
    outcomes: Sequence[Outcome],
    *,
    exact: Collection[str] = (),
    advice: str,
) -> tuple[Check, ...]:
    """The same of several calls: what fails and, where a kind is wanted, what is an advisory."""
    named = list(zip(calls, outcomes, strict=True))
    typed = [(c, o) for c, o in named if o.error is not None and o.kind not in UNTYPED]
    return (
        nothing(
            f"{name}: calls without a typed error",
            [f"{c.label}: {told(o)}" for c, o in named if (c, o) not in typed],
            advice=advice,
        ),
        holds(
            f"{name}: kinds of the errors",
            all(o.kind in exact for _, o in typed),
            counted(told(o) for _, o in typed),
            " or ".join(sorted(exact)),
            advice=advice,
            miss=Verdict.ADVISORY,
        ),
    )[: 2 if exact else 1]


def since_arrival_s(lab: Lab, call: Call, outcome: Outcome) -> float | None:
    """Seconds from the arrival of the first attempt to the end of the call.

    What the client did before its request left is not in it. None when nothing arrived.
    """
    attempts = lab.attempts(call)
    return outcome.ended_s - attempts[0].start_s if attempts else None


def counted(words: Iterable[str]) -> list[str]:
    """Equal words once, with their number: ``5 times hung``."""
    return [f"{n} times {word}" if n > 1 else word for word, n in Counter(words).items()]


def told(outcome: Outcome) -> str:
    """The outcome in a few words: its kind, for a bare exception its class, for nothing that."""
    if outcome.ok and not outcome.text and not (outcome.answer and outcome.answer.vectors):
        return "ok, with no text"
    if outcome.error is not None and outcome.kind == "internal" and outcome.error.code:
        return f"internal ({outcome.error.code})"
    return outcome.kind
