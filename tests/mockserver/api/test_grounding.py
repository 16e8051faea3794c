"""What a chat is to be answered from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.api.endpoint import ApiCall
from mockserver.api.fields import BadRequest
from mockserver.api.grounding import agents_of, context_of, first_sentence
from mockserver.settings import SandboxSettings
from tests.mockserver.api.bases import town
from tests.mockserver.api.conftest import facts_of

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

STRICT = {"unknown_ids": "refuse"}
QUESTION = {"role": "user", "content": "When does the fish market open?"}


def call_of(ask: Asker, **storage: Any) -> ApiCall:
    facts = facts_of("POST", "/v1/chat/request")
    return ApiCall(facts, SandboxSettings.model_validate({"storage": storage}), ask.store)


def body(**fields: Any) -> dict[str, Any]:
    return {"messages": [QUESTION], **fields}


@pytest.fixture
def base(ask: Asker) -> Any:
    """A knowledge base of three documents, cut into four chunks."""
    return town(ask, storage={"chunk_words": 20})


def test_a_chat_without_a_base_has_no_context(ask: Asker, base: Any) -> None:
    """Also where a base is there, and where the fields are null."""
    for chat in (body(), body(rag=None, knowledgeBase=None, agents=None), body(agents=[])):
        assert context_of(call_of(ask), chat) == ()


def test_both_spellings_with_either_id_retrieve_the_same(ask: Asker, base: Any) -> None:
    """The nearest passage first; it begins with the answer."""
    number, reference = base["id"], base["kbReferenceId"]
    chats = [
        body(**{field: {name: base_id}})
        for field in ("rag", "knowledgeBase")
        for name in ("knowledgeBaseId", "kbReferenceId")
        for base_id in (number, reference)
    ]
    contexts = [context_of(call_of(ask), chat) for chat in chats]

    assert len(contexts[0]) == 3
    assert all(context == contexts[0] for context in contexts)
    assert first_sentence(contexts[0][0]) == "The fish market opens at six in the morning."


def test_top_k_is_kept_to(ask: Asker, base: Any) -> None:
    """That of the request, or that of the settings."""
    assert len(context_of(call_of(ask), body(rag={"knowledgeBaseId": 1, "topK": 1}))) == 1
    assert len(context_of(call_of(ask, top_k=2), body(rag={"knowledgeBaseId": 1}))) == 2


def test_the_bases_of_agents_are_searched(ask: Asker, base: Any) -> None:
    """Of stored agents, in a chat and in an agent chat; one without a base adds nothing."""
    ask.json("/v1/agents/create", {"name": "a", "knowledgeBaseId": 1})
    ask.json("/v1/agents/create", {"name": "b"})
    by_base = context_of(call_of(ask), body(rag={"knowledgeBaseId": 1}))

    assert context_of(call_of(ask), body(agents=[1, 2])) == by_base
    assert context_of(call_of(ask), {"message": QUESTION, "agents": [1]}) == by_base
    assert context_of(call_of(ask), body(agents=[2])) == ()
    assert [agent.name for agent in agents_of(call_of(ask), body(agents=[2, 1]))] == ["b", "a"]


def test_the_question_is_what_the_user_said_last(ask: Asker, base: Any) -> None:
    """In parts or as a string, whatever an assistant or a tool said behind it."""
    bus = {"role": "user", "content": [{"type": "text", "text": "Where does the bus leave from?"}]}
    reply = {"role": "assistant", "content": "Mwalimu wa shule"}
    chat = {"messages": [QUESTION, bus, reply], "rag": {"knowledgeBaseId": 1, "topK": 1}}

    assert "main station" in context_of(call_of(ask), chat)[0]


def test_unknown_ids_ground_nothing_unless_they_must(ask: Asker, base: Any) -> None:
    """`isMust` refuses, and so does the setting."""
    reference = "kb-00000000-0000-4000-8000-000000000000"
    unknown = {"kbReferenceId": reference, "isMust": False}

    assert context_of(call_of(ask), body(knowledgeBase=unknown)) == ()
    assert context_of(call_of(ask), body(agents=[9])) == ()
    for chat, storage in (
        (body(knowledgeBase={**unknown, "isMust": True}), {}),
        (body(knowledgeBase=unknown), STRICT),
    ):
        with pytest.raises(BadRequest, match=f"knowledgeBase: knowledge base '{reference}' is un"):
            context_of(call_of(ask, **storage), chat)
    with pytest.raises(BadRequest, match=r"agents\[0\]: agent 9 is unknown here"):
        context_of(call_of(ask, **STRICT), body(agents=[9]))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rag": 1}, "rag must be a JSON object"),
        ({"rag": {"knowledgeBaseId": 1.5}}, "rag.knowledgeBaseId must be an integer or a refer"),
        ({"rag": {"knowledgeBaseId": 1, "topK": 0}}, "rag.topK must be at least 1"),
        ({"knowledgeBase": {"kbReferenceId": ["x"]}}, "knowledgeBase.kbReferenceId must be an"),
        ({"knowledgeBase": {"isMust": 1}}, "knowledgeBase.isMust must be true or false"),
        ({"knowledgeBase": {"isMust": True}}, "knowledgeBase must name its knowledge base"),
        ({"agents": ["x"]}, r"agents\[0\] must be an integer"),
    ],
)
def test_a_bad_field_is_named(ask: Asker, fields: dict[str, Any], message: str) -> None:
    """With the table that it stands in."""
    with pytest.raises(BadRequest, match=message):
        context_of(call_of(ask), body(**fields))
