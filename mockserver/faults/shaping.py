"""Faults of one rule at work, in their order, layer by layer.

answer now (or let the API answer) → shape the answer → shape the stream → lay out → shape the
delivery. Within a layer, faults work in the order in which the rule lists them; so
``slow_first_token`` and ``cut_stream`` in one rule give a stream that starts late and is cut.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from mockserver.answer import Answer, EventStream
from mockserver.delivery import Delivery, lay_out
from mockserver.faults.base import (
    AcceptSlowing,
    Answering,
    AnswerShaping,
    DeliveryShaping,
    Fault,
    IdleEnding,
    ListenerClosing,
    ReplyShaping,
    ServerFreezing,
    StreamShaping,
)
from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.draws import Draws
    from mockserver.facts import RequestFacts
    from mockserver.frozen import Freeze
    from mockserver.transport.connection_server import ConnectionServer
    from mockserver.transport.slow_accept import SlowAccept

_SHAPING = (AnswerShaping, ReplyShaping, StreamShaping, DeliveryShaping)


class Door(Protocol):
    """What faults can do to the place where connections come in."""

    def refuse_connections(self, duration_s: float | None) -> None:
        """Nobody listens for so long (None: until the rules change)."""
        ...

    @property
    def slow_accept(self) -> SlowAccept:
        """What makes new connections wait."""
        ...

    @property
    def freeze(self) -> Freeze:
        """What makes every reply wait."""
        ...

    @property
    def connections(self) -> ConnectionServer:
        """Those that are open."""
        ...


@value
class Shaped:
    """A reply as it will be delivered, and which faults had something to work on.

    ``idle`` names the faults that had no effect (a stream fault on a JSON reply). The faults are
    delivered when none was idle *and* the delivery came to its planned ending, which only the wire
    can tell.
    """

    delivery: Delivery
    idle: tuple[str, ...] = ()

    @property
    def applied(self) -> bool:
        """Whether every fault had its effect on the delivery."""
        return not self.idle


def answer_now(faults: Sequence[Fault], facts: RequestFacts) -> Answer | None:
    """What the faults answer in place of the API; None where the API is to answer itself."""
    for fault in faults:
        if isinstance(fault, Answering):
            return fault.answer(facts)
    return None


def answering(faults: Sequence[Fault]) -> tuple[str, ...]:
    """The kinds that may answer in place of the API; where none did, they had no effect."""
    return tuple(fault.kind for fault in faults if isinstance(fault, Answering))


def closing(faults: Sequence[Fault]) -> ListenerClosing | None:
    """The fault that takes the listener away, if there is one."""
    return next((fault for fault in faults if isinstance(fault, ListenerClosing)), None)


def act_at_the_door(faults: Sequence[Fault], door: Door) -> tuple[str, ...]:
    """What faults do to other connections, before the request is answered.

    Gives the kinds that found nothing to work on: there was no idle connection to end.
    """
    idle: list[str] = []
    for fault in faults:
        if not _acts_at_the_door(type(fault)):
            continue
        if isinstance(fault, ListenerClosing):
            door.refuse_connections(fault.duration_s)
        if isinstance(fault, AcceptSlowing):
            door.slow_accept.begin(fault.accept_delay_s, fault.duration_s)
        if isinstance(fault, ServerFreezing):
            door.freeze.begin(fault.freezes_s)
        if isinstance(fault, IdleEnding) and not door.connections.end_idle(fault.ends_idle):
            idle.append(fault.kind)
    return tuple(idle)


@cache
def _acts_at_the_door(fault: type[Fault]) -> bool:
    """Whether a class is worth asking: to test for a protocol costs more than all the rest."""
    abilities = ("closes_listener", "accept_delay_s", "ends_idle", "freezes_s")
    return any(hasattr(fault, name) for name in abilities)


def shape(faults: Sequence[Fault], answer: Answer, draws: Draws, facts: RequestFacts) -> Shaped:
    """Shape an answer (the API's or a fault's own) to a request, and lay it out. Pure."""
    effects: dict[int, bool] = {
        number: False
        for number, fault in enumerate(faults)
        if isinstance(fault, _SHAPING) and not isinstance(fault, Answering)
    }

    def took_effect(number: int) -> None:
        if number in effects:
            effects[number] = True

    for number, fault in enumerate(faults):
        before = answer
        if isinstance(fault, AnswerShaping):
            answer = fault.shape_answer(answer, draws)
        if isinstance(fault, ReplyShaping):
            answer = fault.shape_reply(answer, facts)
        if answer is not before:
            took_effect(number)
    for number, fault in enumerate(faults):
        stream = answer.body
        if isinstance(fault, StreamShaping) and isinstance(stream, EventStream):
            shaped = fault.shape_stream(stream)
            if shaped is not stream:
                answer = replace(answer, body=shaped)
                took_effect(number)
    delivery = lay_out(answer, method=facts.method)
    for number, fault in enumerate(faults):
        if isinstance(fault, DeliveryShaping):
            planned, delivery = delivery, fault.shape_delivery(delivery)
            if delivery is not planned:
                took_effect(number)
    idle = tuple(faults[number].kind for number, effect in effects.items() if not effect)
    return Shaped(delivery, idle)
