"""Knowledge bases and retrieval in the document (pawa-api.md sections 3.8 and 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import knowledge_bases
from mockserver.openapi.operation import (
    BINARY,
    FORM,
    JSON,
    NOTHING,
    PAGING,
    Example,
    File,
    Operation,
    about_one,
    by_new_id,
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

TAG = "Knowledge bases"

_ID = in_path("id", "The integer, or the `kbReferenceId`.")
_NEW = by_new_id(*(f"knowledge_bases.{name}" for name in ("update", "one", "files", "delete")))


def operations(settings: SandboxSettings) -> tuple[Operation, ...]:
    """Every endpoint of knowledge bases, and retrieval."""
    return (*_bases(settings), *_one_base(), _retrieval(settings))


def schemas() -> dict[str, Schema]:
    """A knowledge base, and a file of it."""
    return {
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


def _bases(settings: SandboxSettings) -> tuple[Operation, ...]:
    market = File("knowledgeBase", "soko.txt", "text/plain", b"The market opens at six.")
    return (
        Operation(
            "knowledge_bases.create",
            "Make a knowledge base, with files or without",
            TAG,
            enveloped(knowledge_bases.CREATED, ref("KnowledgeBase")),
            bodies=_base_bodies(settings, required=("name",)),
            links=_NEW,
            examples=(Example(body={"name": "Mji", "description": "The town"}, files=(market,)),),
        ),
        Operation(
            "knowledge_bases.list",
            "List knowledge bases",
            TAG,
            enveloped(knowledge_bases.LISTED, array(ref("KnowledgeBase"))),
            parameters=(*PAGING, in_query("search", text("Looked for in name and description."))),
            examples=(Example(query={"page": "1", "limit": "10", "search": "mji"}),),
        ),
        about_one(
            "knowledge_bases.update",
            "Change a knowledge base; files are added to those that it has",
            TAG,
            enveloped(knowledge_bases.UPDATED, ref("KnowledgeBase")),
            _ID,
            bodies=_base_bodies(settings),
            example={"description": "All about the town"},
        ),
    )


def _one_base() -> tuple[Operation, ...]:
    return (
        about_one(
            "knowledge_bases.one",
            "Show a knowledge base",
            TAG,
            enveloped(knowledge_bases.LISTED, ref("KnowledgeBase")),
            _ID,
        ),
        about_one(
            "knowledge_bases.delete",
            "Forget a knowledge base and its files",
            TAG,
            enveloped(knowledge_bases.DELETED, NOTHING),
            _ID,
        ),
        about_one(
            "knowledge_bases.files",
            "List the files of a knowledge base",
            TAG,
            enveloped(knowledge_bases.FILES_LISTED, array(ref("StoredFile"))),
            _ID,
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
        TAG,
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
