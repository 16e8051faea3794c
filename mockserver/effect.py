"""Whether the faults of a rule had their effect, when the client left before the planned ending.

A client that hangs up in the middle of a stall has met the stall; one that hangs up before it has
not. What a fault changes is told by laying the answer out with and without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from mockserver.delivery import lay_out
from mockserver.faults.base import Answering
from mockserver.faults.shaping import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Answer
    from mockserver.delivery import Delivery
    from mockserver.faults.base import Fault
    from mockserver.faults.schedule import Draws


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


def all_begun(
    faults: Sequence[Fault], answer: Answer, draws: Draws, progress: Progress, *, method: str
) -> bool:
    """Whether every fault had begun to act by the time the delivery had come so far."""
    before = lay_out(answer, method=method)
    for count, fault in enumerate(faults, start=1):
        after = shape(faults[:count], answer, draws, method=method).delivery
        start = start_of(before, after)
        if start == _AT_END and isinstance(fault, Answering):
            start = Progress(Stage.HEAD_SENT, 0)
        if progress.stage < start.stage or progress.body_sent < start.body_sent:
            return False
        before = after
    return True


_AT_END = Progress(Stage.ENDING, 0)


def start_of(before: Delivery, after: Delivery) -> Progress:
    """Where two deliveries begin to differ; the ending when nothing before it does."""
    if before.hold_s != after.hold_s:
        return Progress(Stage.BEFORE_HEAD, 0)
    if not after.send_head:
        return _AT_END
    if _head(before) != _head(after):
        return Progress(Stage.HEAD_SENT, 0)
    return _start_in_body(before, after)


def _start_in_body(before: Delivery, after: Delivery) -> Progress:
    offset = 0
    for old, new in zip(before.pieces, after.pieces, strict=False):
        if old.delay_s != new.delay_s:
            return Progress(Stage.HEAD_SENT, offset)
        if old != new:
            return Progress(Stage.HEAD_SENT, offset + min(1, len(new.data)))
        offset += len(new.data)
    if len(after.pieces) > len(before.pieces):
        return Progress(Stage.HEAD_SENT, offset)
    return _AT_END


def _head(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.status,
        delivery.reason,
        delivery.headers,
        delivery.framing,
        delivery.content_length,
    )
