"""What a chat is to be answered from: passages of the knowledge bases that it names.

A chat names a base by ``rag`` (the SDK) or by ``knowledgeBase`` (Sartify's samples), either with
either id, or by ``agents``, each of which may have one (pawa-api.md sections 3.1 and 3.3). What the
real API does with an id that nothing has is undocumented: here such a chat is answered without it,
unless ``isMust`` (or ``storage.unknown_ids``) asks for a refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import fields, library
from mockserver.api.agents import find_agent
from mockserver.api.fields import BadRequest, Body
from mockserver.api.messages import read_message
from mockserver.api.passages import first_sentence, nearest

if TYPE_CHECKING:
    from mockserver.api.agents import Agent
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.library import KnowledgeBase

__all__ = ["agents_of", "context_of", "first_sentence"]


def context_of(call: ApiCall, body: Body) -> tuple[str, ...]:
    """The passages that answer a chat, the nearest first; none where it names no knowledge base.

    Raises BadRequest for a field of the wrong type, and for a base that must be there and is not.
    """
    rag, told = body.get("rag"), body.get("knowledgeBase")
    if rag is None and told is None and not body.get("agents"):
        return ()
    bases: dict[int, KnowledgeBase] = {}
    wanted = call.settings.storage.top_k
    for field, value in (("rag", rag), ("knowledgeBase", told)):
        if value is None:
            continue
        named = fields.read_object(value, field)
        options = {f"{field}.{name}": inner for name, inner in named.items()}
        wanted = fields.optional_integer(options, f"{field}.topK", at_least=1) or wanted
        base = _named_base(call, options, field)
        if base is not None:
            bases[base.id] = base
    for agent in agents_of(call, body):
        base = call.store.bases.get(agent.knowledge_base_id or 0)
        if base is not None:
            bases[base.id] = base
    passages = library.passages_of(call.store, bases.values())
    return tuple(found.passage.text for found in nearest(passages, _question(body), wanted))


def agents_of(call: ApiCall, body: Body) -> tuple[Agent, ...]:
    """The stored agents that a chat names in ``agents``, in its order.

    Raises BadRequest for what is no integer, and for unknown ones where the settings refuse them.
    """
    found: list[Agent] = []
    for index, agent_id in enumerate(fields.optional_list(body, "agents")):
        number = fields.whole(agent_id)
        if number is None:
            raise BadRequest(f"agents[{index}] must be an integer")
        agent = find_agent(call.store, number)
        if agent is not None:
            found.append(agent)
        elif call.settings.storage.unknown_ids == "refuse":
            raise BadRequest(f"agents[{index}]: agent {agent_id} is unknown here")
    return tuple(found)


def _named_base(call: ApiCall, options: Body, field: str) -> KnowledgeBase | None:
    must = fields.optional_flag(options, f"{field}.isMust")
    base_id = library.read_base_id(options, f"{field}.knowledgeBaseId", f"{field}.kbReferenceId")
    if base_id is None:
        if must:
            raise BadRequest(f"{field} must name its knowledge base, because isMust is true")
        return None
    base = library.find_base(call.store, base_id)
    if base is None and (must or call.settings.storage.unknown_ids == "refuse"):
        raise BadRequest(f"{field}: knowledge base {base_id!r} is unknown here")
    return base


def _question(body: Body) -> str:
    """The text of the last message that a user wrote, or else of the last one."""
    messages = body.get("messages")
    sent = messages if isinstance(messages, list) else [body.get("message")]
    read = [read_message(message, "message") for message in sent]
    asked = [message for message in read if message.role == "user"] or read
    return asked[-1].text if asked else ""
