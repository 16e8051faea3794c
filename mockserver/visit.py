"""One request on its way through a sandbox: what is known of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockserver.exchange import OpenExchange
from mockserver.facts import read_facts
from mockserver.faults.triggers import NO_TRIGGERS, take_out, without_trigger
from mockserver.transport.wire import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.admission.capacity import Place
    from mockserver.admission.ledger import Reservation
    from mockserver.answer import Answer, Headers
    from mockserver.api.routes import Route
    from mockserver.api.work import Reply, Work
    from mockserver.clock import Clock
    from mockserver.facts import RequestFacts
    from mockserver.faults.plan import Decision, Plan
    from mockserver.faults.shaping import Shaped
    from mockserver.faults.triggers import Trigger
    from mockserver.sandbox import Sandbox
    from mockserver.settings import KeySettings, SandboxSettings
    from mockserver.transport.connections import Connection
    from mockserver.transport.intake import Intake


class ClientLeftError(Exception):
    """The client left while a step of the arrival waited; there is nobody to answer."""


@dataclass(slots=True, eq=False, repr=False)
class Visit:
    """A request, and what the steps have made of it.

    ``settings`` and ``plan`` are those in force when it began, whatever is swapped meanwhile.
    ``on_end`` is called, in order, when the request is over however it ended: what a step has taken
    is given back there. ``without_effect`` names faults that found nothing to work on.
    ``limit_headers`` stand on whatever answer the request gets.
    ``triggers`` are what the request itself asks to go wrong.
    """

    sandbox: Sandbox
    settings: SandboxSettings
    plan: Plan
    intake: Intake
    facts: RequestFacts
    key: KeySettings | None
    exchange: OpenExchange
    channel: Channel
    triggers: tuple[Trigger, ...] = NO_TRIGGERS
    decision: Decision | None = None
    route: Route | None = None
    work: Work | None = None
    reservation: Reservation | None = None
    place: Place | None = None
    reply: Reply | None = None
    answer: Answer | None = None
    shaped: Shaped | None = None
    without_effect: tuple[str, ...] = ()
    limit_headers: Headers = ()
    on_end: list[Callable[[], None]] = field(default_factory=list)

    async def rest(self, seconds: float, clock: Clock | None = None) -> None:
        """Wait on the sandbox's clock, or another. ClientLeftError as soon as the client leaves."""
        if not await self.channel.connection.pause(seconds, clock or self.sandbox.clock):
            raise ClientLeftError


def open_visit(sandbox: Sandbox, intake: Intake, connection: Connection) -> Visit:
    """Read the facts of a request and open its exchange in the journal."""
    settings = sandbox.settings
    wall = sandbox.clock.wall_s()
    key = sandbox.access.find(intake.headers, sandbox.clock.monotonic_ns(), wall)
    path, triggers = intake.path, NO_TRIGGERS
    if settings.triggers is not None:
        path, triggers = without_trigger(path, settings.triggers)
    facts = read_facts(
        method=intake.method,
        path=path,
        query=intake.query,
        headers=intake.headers,
        body=intake.body,
        key_id=None if key is None else key.id,
        project=None if key is None else key.project,
        wall=wall,
        count=sandbox.count_arrival,
    )
    if settings.triggers is not None:
        facts, triggers = take_out(facts, triggers, settings.triggers)
    record, arrival = connection.record, intake.arrival
    record.exchanges += 1
    exchange = OpenExchange(
        sandbox=sandbox.settings.name,
        connection=record.id,
        ordinal=record.exchanges,
        first_byte_in_ns=arrival.first_byte_ns,
        headers_in_ns=arrival.headers_ns,
        body_in_ns=intake.body_in_ns,
        wall=wall,
        method=intake.method,
        path=path,
        query=intake.query,
        headers=intake.headers,
        body=intake.body,
        request_id=sandbox.next_request_id(),
        tokens=facts.tokens,
        token=facts.token,
        attempt=facts.attempt,
        key_id=facts.key_id,
        project=facts.project,
        model=facts.model,
        stream=facts.stream,
    )
    sandbox.journal.opened(exchange)
    channel = Channel(
        connection, exchange, sandbox.journal, keep_alive=intake.keep_alive, http_10=intake.http_10
    )
    return Visit(
        sandbox,
        settings,
        sandbox.plan,
        intake,
        facts,
        key,
        exchange=exchange,
        channel=channel,
        triggers=triggers,
    )
