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
from mockserver.faults.bulk import GzipBomb, HugeBody, HugeChunk
from mockserver.faults.connection import (
    Blackhole,
    CloseBeforeHeaders,
    CutBody,
    RstBeforeHeaders,
)
from mockserver.faults.description import FaultDescription, describe_fault
from mockserver.faults.fields import ExtraFields, MissingFields, NonFiniteNumber
from mockserver.faults.framings import ConflictingFraming, UntilClose
from mockserver.faults.gates import Freeze, HoldUntilReleased
from mockserver.faults.hints import RetryAfter
from mockserver.faults.interim import InterimResponses
from mockserver.faults.items import Items
from mockserver.faults.labels import InvalidUtf8, WrongCharset, WrongContentType
from mockserver.faults.listener import CloseIdle, Refuse, SlowAccept
from mockserver.faults.noop import Noop
from mockserver.faults.pooling import CloseOnNextRequest, ConnectionClose, ExtraBytes
from mockserver.faults.redirects import Redirect
from mockserver.faults.refusals import KeyRefused, RateLimited, RateLimitHeaders, WrongProject
from mockserver.faults.stream_bytes import (
    Bom,
    DataLines,
    LineEnds,
    OtherStyle,
    Split,
    SplitCrlf,
    SseFields,
)
from mockserver.faults.stream_chunks import Comments, MalformedChunk
from mockserver.faults.stream_endings import CutStream, ErrorChunk, MarkerOpen, NoMarker
from mockserver.faults.stream_markers import EarlyMarker, LateMarker, TwoMarkers
from mockserver.faults.stream_order import DuplicateChunk, MissingChunk, ReorderChunks
from mockserver.faults.stream_shape import ChunkShape, LengthFinish, NoFinishReason, NoUsage
from mockserver.faults.stream_timing import Pace, SlowFirstToken, Stall
from mockserver.faults.timing import Drip, Hold, SilenceAfterHeaders, SlowHeaders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.faults.base import Fault

AnyFault = Annotated[
    Noop
    | Status
    | BudgetExhausted
    | RateLimited
    | KeyRefused
    | WrongProject
    | SuccessFalse
    | HtmlPage
    | EmptyBody
    | ProblemJson
    | Redirect
    | RetryAfter
    | RateLimitHeaders
    | CutJson
    | MissingFields
    | ExtraFields
    | NonFiniteNumber
    | NoFinishReason
    | NoUsage
    | WrongContentType
    | WrongCharset
    | InvalidUtf8
    | HugeBody
    | GzipBomb
    | Items
    | Hold
    | HoldUntilReleased
    | Freeze
    | SlowHeaders
    | SilenceAfterHeaders
    | Drip
    | InterimResponses
    | RstBeforeHeaders
    | CloseBeforeHeaders
    | Blackhole
    | CutBody
    | ConflictingFraming
    | UntilClose
    | ExtraBytes
    | ConnectionClose
    | CloseOnNextRequest
    | CloseIdle
    | SlowAccept
    | Refuse
    | SlowFirstToken
    | Pace
    | Stall
    | CutStream
    | ErrorChunk
    | LengthFinish
    | MalformedChunk
    | DuplicateChunk
    | MissingChunk
    | ReorderChunks
    | ChunkShape
    | HugeChunk
    | Comments
    | NoMarker
    | MarkerOpen
    | TwoMarkers
    | LateMarker
    | EarlyMarker
    | OtherStyle
    | Split
    | SplitCrlf
    | LineEnds
    | DataLines
    | SseFields
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
