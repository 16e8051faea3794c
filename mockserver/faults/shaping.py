"""Faults of one rule at work, in their order, layer by layer.

answer now (or let the API answer) → shape the answer → shape the stream → lay out → shape the
delivery. Within a layer, faults work in the order in which the rule lists them; so
``slow_first_token`` and ``cut_stream`` in one rule give a stream that starts late and is cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mockserver.answer import Answer, EventStream
from mockserver.delivery import Delivery, lay_out
from mockserver.faults.base import (
    Answering,
    AnswerShaping,
    DeliveryShaping,
    Fault,
    ListenerClosing,
    StreamShaping,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.facts import RequestFacts
    from mockserver.faults.schedule import Draws

_SHAPING = (AnswerShaping, StreamShaping, DeliveryShaping)


@dataclass(frozen=True, slots=True)
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


def closing(faults: Sequence[Fault]) -> ListenerClosing | None:
    """The fault that takes the listener away, if there is one."""
    return next((fault for fault in faults if isinstance(fault, ListenerClosing)), None)


def shape(faults: Sequence[Fault], answer: Answer, draws: Draws, *, method: str = "POST") -> Shaped:
    """Shape an answer (the API's or a fault's own) and lay it out. Pure."""
    effects: dict[int, bool] = {
        number: False
        for number, fault in enumerate(faults)
        if isinstance(fault, _SHAPING) and not isinstance(fault, Answering)
    }

    def took_effect(number: int) -> None:
        if number in effects:
            effects[number] = True

    for number, fault in enumerate(faults):
        if isinstance(fault, AnswerShaping):
            before, answer = answer, fault.shape_answer(answer, draws)
            if answer is not before:
                took_effect(number)
    for number, fault in enumerate(faults):
        stream = answer.body
        if isinstance(fault, StreamShaping) and isinstance(stream, EventStream):
            shaped = fault.shape_stream(stream)
            if shaped is not stream:
                answer = replace(answer, body=shaped)
                took_effect(number)
    delivery = lay_out(answer, method=method)
    for number, fault in enumerate(faults):
        if isinstance(fault, DeliveryShaping):
            planned, delivery = delivery, fault.shape_delivery(delivery)
            if delivery is not planned:
                took_effect(number)
    idle = tuple(faults[number].kind for number, effect in effects.items() if not effect)
    return Shaped(delivery, idle)
