"""The words for what breaks the protocol, whoever reads the lines."""

from __future__ import annotations

from scenarios.clients.child import exit_words
from scenarios.clients.errors import ProtocolError
from scenarios.clients.protocol import MAX_LINE_BYTES

DEAF_S = 5.0
"""How long a process may leave the cancelling of a hung call unanswered, if it writes nothing."""

DRAIN_S = 1.0
"""How long the last output of an ended process may take to arrive."""

CLOSED = "the client's process was closed"


def line_too_long() -> ProtocolError:
    """A line that no message of the protocol can be."""
    return ProtocolError(
        "line_too_long",
        f"the adapter wrote a line of more than {MAX_LINE_BYTES} bytes",
        hint="the adapter's bug: a line holds one message, and no message is that long",
    )


def misplaced(request_id: int, last_id: int) -> ProtocolError:
    """An answer to a request that is over, or (its id is past ``last_id``) was never made."""
    if 0 < request_id <= last_id:
        return ProtocolError(
            "second_answer",
            f"the adapter answered request {request_id} after its final answer",
            hint="the adapter's bug: one 'ok' or 'error' ends a request, and nothing follows",
        )
    return ProtocolError(
        "unknown_id",
        f"the adapter answered request {request_id}, which was never asked",
        hint="the adapter's bug: an answer carries the id of its request, unchanged",
    )


def deaf(operation: str, silent_s: float) -> ProtocolError:
    """A process that leaves even the cancelling of a hung call unanswered."""
    return ProtocolError(
        "deaf",
        f"the client's process answered neither {operation} nor its cancelling"
        f" and wrote nothing for {silent_s:g} s",
        hint="the adapter's bug, or a client that blocks the whole process",
    )


def no_final_answer(operation: str, patience_s: float) -> str:
    """A request that is merely not answered in time."""
    return f"the client gave no final answer to {operation} within {patience_s:g} s"


def ended(exit_code: int | None, last_words: str) -> str:
    """A process that is gone, or has closed its stdout (the exit code is None)."""
    words = f"the client's process {exit_words(exit_code)}"
    return f"{words}; its last words: {last_words}" if last_words else words
