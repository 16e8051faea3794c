"""The call about what happened beside the exchanges: alerts, blocked keys, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.control.noted import NotePage, NotesQuery

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.journal import Journal


async def show_notes(call: ControlCall) -> Answer:
    """Notes of the journal; waits for ``at_least`` of them when asked to."""
    asked = call.asked_by_query(NotesQuery)
    journal, wanted = call.sandbox.journal, asked.at_least or 0

    def enough(seen: Journal) -> bool:
        return len(seen.notes(asked.kind)) >= wanted

    satisfied = await journal.wait_for(enough, asked.timeout_s) if wanted else True
    found = journal.notes(asked.kind)
    if asked.limit is not None:
        found = found[-asked.limit :]
    told = [
        {"at_ns": one.at_ns, "wall": one.wall, "kind": one.kind, "detail": dict(one.detail)}
        for one in found
    ]
    return json_answer({"notes": told, "satisfied": satisfied})


CALLS: Calls = {
    ("GET", f"{ONE}/notes"): Call(show_notes, told=NotePage, query=NotesQuery),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
