"""``POST /store/knowledge-base/semantic-retrieval``: the passages nearest to a question.

Source: pawa-api.md section 3.9. The documents and the SDK spell the body differently, and each
spelling is taken; the answer is the documented one, without the envelope, and free of charge.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import orjson

from mockserver.answer import JSON_TYPE, Answer
from mockserver.api import fields, library
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import BadRequest, Body
from mockserver.api.free_work import free_work
from mockserver.api.passages import nearest

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.library import BaseId
    from mockserver.api.passages import Found
    from mockserver.api.work import Moment, Work

BASE_FIELDS = ("knowledge_base_id", "knowledgeBaseId", "kbReferenceId")
QUESTION_FIELDS = ("question_asked_by_user", "query")
TOP_FIELDS = ("topK", "top_k")
FIELDS = frozenset({*BASE_FIELDS, *QUESTION_FIELDS, *TOP_FIELDS})


def read_retrieval(call: ApiCall) -> Work:
    """Check the request in either spelling; raises BadRequest. 404 for an unknown base."""
    settings = call.settings
    body = fields.read_object(call.facts.body_json)
    if settings.api.unknown_fields == "refuse":
        fields.check_known(body, FIELDS)
    base_id = library.read_base_id(body, *BASE_FIELDS)
    if base_id is None:
        raise BadRequest("knowledge_base_id (or knowledgeBaseId) is required")
    question = _read_question(body)
    asked = [fields.optional_integer(body, name, at_least=1) for name in TOP_FIELDS]
    top_k = asked[0] or asked[1] or settings.storage.top_k
    make = partial(_retrieve, call, base_id, question, top_k)
    return free_work("retrieval", make, latency_s=settings.latency.answer_s)


ENDPOINTS = (
    Endpoint("retrieval", "POST", "/store/knowledge-base/semantic-retrieval", read_retrieval),
)


def _read_question(body: Body) -> str:
    names = [name for name in QUESTION_FIELDS if body.get(name) is not None]
    if not names:
        raise BadRequest("question_asked_by_user (or query) is required")
    questions = [fields.required_text(body, name) for name in names]
    return questions[0]


def _retrieve(call: ApiCall, base_id: BaseId, question: str, top_k: int, _: Moment) -> Answer:
    base = library.find_base(call.store, base_id)
    if base is None:
        return library.missing_base(base_id)
    found = nearest(library.passages_of(call.store, [base]), question, top_k)
    document = {
        "finalRelevantChunk": [one.passage.text for one in found],
        "filteredResults": [_as_json(one) for one in found],
    }
    return Answer(200, (JSON_TYPE,), orjson.dumps(document))


def _as_json(found: Found) -> dict[str, object]:
    passage = found.passage
    return {
        "id": passage.id,
        "knowledgeBaseId": passage.base_id,
        "documentName": passage.document,
        "chunk": passage.text,
        "distance": found.distance,
    }
