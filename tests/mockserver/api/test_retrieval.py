"""`POST /store/knowledge-base/semantic-retrieval`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.settings import LatencySettings
from tests.mockserver.api.bases import MARKET, base_form, town

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

PATH = "/v1/store/knowledge-base/semantic-retrieval"
QUESTION = "When does the fish market open?"


@pytest.fixture
def base(ask: Asker) -> Any:
    """A knowledge base of three documents, cut into four chunks."""
    return town(ask, storage={"chunk_words": 20})


def test_the_answer_is_the_documented_one_without_the_envelope(ask: Asker, base: Any) -> None:
    """Chunks of what was uploaded, the nearest first."""
    body = ask.json(
        PATH, {"knowledge_base_id": base["kbReferenceId"], "question_asked_by_user": QUESTION}
    )

    assert set(body) == {"finalRelevantChunk", "filteredResults"}
    first = body["filteredResults"][0]
    assert set(first) == {"id", "knowledgeBaseId", "documentName", "chunk", "distance"}
    assert first["knowledgeBaseId"] == base["id"]
    assert first["documentName"] == "market.md"
    assert "opens at six" in first["chunk"]
    assert body["finalRelevantChunk"] == [one["chunk"] for one in body["filteredResults"]]
    distances = [one["distance"] for one in body["filteredResults"]]
    assert distances == sorted(distances)


def test_both_spellings_find_the_same(ask: Asker, base: Any) -> None:
    """The documents' and the SDK's, and any mixture; either id under either name."""
    bodies = [
        {id_field: base_id, question_field: QUESTION}
        for id_field in ("knowledge_base_id", "knowledgeBaseId", "kbReferenceId")
        for question_field in ("question_asked_by_user", "query")
        for base_id in (base["id"], base["kbReferenceId"])
    ]

    answers = [ask.json(PATH, body) for body in bodies]

    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    ("told", "count"), [({}, 3), ({"topK": 1}, 1), ({"top_k": 2}, 2), ({"topK": 99}, 4)]
)
def test_no_more_than_asked_for(ask: Asker, base: Any, told: dict[str, int], count: int) -> None:
    """Three where nothing is said, fewer where there are fewer."""
    body = ask.json(PATH, {"knowledgeBaseId": 1, "query": QUESTION, **told})

    assert len(body["filteredResults"]) == len(body["finalRelevantChunk"]) == count


def test_a_base_without_text_finds_nothing(ask: Asker) -> None:
    """Empty lists, no error."""
    ask.json("/v1/store/knowledge-base", base_form("Empty", ("a.bin", b"\0\1")))

    assert ask.json(PATH, {"knowledgeBaseId": 1, "query": "x"}) == {
        "finalRelevantChunk": [],
        "filteredResults": [],
    }


def test_only_the_base_that_is_asked_is_searched(ask: Asker, base: Any) -> None:
    """Another one with the very text is not looked at."""
    ask.json("/v1/store/knowledge-base", base_form("Other", ("twin.md", MARKET)))
    body = ask.json(PATH, {"knowledgeBaseId": 1, "query": QUESTION, "topK": 99})

    assert {one["knowledgeBaseId"] for one in body["filteredResults"]} == {1}
    assert "twin.md" not in [one["documentName"] for one in body["filteredResults"]]


def test_it_is_free_and_takes_the_time_of_an_answer(ask: Asker, base: Any) -> None:
    """No model, no tokens: nothing to pay."""
    reply = ask.reply(
        PATH, {"knowledgeBaseId": 1, "query": QUESTION}, latency=LatencySettings(answer_s=0.5)
    )

    assert (reply.model, reply.items, reply.tokens_in, reply.tokens_out) == (None, 0, 0, 0)
    assert reply.latency_s == 0.5


@pytest.mark.parametrize("base_id", [2, "kb-00000000-0000-4000-8000-000000000000", "1"])
def test_an_unknown_base_is_not_found(ask: Asker, base: Any, base_id: object) -> None:
    """404 in the envelope."""
    reply = ask.reply(PATH, {"knowledge_base_id": base_id, "query": "x"})

    assert reply.answer.status == 404
    assert b'"success":false' in bytes(reply.answer.body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "body must be a JSON object"),
        ({"query": "x"}, "knowledge_base_id (or knowledgeBaseId) is required"),
        ({"knowledgeBaseId": 1}, "question_asked_by_user (or query) is required"),
        (
            {"knowledgeBaseId": 1.5, "query": "x"},
            "knowledgeBaseId must be an integer or a reference (kb-...)",
        ),
        (
            {"knowledge_base_id": True, "query": "x"},
            "knowledge_base_id must be an integer or a reference (kb-...)",
        ),
        (
            {"knowledge_base_id": 1, "knowledgeBaseId": [], "query": "x"},
            "knowledgeBaseId must be an integer or a reference (kb-...)",
        ),
        ({"knowledgeBaseId": 1, "query": 7}, "query must be a string"),
        (
            {"knowledgeBaseId": 1, "question_asked_by_user": "x", "query": 7},
            "query must be a string",
        ),
        (
            {"knowledgeBaseId": 1, "question_asked_by_user": ""},
            "question_asked_by_user must not be empty",
        ),
        ({"knowledgeBaseId": 1, "query": "x", "topK": 0}, "topK must be at least 1"),
        ({"knowledgeBaseId": 1, "query": "x", "topK": "3"}, "topK must be an integer"),
    ],
)
def test_a_bad_field_is_named(ask: Asker, body: object, message: str) -> None:
    """By the name that the request used."""
    assert ask.refusal(PATH, body) == message


def test_unknown_fields_are_refused_where_asked_for(ask: Asker) -> None:
    """Ignored without it."""
    body = {"knowledgeBaseId": 1, "query": "x", "limit": 3}

    assert (
        ask.refusal(PATH, body, api={"unknown_fields": "refuse"})
        == "limit is not a field of this request"
    )
