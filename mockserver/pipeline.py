"""The way of a request through a sandbox, in order.

A request is read to its end and its exchange is opened in the journal. Then the steps of
:data:`ARRIVAL` are asked in turn until one answers, all of :data:`DEPARTURE` takes that answer out,
and :data:`END` gives back what was taken and closes the exchange. A step does one thing, has the
signature of its neighbours and knows none of them; one that has to wait gives what is to be
awaited, so that a request that waits for nothing costs no wait.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from mockserver import arrival, departure
from mockserver.answer import Answer
from mockserver.api import envelope
from mockserver.delivery import lay_out
from mockserver.exchange import IN_PROGRESS
from mockserver.transport import wire
from mockserver.transport.intake import Condition, Intake, take_in
from mockserver.visit import ClientLeftError, Visit, open_visit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockserver.sandbox import Sandbox
    from mockserver.transport.connections import Connection
    from mockserver.transport.incoming import Incoming

log = logging.getLogger(__name__)

ARRIVAL: tuple[Callable[[Visit], Answer | Awaitable[Answer | None] | None], ...] = (
    arrival.refuse_unreadable,  # 413, 400
    arrival.check_key,  # 401, 403
    arrival.look_up_rule,
    arrival.answer_by_fault,  # whatever the rule says
    arrival.find_endpoint,  # 404, 405
    arrival.read_work,  # 400
    arrival.check_access,  # 403
    arrival.limit_rate,  # 429
    arrival.reserve_budget,  # 402
    arrival.take_capacity,  # 503
    arrival.make_reply,  # 200
)
"""Asked from top to bottom; the first answer ends the asking, and so does a client that leaves
while a step waits (ClientLeftError)."""

DEPARTURE: tuple[Callable[[Visit], Awaitable[None] | None], ...] = (
    departure.lose_answer,
    departure.sign,
    departure.shape_and_lay_out,
    departure.deliver,
    departure.judge_faults,
)
"""Taken from top to bottom, all of them, unless the client leaves or a step fails."""

END: tuple[Callable[[Visit], None], ...] = (
    departure.end_exchange,
    departure.settle_budget,
    departure.give_back,
    departure.count_use,
    departure.close_exchange,
)
"""Taken from top to bottom when a request is over, however it ended; none waits, and a mistake in
one keeps none of the others from being taken."""


async def serve(sandbox: Sandbox, incoming: Incoming, connection: Connection) -> bool:
    """Serve a request (or what is none); whether its connection can serve another."""
    intake = take_in(incoming, connection, sandbox.settings.api.max_body_bytes)
    if not isinstance(intake, Intake):
        intake = await intake
    # What was parsed is not needed any more; a long answer must not keep it.
    del incoming
    visit = open_visit(sandbox, intake, connection)
    try:
        if intake.condition is Condition.LEFT:
            raise ClientLeftError  # noqa: TRY301 - one way out for both departures
        visit.answer = await _ask(visit)
        for step in DEPARTURE:
            waiting = step(visit)
            if waiting is not None:
                await waiting
    except ClientLeftError:
        wire.note_departure(visit.channel)
    except Exception:  # a mistake of ours must reach the client and the journal too
        log.exception("request %s failed inside the mock", visit.exchange.request_id)
        await _give_up(visit)
    finally:
        _close(visit)
    return visit.channel.keep_alive and not connection.over


async def _ask(visit: Visit) -> Answer | None:
    for step in ARRIVAL:
        answer = step(visit)
        if answer is not None and not isinstance(answer, Answer):
            answer = await answer
        if answer is not None:
            return answer
    return None


async def _give_up(visit: Visit) -> None:
    """500 when nothing was sent yet, else a close in the middle."""
    visit.channel.keep_alive = False
    if visit.exchange.ending != IN_PROGRESS:
        return
    if visit.exchange.sent_length:
        visit.exchange.end("fin", time.monotonic_ns())
        visit.channel.connection.finish()
        return
    answer = envelope.with_request_id(envelope.failure(500), visit.exchange.request_id)
    waiting = wire.deliver(lay_out(answer), visit.channel, visit.sandbox.clock)
    if waiting is not None:
        await waiting


def _close(visit: Visit) -> None:
    """Whatever happened, the exchange is closed and nothing stays reserved or taken."""
    for step in END:
        try:
            step(visit)
        except Exception:
            log.exception("request %s was not ended well", visit.exchange.request_id)
