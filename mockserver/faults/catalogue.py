"""Every fault there is, by its public name; what the command, the rules and the documents list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

from pydantic import Discriminator

from mockserver.faults.answers import (
    BudgetExhausted,
    EmptyBody,
    HtmlPage,
    ProblemJson,
    Status,
    SuccessFalse,
)
from mockserver.faults.bodies import CutJson
from mockserver.faults.connection import CloseBeforeHeaders, CutBody, RstBeforeHeaders
from mockserver.faults.description import FaultDescription, describe_fault
from mockserver.faults.items import Items
from mockserver.faults.listener import Refuse
from mockserver.faults.noop import Noop
from mockserver.faults.stream_bytes import (
    Bom,
    DataLines,
    LineEnds,
    OtherStyle,
    Split,
    SplitCrlf,
)
from mockserver.faults.stream_chunks import Comments, MalformedChunk
from mockserver.faults.stream_endings import CutStream, ErrorChunk, MarkerOpen, NoMarker
from mockserver.faults.stream_timing import Pace, SlowFirstToken, Stall
from mockserver.faults.timing import Drip, Hold, SilenceAfterHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.faults.base import Fault

AnyFault = Annotated[
    Noop
    | Status
    | BudgetExhausted
    | SuccessFalse
    | HtmlPage
    | EmptyBody
    | CutJson
    | ProblemJson
    | Items
    | Hold
    | SilenceAfterHeaders
    | Drip
    | RstBeforeHeaders
    | CloseBeforeHeaders
    | CutBody
    | Refuse
    | SlowFirstToken
    | Pace
    | Stall
    | CutStream
    | ErrorChunk
    | MalformedChunk
    | Comments
    | NoMarker
    | MarkerOpen
    | OtherStyle
    | Split
    | SplitCrlf
    | LineEnds
    | DataLines
    | Bom,
    Discriminator("kind"),
]
"""Any fault, told by its ``kind``. A new fault is registered here, and nowhere else."""

FAULTS: Mapping[str, type[Fault]] = {
    fault.model_fields["kind"].default: fault for fault in get_args(get_args(AnyFault)[0])
}
"""Every kind with its class, in the order of the documents."""


def describe() -> tuple[FaultDescription, ...]:
    """Every fault as the command and the documents show it."""
    return tuple(describe_fault(fault) for fault in FAULTS.values())
