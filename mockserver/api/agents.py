"""``/agents/create``, ``/update``, ``/view`` and ``/delete``: agents that a project keeps.

Source: pawa-api.md sections 3.3 to 3.6. Which fields are required, what a deletion answers, and
other statuses than ``ACTIVE`` are undocumented: a name is required, nothing else is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope, fields, library
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import BadRequest, Body
from mockserver.api.free_work import free_work
from mockserver.api.references import reference_for
from mockserver.moments import iso_time

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.store import Store
    from mockserver.api.work import Moment, Work

CREATED = "Agent created successfully"
UPDATED = "Agent updated successfully"
DELETED = "Agent deleted successfully"
RETRIEVED = "Agents retrieved successfully"
"""Of the list and of a single one, as documented."""

FIELDS = frozenset({"name", "description", "instruction", "intents", "knowledgeBaseId", "tools"})
TOOL_TYPES = ("function", "pawa_tool")


@dataclass(frozen=True, slots=True)
class Agent:
    """A stored agent; times are texts in ISO 8601, ``size_bytes`` what its request weighed."""

    id: int
    reference: str
    name: str
    created_at: str
    updated_at: str
    size_bytes: int
    description: str = ""
    instruction: str = ""
    intents: tuple[str, ...] = ()
    knowledge_base_id: int | None = None
    tools: tuple[Body, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The agent as creation and change show it."""
        return {
            "id": self.id,
            "agentReferenceId": self.reference,
            "name": self.name,
            "description": self.description,
            "instruction": self.instruction,
            "status": "ACTIVE",
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }

    def as_viewed(self) -> dict[str, object]:
        """The agent as the views show it."""
        return {
            **self.as_json(),
            "intents": self.intents,
            "knowledgeBaseId": self.knowledge_base_id,
            "tools": self.tools,
        }


def read_create(call: ApiCall) -> Work:
    """``POST /agents/create``; raises BadRequest. 413 when there is no room."""
    told = _read(call)
    if "name" not in told:
        raise BadRequest("name is required")
    return free_work("agents.create", partial(_create, call, told))


def read_update(call: ApiCall) -> Work:
    """``PUT /agents/update/{id}``; what is not sent stays. Raises BadRequest."""
    return free_work("agents.update", partial(_update, call, _read(call)))


def read_delete(call: ApiCall) -> Work:
    """``DELETE /agents/delete/{id}``; 404 for an id that nothing has."""
    return free_work("agents.delete", partial(_delete, call))


def read_list(call: ApiCall) -> Work:
    """``GET /agents/view``: every agent; no paging is documented."""
    return free_work("agents.list", partial(_list, call))


def read_one(call: ApiCall) -> Work:
    """``GET /agents/view/{id}`` by the integer or by the ``agentReferenceId``."""
    return free_work("agents.one", partial(_one, call))


ENDPOINTS = (
    Endpoint("agents.create", "POST", "/agents/create", read_create),
    Endpoint("agents.update", "PUT", "/agents/update/{id}", read_update),
    Endpoint("agents.delete", "DELETE", "/agents/delete/{id}", read_delete),
    Endpoint("agents.list", "GET", "/agents/view", read_list),
    Endpoint("agents.one", "GET", "/agents/view/{id}", read_one),
)


def find_agent(store: Store, wanted: int | str) -> Agent | None:
    """The agent with that id or reference, or None."""
    if isinstance(wanted, int):
        return store.agents.get(wanted)
    return next((agent for agent in store.agents.all() if agent.reference == wanted), None)


def _read(call: ApiCall) -> dict[str, object]:
    """The fields of an agent that a request tells, by their names in :class:`Agent`.

    A null empties a field, except for the name.
    """
    body = fields.read_object(call.facts.body_json)
    if call.settings.api.unknown_fields == "refuse":
        fields.check_known(body, FIELDS)
    told: dict[str, object] = {}
    if body.get("name") is not None:
        told["name"] = fields.required_text(body, "name")
    for name in ("description", "instruction"):
        if name in body:
            told[name] = fields.optional_text(body, name)
    if "intents" in body:
        told["intents"] = _read_intents(body)
    if "tools" in body:
        told["tools"] = _read_tools(body)
    if "knowledgeBaseId" in body:
        told["knowledge_base_id"] = _read_base(call, body)
    return told


def _read_intents(body: Body) -> tuple[str, ...]:
    intents = []
    for index, intent in enumerate(fields.optional_list(body, "intents")):
        if not isinstance(intent, str):
            raise BadRequest(f"intents[{index}] must be a string")
        intents.append(intent)
    return tuple(intents)


def _read_tools(body: Body) -> tuple[Body, ...]:
    tools = []
    for index, value in enumerate(fields.optional_list(body, "tools")):
        tool = fields.read_object(value, f"tools[{index}]")
        if fields.required_text(tool, "type", f"tools[{index}].") not in TOOL_TYPES:
            raise BadRequest(f"tools[{index}].type must be {' or '.join(TOOL_TYPES)}")
        tools.append(tool)
    return tuple(tools)


def _read_base(call: ApiCall, body: Body) -> int | None:
    base_id = fields.optional_integer(body, "knowledgeBaseId")
    refuse = call.settings.storage.unknown_ids == "refuse"
    if base_id is not None and refuse and library.find_base(call.store, base_id) is None:
        raise BadRequest(f"knowledgeBaseId {base_id} is unknown here")
    return base_id


def _create(call: ApiCall, told: dict[str, object], moment: Moment) -> Answer:
    store, settings, size = call.store, call.settings.storage, len(call.facts.body)
    full = library.no_room_for_rows(
        "agents", len(store.agents.all()), settings.max_agents, "max_agents"
    ) or library.no_room_for_bytes(store, settings, size)
    if full is not None:
        return full
    taken = {agent.reference for agent in store.agents.all()}
    now = iso_time(moment.wall_s)
    fresh = Agent(
        id=0,
        reference=reference_for(moment.draws, "agent", taken),
        name="",
        created_at=now,
        updated_at=now,
        size_bytes=size,
    )
    agent = store.agents.add(lambda number: _with(fresh, {**told, "id": number}))
    return envelope.success(CREATED, agent.as_json())


def _update(call: ApiCall, told: dict[str, object], moment: Moment) -> Answer:
    store, size = call.store, len(call.facts.body)
    agent = _asked_for(call)
    if agent is None:
        return _missing(call)
    # What is not sent stays, so an agent weighs what all its requests weighed together.
    full = library.no_room_for_bytes(store, call.settings.storage, size)
    if full is not None:
        return full
    stamps = {"updated_at": iso_time(moment.wall_s), "size_bytes": agent.size_bytes + size}
    changed = _with(agent, {**told, **stamps})
    store.agents.put(agent.id, changed)
    return envelope.success(UPDATED, changed.as_json())


def _delete(call: ApiCall, _: Moment) -> Answer:
    agent = _asked_for(call)
    if agent is None:
        return _missing(call)
    call.store.agents.remove(agent.id)
    return envelope.success(DELETED, None)


def _list(call: ApiCall, _: Moment) -> Answer:
    return envelope.success(RETRIEVED, [agent.as_viewed() for agent in call.store.agents.all()])


def _one(call: ApiCall, _: Moment) -> Answer:
    agent = _asked_for(call)
    return _missing(call) if agent is None else envelope.success(RETRIEVED, agent.as_viewed())


def _with(agent: Agent, told: dict[str, object]) -> Agent:
    return replace(agent, **told)  # type: ignore[arg-type]


def _asked_for(call: ApiCall) -> Agent | None:
    return find_agent(call.store, library.id_in_path(call.params["id"]))


def _missing(call: ApiCall) -> Answer:
    return envelope.failure(404, f"Agent not found: {call.params['id']}")
