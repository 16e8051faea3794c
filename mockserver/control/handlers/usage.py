"""Calls about what was used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.admission.prices import MICRO
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.control.spending import UsagePage, UsageQuery
from mockserver.usage import Use

if TYPE_CHECKING:
    from mockserver.answer import Answer


async def show_usage(call: ControlCall) -> Answer:
    """Requests, refusals, tokens and cost, by what the query asks for."""
    asked = call.asked_by_query(UsageQuery)
    usage, mask = call.sandbox.usage, call.sandbox.journal.mask
    total = usage.told((), since=asked.since, until=asked.until)
    rows = [_row(use) for use in usage.told(asked.by, since=asked.since, until=asked.until)]
    for row in rows:
        row["labels"] = {
            name: label if label is None else mask.mask_text(label)
            for name, label in row["labels"].items()
        }
    return json_answer({"rows": rows, "total": _row(total[0] if total else Use({}))})


def _row(use: Use) -> dict[str, Any]:
    return {
        "labels": use.labels,
        "requests": use.requests,
        "refused": {str(status): count for status, count in sorted(use.refused.items())},
        "unanswered": use.unanswered,
        "tokens_in": use.tokens_in,
        "tokens_out": use.tokens_out,
        "cost_units": use.cost_micro / MICRO,
        "cost_micro": use.cost_micro,
    }


CALLS: Calls = {
    ("GET", f"{ONE}/usage"): Call(show_usage, told=UsagePage, query=UsageQuery),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
