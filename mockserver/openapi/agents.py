"""Agents in the document (pawa-api.md sections 3.3 to 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import agents
from mockserver.openapi.operation import (
    JSON,
    NOTHING,
    Example,
    Operation,
    about_one,
    by_new_id,
    enveloped,
    in_path,
)
from mockserver.openapi.schema import (
    TIME,
    Schema,
    array,
    fields,
    integer,
    or_null,
    ref,
    shown,
    some_text,
    text,
    words,
)

if TYPE_CHECKING:
    from mockserver.settings import SandboxSettings

TAG = "Agents"

_ID = in_path("id", "The integer, or the `agentReferenceId`.")
_NEW = by_new_id("agents.update", "agents.one", "agents.delete")
_MWALIMU = {
    "name": "Mwalimu",
    "description": "Teaches",
    "instruction": "Be patient",
    "intents": ["explain"],
    "knowledgeBaseId": 1,
    "tools": [{"type": "pawa_tool", "name": "web_search_tool"}],
}


def schemas() -> dict[str, Schema]:
    """An agent as its making and as its views show it."""
    agent = {
        "id": integer(low=1),
        "agentReferenceId": text(format="uuid"),
        "name": text(),
        "description": text(),
        "instruction": text(),
        "status": {"const": "ACTIVE"},
        "createdAt": TIME,
        "updatedAt": TIME,
    }
    viewed = {
        "intents": array(text()),
        "knowledgeBaseId": {"type": ["integer", "null"]},
        "tools": array({"type": "object"}),
    }
    return {"Agent": shown(agent), "AgentViewed": shown(agent | viewed)}


def operations(settings: SandboxSettings) -> tuple[Operation, ...]:
    """Every endpoint of agents but their chat."""
    created, changed = _bodies(settings)
    return (
        Operation(
            "agents.create",
            "Keep an agent",
            TAG,
            enveloped(agents.CREATED, ref("Agent")),
            bodies={JSON: created},
            links=_NEW,
            examples=(Example(body=_MWALIMU),),
        ),
        about_one(
            "agents.update",
            "Change an agent; what is not sent stays, null empties it",
            TAG,
            enveloped(agents.UPDATED, ref("Agent")),
            _ID,
            bodies={JSON: changed},
            example={"description": "Teaches Swahili"},
        ),
        about_one(
            "agents.delete",
            "Forget an agent",
            TAG,
            enveloped(agents.DELETED, NOTHING),
            _ID,
        ),
        Operation(
            "agents.list",
            "List every agent",
            TAG,
            enveloped(agents.RETRIEVED, array(ref("AgentViewed"))),
        ),
        about_one(
            "agents.one",
            "Show an agent",
            TAG,
            enveloped(agents.RETRIEVED, ref("AgentViewed")),
            _ID,
        ),
    )


def _bodies(settings: SandboxSettings) -> tuple[Schema, Schema]:
    """What makes an agent, and what changes one."""
    told = {
        "description": or_null(text()),
        "instruction": or_null(text()),
        "intents": or_null(array(text())),
        "knowledgeBaseId": or_null(integer()),
        "tools": or_null(array(fields({"type": words(agents.TOOL_TYPES)}, required=("type",)))),
    }
    closed = settings.api.unknown_fields == "refuse"
    return (
        fields({"name": some_text(), **told}, required=("name",), closed=closed),
        fields({"name": or_null(some_text()), **told}, closed=closed),
    )
