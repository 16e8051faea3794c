"""The steps that may answer a request: each gives the answer, or None to pass it on.

A step that has to wait gives what is to be awaited in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.admission import capacity, rate_limit
from mockserver.answer import Answer
from mockserver.api import envelope, routes
from mockserver.api.endpoint import ApiCall
from mockserver.api.nearest import nearest_path
from mockserver.api.work import Moment
from mockserver.draws import Draws
from mockserver.facts import API_PREFIX
from mockserver.faults import triggers
from mockserver.faults.shaping import act_at_the_door, answer_now, answering
from mockserver.faults.spelling import SpellingError
from mockserver.replies.latency import service_s, timed
from mockserver.transport.intake import Condition

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mockserver.visit import Visit

NEAREST_HEADER = "X-Mock-Nearest"


def refuse_unreadable(visit: Visit) -> Answer | None:
    """413 for a body over the limit, 408 for one too slow, 400 for what is broken or no HTTP."""
    condition = visit.intake.condition
    if condition is Condition.WHOLE:
        return None
    if condition is Condition.TOO_LARGE:
        return envelope.too_large(visit.settings.api.max_body_bytes)
    if condition is Condition.SLOW:
        return envelope.failure(408)
    if condition is Condition.BROKEN:
        return envelope.failure(400, "Malformed request body")
    return envelope.failure(400, "Malformed HTTP request")


def check_key(visit: Visit) -> Answer | None:
    """401 for a key that does not open, 403 for a blocked one; a foreign path needs none."""
    if not visit.facts.path.startswith(API_PREFIX):
        return None
    if visit.key is None:
        return envelope.unauthorized()
    clock = visit.sandbox.clock
    return visit.sandbox.access.enter(visit.key, clock.monotonic_ns(), visit.facts.wall)


def look_up_rule(visit: Visit) -> Answer | None:
    """Ask request and plan what is to go wrong; a listener that is to go away goes now."""
    sandbox, exchange = visit.sandbox, visit.exchange
    if visit.triggers:
        try:
            _ask_triggers(visit)
        except SpellingError as mistake:
            return envelope.failure(400, str(mistake))
    decision = visit.decision or visit.plan.choose(visit.facts, sandbox.plan_age_s)
    if decision is None:
        return None
    visit.decision = decision
    exchange.rule = decision.rule_id
    exchange.faults = tuple(fault.kind for fault in decision.faults)
    exchange.draw = decision.draw
    visit.without_effect = act_at_the_door(decision.faults, sandbox)
    return None


def _ask_triggers(visit: Visit) -> None:
    """Let the request's own fault win over the rules, which then neither see nor count it."""
    found = triggers.choose(visit.triggers, visit.facts, visit.settings.seed)
    if found is not None:
        visit.decision, fired = found
        visit.exchange.trigger = fired.text


def answer_by_fault(visit: Visit) -> Answer | None:
    """The answer of a fault that needs no API; it uses up neither limit nor budget.

    With ``execute`` the API does its work first, and ``lose_answer`` puts the fault's in its place.
    """
    if visit.decision is None or visit.decision.execute:
        return None
    answer = answer_now(visit.decision.faults, visit.facts)
    if answer is None:
        visit.without_effect += answering(visit.decision.faults)
    return answer


def find_endpoint(visit: Visit) -> Answer | None:
    """404 for an unknown path, 405 for a wrong method."""
    found = routes.route(visit.facts.method, visit.facts.path)
    if isinstance(found, Answer):
        return found if found.status != 404 else _not_found(visit, found)
    visit.route = found
    return None


def _not_found(visit: Visit, answer: Answer) -> Answer:
    """Note what came nearest to a path that no endpoint has, and say so where rules are told."""
    nearest = visit.exchange.nearest = nearest_path(visit.facts.method, visit.facts.path)
    if nearest is None or not visit.settings.announce_rules:
        return answer
    return answer.with_headers((NEAREST_HEADER, nearest))


def read_work(visit: Visit) -> Answer | None:
    """400 when the body does not ask for anything that the endpoint does."""
    if visit.route is None:
        return None
    call = ApiCall(visit.facts, visit.settings, visit.sandbox.store, visit.route.params)
    work = routes.read(visit.route.endpoint, call)
    if isinstance(work, Answer):
        return work
    visit.work = work
    exchange = visit.exchange
    exchange.model, exchange.stream = work.model, work.stream
    exchange.items, exchange.max_tokens = work.items, work.max_tokens
    return None


def check_access(visit: Visit) -> Answer | None:
    """403 for what the key or its project may not ask for."""
    if visit.key is None or visit.work is None:
        return None
    facts = visit.facts
    return visit.sandbox.access.denied(visit.key, facts.method, facts.path, visit.work.model)


def limit_rate(visit: Visit) -> Answer | Awaitable[Answer | None] | None:
    """429 when a rate limit has no room, at once or after a wait in line."""
    if not visit.sandbox.limiter.on or visit.key is None:
        return None
    return rate_limit.limit(visit, visit.key)


def reserve_budget(visit: Visit) -> Answer | None:
    """402 (or what stands for it) when the most that the work can cost passes the budget."""
    purse, work, key = visit.sandbox.purse, visit.work, visit.key
    if not purse.charges or work is None or key is None:
        return None
    reserved = purse.reserve(work, key)
    if isinstance(reserved, Answer):
        return reserved
    visit.reservation = reserved
    return None


def take_capacity(visit: Visit) -> Awaitable[Answer | None] | None:
    """503 (or what stands for it) when no worker comes for work that a model does."""
    settings, work = visit.settings.capacity, visit.work
    if settings is None or work is None or work.model is None:
        return None
    return capacity.take(visit, settings)


def make_reply(visit: Visit) -> Answer | None:
    """Do the work."""
    if visit.work is None:
        return None
    canary = visit.sandbox.next_canary() if visit.settings.replies.canary else None
    facts = visit.facts
    draws = Draws(visit.settings.seed, "reply", facts.token, facts.attempt)
    workers, place = visit.sandbox.workers, visit.place
    load = 0.0 if place is None else workers.load
    reply = visit.work.make(Moment(facts.wall, canary, draws, load))
    visit.reply = reply = timed(reply, visit.settings.latency, draws, load)
    if place is not None:
        workers.begin(place, service_s(reply))
    exchange = visit.exchange
    exchange.executed, exchange.canary = True, reply.canary
    exchange.tokens_in, exchange.tokens_out = reply.tokens_in, reply.tokens_out
    return reply.answer
