"""From when on the faults of a rule have had their effect, whatever the client does then.

A client that hangs up in the middle of a stall has met the stall; one that hangs up before it has
not; and a socket that is held open is held open long before that has an end. What a fault changes
is told by laying the answer out with and without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from mockserver.delivery import NO_EXTRAS, lay_out
from mockserver.faults.base import Answering
from mockserver.faults.shaping import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Answer
    from mockserver.delivery import Delivery
    from mockserver.draws import Draws
    from mockserver.facts import RequestFacts
    from mockserver.faults.base import Fault


class Stage(IntEnum):
    """How far a delivery has come."""

    BEFORE_HEAD = 0
    HEAD_SENT = 1
    ENDING = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a delivery came: its stage, and the body bytes that were written."""

    stage: Stage
    body_sent: int

    def reached(self, other: Progress) -> bool:
        """Whether this is as far as ``other``, or farther."""
        return self.stage >= other.stage and self.body_sent >= other.body_sent


def begun_at(
    faults: Sequence[Fault], answer: Answer, draws: Draws, facts: RequestFacts
) -> Progress:
    """How far a delivery has to come for every fault to have begun to act."""
    stage, body_sent = Stage.BEFORE_HEAD, 0
    before = lay_out(answer, method=facts.method)
    for count, fault in enumerate(faults, start=1):
        after = shape(faults[:count], answer, draws, facts).delivery
        start = start_of(before, after)
        if start == _AT_END and isinstance(fault, Answering):
            start = Progress(Stage.HEAD_SENT, 0)
        stage, body_sent = max(stage, start.stage), max(body_sent, start.body_sent)
        before = after
    return Progress(stage, body_sent)


_AT_END = Progress(Stage.ENDING, 0)


def start_of(before: Delivery, after: Delivery) -> Progress:
    """Where two deliveries begin to differ; the ending when nothing before it does."""
    if before.hold_s != after.hold_s or _before_head(before) != _before_head(after):
        return Progress(Stage.BEFORE_HEAD, 0)
    if not after.send_head:
        return _AT_END
    if _head(before) != _head(after):
        return Progress(Stage.HEAD_SENT, 0)
    return _start_in_body(before, after)


def _start_in_body(before: Delivery, after: Delivery) -> Progress:
    offset = 0
    for old, new in zip(before.pieces, after.pieces, strict=False):
        if old.delay_s != new.delay_s or old.gates != new.gates:
            return Progress(Stage.HEAD_SENT, offset)
        if old != new:
            return Progress(Stage.HEAD_SENT, offset + min(1, len(new.data)))
        offset += len(new.data)
    if len(after.pieces) > len(before.pieces):
        return Progress(Stage.HEAD_SENT, offset)
    return _AT_END


def _before_head(delivery: Delivery) -> tuple[object, ...]:
    extras = delivery.extras or NO_EXTRAS
    return (extras.interim, extras.gates)


def _head(delivery: Delivery) -> tuple[object, ...]:
    extras = delivery.extras or NO_EXTRAS
    return (
        extras.head_pace,
        extras.closing,
        delivery.status,
        delivery.reason,
        delivery.headers,
        delivery.framing,
        delivery.content_length,
    )
