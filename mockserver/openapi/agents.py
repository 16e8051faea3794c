"""Agents in the document (pawa-api.md sections 3.3 to 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import agents
from mockserver.openapi.operation import (
    JSON,
    NOTHING,
    Example,
    Operation,
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
_NEW = {f"agents.{name}": {"id": "$response.body#/data/id"} for name in ("update", "one", "delete")}
_FIRST = {"id": "1"}
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
        Operation(
            "agents.update",
            "Change an agent; what is not sent stays, null empties it",
            TAG,
            enveloped(agents.UPDATED, ref("Agent")),
            bodies={JSON: changed},
            parameters=(_ID,),
            errors=(404,),
            examples=(Example(body={"description": "Teaches Swahili"}, path=_FIRST),),
        ),
        Operation(
            "agents.delete",
            "Forget an agent",
            TAG,
            enveloped(agents.DELETED, NOTHING),
            parameters=(_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
        ),
        Operation(
            "agents.list",
            "List every agent",
            TAG,
            enveloped(agents.RETRIEVED, array(ref("AgentViewed"))),
        ),
        Operation(
            "agents.one",
            "Show an agent",
            TAG,
            enveloped(agents.RETRIEVED, ref("AgentViewed")),
            parameters=(_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
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
