"""The steps that take an answer out, and those that end a request: each acts on the visit.

A step that has to wait gives what is to be awaited.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from mockserver import frozen
from mockserver.admission import rate_limit
from mockserver.api import envelope
from mockserver.delivery import lay_out
from mockserver.effect import Progress, Stage, begun_at
from mockserver.exchange import CLIENT_LEFT, IN_PROGRESS, SERVER_STOPPED
from mockserver.faults import triggers
from mockserver.faults.shaping import Shaped, answer_now, answering, shape
from mockserver.transport import wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockserver.answer import Answer, Headers
    from mockserver.visit import Visit

RULE_HEADER = "X-Mock-Rule"
HINT_HEADER = "X-Mock-Hint"


def lose_answer(visit: Visit) -> None:
    """Put a fault's answer in place of the one that was worked for, where the rule executes.

    What was refused was not worked for: the refusal goes out, and the rule has no effect. A stream
    whose answer is lost has been made, and is paid for, to its end.
    """
    decision, reply = visit.decision, visit.reply
    if decision is None or not decision.execute:
        return
    if not visit.exchange.executed or reply is None:
        visit.decision = None
        return
    visit.reply = replace(reply, stream=False)
    answer = answer_now(decision.faults, visit.facts)
    if answer is None:
        visit.without_effect += answering(decision.faults)
    else:
        visit.answer = answer


def sign(visit: Visit) -> None:
    """Put on the answer its request id, the rule where rules are announced, and the limits."""
    answer = envelope.with_request_id(_answer(visit), visit.exchange.request_id)
    if visit.settings.announce_rules:
        answer = answer.with_headers(*_announced(visit))
    if visit.sandbox.limiter.on:
        limits = visit.limit_headers or rate_limit.headers_of(visit)
        answer = answer.with_headers(*limits) if limits else answer
    visit.answer = answer


def _announced(visit: Visit) -> Headers:
    """The rule that fired, and that a request asked for a fault in a way that is off."""
    if visit.decision is not None:
        return ((RULE_HEADER, visit.decision.rule_id),)
    hint = triggers.unheard(visit.facts, visit.settings.triggers)
    return () if hint is None else ((HINT_HEADER, hint),)


def shape_and_lay_out(visit: Visit) -> None:
    """Let the rule's faults shape answer, stream and delivery, in this order."""
    answer, decision, facts = _answer(visit), visit.decision, visit.facts
    if decision is None:
        shaped = Shaped(lay_out(answer, method=facts.method))
    else:
        shaped = shape(decision.faults, answer, decision.draws, facts)
    latency_s = 0.0 if visit.reply is None else visit.reply.latency_s
    if latency_s > 0:
        held = replace(shaped.delivery, hold_s=shaped.delivery.hold_s + latency_s)
        shaped = replace(shaped, delivery=held)
    visit.shaped = shaped


def deliver(visit: Visit) -> Awaitable[None] | None:
    """Write it, with every pause and the ending."""
    if visit.shaped is None:
        return None
    delivery, sandbox, channel = visit.shaped.delivery, visit.sandbox, visit.channel
    if sandbox.freeze.active:
        delivery, channel.holds = frozen.held(delivery), sandbox.holds
    if visit.decision is not None:
        channel.holds = sandbox.holds
        channel.before_rest = _judge_before_rests(visit)
    return wire.deliver(delivery, channel, sandbox.clock)


def judge_faults(visit: Visit) -> None:
    """Note whether the rule's faults all had their effect on the wire."""
    if visit.exchange.delivered or not _all_worked(visit):
        return
    if visit.exchange.ending not in {CLIENT_LEFT, SERVER_STOPPED} or _progress(visit).reached(
        _begun_at(visit)
    ):
        _mark_delivered(visit)


def _judge_before_rests(visit: Visit) -> Callable[[], None] | None:
    """What looks, before each wait of a delivery, whether by now all of its faults have begun.

    A reply may stay in a silence or on an open socket for good: a fault that has begun is delivered
    then and there.
    """
    if not _all_worked(visit):
        return None
    needed: list[Progress] = []

    def look() -> None:
        if visit.exchange.delivered:
            return
        if not needed:
            needed.append(_begun_at(visit))
        if _progress(visit).reached(needed[0]):
            _mark_delivered(visit)
            visit.sandbox.journal.changed()

    return look


def _all_worked(visit: Visit) -> bool:
    """Whether each fault of the rule found something to work on."""
    if visit.decision is None or visit.shaped is None:
        return False
    return visit.shaped.applied and not visit.without_effect


def _begun_at(visit: Visit) -> Progress:
    decision = visit.decision
    if decision is None:
        raise RuntimeError("no rule fired")
    return begun_at(decision.faults, _answer(visit), decision.draws, visit.facts)


def _mark_delivered(visit: Visit) -> None:
    if visit.decision is not None:
        visit.exchange.delivered = True
        visit.plan.mark_delivered(visit.decision.rule_id)


def end_exchange(visit: Visit) -> None:
    """Of an exchange that nobody has ended: the server was stopped in the middle of it."""
    if visit.exchange.ending == IN_PROGRESS:
        visit.exchange.end(SERVER_STOPPED, time.monotonic_ns())


def settle_budget(visit: Visit) -> None:
    """Count the tokens that were really written, and pay for them."""
    reply, exchange, reservation = visit.reply, visit.exchange, visit.reservation
    if reply is not None and reply.stream and exchange.ending != "complete":
        exchange.tokens_out = reply.tokens_sent(exchange.chunks_sent)
    if reservation is None:
        return
    visit.reservation = None
    read, written = (0, 0) if reply is None else (reply.tokens_in, exchange.tokens_out)
    items = None if reply is None else exchange.items
    exchange.cost_micro = visit.sandbox.purse.settle(reservation, read, written, items)


def give_back(visit: Visit) -> None:
    """Let each step take back what it gave: use of limits, a worker or a place before them."""
    if visit.on_end:
        with ExitStack() as ends:  # one that fails keeps none of the others from being called
            for end in reversed(visit.on_end):
                ends.callback(end)
    # These know the visit, which knows them: let go of, or only a collection could free it.
    visit.on_end = []
    visit.channel.before_rest = None


def count_use(visit: Visit) -> None:
    """Add the request to what was used, and to the times and faults."""
    visit.sandbox.usage.count(visit)
    visit.sandbox.tally.count(visit)


def close_exchange(visit: Visit) -> None:
    """Nothing more happens to it: the journal keeps it, and tells those who wait."""
    visit.sandbox.journal.closed(visit.exchange)


def _answer(visit: Visit) -> Answer:
    if visit.answer is None:
        raise RuntimeError("the arrival ended without an answer")
    return visit.answer


def _progress(visit: Visit) -> Progress:
    exchange = visit.exchange
    if visit.channel.at_end:
        return Progress(Stage.ENDING, exchange.body_sent)
    stage = Stage.BEFORE_HEAD if exchange.status is None else Stage.HEAD_SENT
    return Progress(stage, exchange.body_sent)
