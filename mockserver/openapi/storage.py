"""Agents, knowledge bases and retrieval in the document (pawa-api.md 3.3 to 3.6, 3.8, 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import agents, knowledge_bases
from mockserver.openapi.operation import (
    BINARY,
    FORM,
    JSON,
    NOTHING,
    PAGING,
    Example,
    File,
    Operation,
    enveloped,
    in_path,
    in_query,
)
from mockserver.openapi.schema import (
    TIME,
    Schema,
    anything_of,
    array,
    count,
    fields,
    form,
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

AGENTS = "Agents"
BASES = "Knowledge bases"

_AGENT_ID = in_path("id", "The integer, or the `agentReferenceId`.")
_BASE_ID = in_path("id", "The integer, or the `kbReferenceId`.")
_NEW_AGENT = {
    "agents.update": {"id": "$response.body#/data/id"},
    "agents.one": {"id": "$response.body#/data/id"},
    "agents.delete": {"id": "$response.body#/data/id"},
}
_NEW_BASE = {
    f"knowledge_bases.{name}": {"id": "$response.body#/data/id"}
    for name in ("update", "one", "files", "delete")
}
_FIRST = {"id": "1"}


def operations(settings: SandboxSettings) -> tuple[Operation, ...]:
    """Every endpoint of agents, knowledge bases and retrieval."""
    return (*_agents(settings), *_bases(settings), _retrieval(settings))


def schemas() -> dict[str, Schema]:
    """What they share."""
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
    return {
        "Agent": shown(agent),
        "AgentViewed": shown(agent | viewed),
        "KnowledgeBase": shown(
            {
                "id": integer(low=1),
                "kbReferenceId": text(pattern="^kb-"),
                "name": text(),
                "description": text(),
                "status": {"const": "ACTIVE"},
                "createdAt": TIME,
                "updatedAt": TIME,
            }
        ),
        "StoredFile": shown(
            {
                "id": integer(low=1),
                "knowledgeBaseId": integer(low=1),
                "fileName": text(),
                "fileType": text(),
                "fileSize": count("Bytes."),
                "status": words(("COMPLETED", "NO_TEXT")),
                "createdAt": TIME,
                "updatedAt": TIME,
            }
        ),
    }


def _agents(settings: SandboxSettings) -> tuple[Operation, ...]:
    told = {
        "description": or_null(text()),
        "instruction": or_null(text()),
        "intents": or_null(array(text())),
        "knowledgeBaseId": or_null(integer()),
        "tools": or_null(array(fields({"type": words(agents.TOOL_TYPES)}, required=("type",)))),
    }
    closed = settings.api.unknown_fields == "refuse"
    created = fields({"name": some_text(), **told}, required=("name",), closed=closed)
    changed = fields({"name": or_null(some_text()), **told}, closed=closed)
    mwalimu = {
        "name": "Mwalimu",
        "description": "Teaches",
        "instruction": "Be patient",
        "intents": ["explain"],
        "knowledgeBaseId": 1,
        "tools": [{"type": "pawa_tool", "name": "web_search_tool"}],
    }
    return (
        Operation(
            "agents.create",
            "Keep an agent",
            AGENTS,
            enveloped(agents.CREATED, ref("Agent")),
            bodies={JSON: created},
            links=_NEW_AGENT,
            examples=(Example(body=mwalimu),),
        ),
        Operation(
            "agents.update",
            "Change an agent; what is not sent stays, null empties it",
            AGENTS,
            enveloped(agents.UPDATED, ref("Agent")),
            bodies={JSON: changed},
            parameters=(_AGENT_ID,),
            errors=(404,),
            examples=(Example(body={"description": "Teaches Swahili"}, path=_FIRST),),
        ),
        Operation(
            "agents.delete",
            "Forget an agent",
            AGENTS,
            enveloped(agents.DELETED, NOTHING),
            parameters=(_AGENT_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
        ),
        Operation(
            "agents.list",
            "List every agent",
            AGENTS,
            enveloped(agents.RETRIEVED, array(ref("AgentViewed"))),
        ),
        Operation(
            "agents.one",
            "Show an agent",
            AGENTS,
            enveloped(agents.RETRIEVED, ref("AgentViewed")),
            parameters=(_AGENT_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
        ),
    )


def _bases(settings: SandboxSettings) -> tuple[Operation, ...]:
    one = enveloped(knowledge_bases.LISTED, ref("KnowledgeBase"))
    market = File("knowledgeBase", "soko.txt", "text/plain", b"The market opens at six.")
    return (
        Operation(
            "knowledge_bases.create",
            "Make a knowledge base, with files or without",
            BASES,
            enveloped(knowledge_bases.CREATED, ref("KnowledgeBase")),
            bodies=_base_bodies(settings, required=("name",)),
            links=_NEW_BASE,
            examples=(Example(body={"name": "Mji", "description": "The town"}, files=(market,)),),
        ),
        Operation(
            "knowledge_bases.list",
            "List knowledge bases",
            BASES,
            enveloped(knowledge_bases.LISTED, array(ref("KnowledgeBase"))),
            parameters=(*PAGING, in_query("search", text("Looked for in name and description."))),
            examples=(Example(query={"page": "1", "limit": "10", "search": "mji"}),),
        ),
        Operation(
            "knowledge_bases.one",
            "Show a knowledge base",
            BASES,
            one,
            parameters=(_BASE_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
        ),
        Operation(
            "knowledge_bases.update",
            "Change a knowledge base; files are added to those that it has",
            BASES,
            enveloped(knowledge_bases.UPDATED, ref("KnowledgeBase")),
            bodies=_base_bodies(settings),
            parameters=(_BASE_ID,),
            errors=(404,),
            examples=(Example(body={"description": "All about the town"}, path=_FIRST),),
        ),
        Operation(
            "knowledge_bases.delete",
            "Forget a knowledge base and its files",
            BASES,
            enveloped(knowledge_bases.DELETED, NOTHING),
            parameters=(_BASE_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
        ),
        Operation(
            "knowledge_bases.files",
            "List the files of a knowledge base",
            BASES,
            enveloped(knowledge_bases.FILES_LISTED, array(ref("StoredFile"))),
            parameters=(_BASE_ID,),
            errors=(404,),
            examples=(Example(path=_FIRST),),
        ),
    )


def _base_bodies(settings: SandboxSettings, required: tuple[str, ...] = ()) -> dict[str, Schema]:
    """The SDK's JSON, and the documents' form."""
    closed = settings.api.unknown_fields == "refuse"
    name = some_text() if required else or_null(some_text())
    in_form = {
        "name": some_text(),
        "description": text(),
        knowledge_bases.FILE_FIELD: array(BINARY, "Files of any type; text can be searched."),
    }
    return {
        JSON: fields(
            {"name": name, "description": or_null(text())}, required=required, closed=closed
        ),
        FORM: form(in_form, required=required, closed=closed),
    }


def _retrieval(settings: SandboxSettings) -> Operation:
    closed = settings.api.unknown_fields == "refuse"
    documented = fields(
        {
            "knowledge_base_id": ref("BaseId"),
            "question_asked_by_user": some_text(),
            "top_k": or_null(integer(low=1)),
        },
        required=("knowledge_base_id", "question_asked_by_user"),
        closed=closed,
        told="As the documents spell it.",
    )
    spelled = fields(
        {
            "knowledgeBaseId": ref("BaseId"),
            "query": some_text(),
            "topK": or_null(integer(low=1)),
        },
        required=("knowledgeBaseId", "query"),
        closed=closed,
        told="As the SDK spells it.",
    )
    found = shown(
        {
            "id": integer(low=1),
            "knowledgeBaseId": integer(low=1),
            "documentName": text(),
            "chunk": text(),
            "distance": {"type": "number", "description": "1 less the cosine; the nearest first."},
        }
    )
    question = "When does the market open?"
    return Operation(
        "retrieval",
        "Find the passages nearest to a question; free of charge",
        BASES,
        {JSON: shown({"finalRelevantChunk": array(text()), "filteredResults": array(found)})},
        bodies={JSON: anything_of(documented, spelled)},
        description="The one answer without the envelope.",
        errors=(404,),
        examples=(
            Example(
                "documented",
                "As the documents spell it",
                {"knowledge_base_id": 1, "question_asked_by_user": question},
            ),
            Example("sdk", "As the SDK spells it", {"knowledgeBaseId": 1, "query": question}),
        ),
    )
