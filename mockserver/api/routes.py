"""From method and path to an endpoint, or to the answer that says why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import chat, embeddings, envelope, models
from mockserver.api.fields import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.answer import Answer
    from mockserver.api.work import Work
    from mockserver.facts import RequestFacts
    from mockserver.settings import SandboxSettings

PREFIX = "/v1"
"""What every path of the API begins with."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path: its name, and how a request to it is read (raises BadRequest)."""

    name: str
    read: Callable[[RequestFacts, SandboxSettings], Work]


_FIXED: dict[str, dict[str, Endpoint]] = {
    "/chat/request": {"POST": Endpoint("chat", chat.read_chat)},
    "/agents/chat/request": {"POST": Endpoint("agents.chat", chat.read_agent_chat)},
    "/vectors/embedding": {"POST": Endpoint("embeddings", embeddings.read_embeddings)},
    "/models": {"GET": Endpoint("models.list", models.read_list)},
}
_ONE_MODEL = re.compile(r"/models/([^/]+)")


def paths() -> tuple[str, ...]:
    """Every path that is served, for people to read."""
    return (*(PREFIX + path for path in _FIXED), f"{PREFIX}/models/{{id}}")


def route(method: str, path: str) -> Endpoint | Answer:
    """The endpoint of a request; 404 for an unknown path, 405 with ``Allow`` for a wrong method."""
    methods = _methods_of(path)
    if methods is None:
        return envelope.not_found(path)
    endpoint = methods.get(method)
    if endpoint is None:
        return envelope.method_not_allowed(method, tuple(methods))
    return endpoint


def read(endpoint: Endpoint, facts: RequestFacts, settings: SandboxSettings) -> Work | Answer:
    """What the request asks for, or the 400 that names the field at fault."""
    try:
        return endpoint.read(facts, settings)
    except BadRequest as mistake:
        return envelope.failure(400, str(mistake))


def _methods_of(path: str) -> dict[str, Endpoint] | None:
    if not path.startswith(f"{PREFIX}/"):
        return None
    rest = path.removeprefix(PREFIX)
    if rest in _FIXED:
        return _FIXED[rest]
    one = _ONE_MODEL.fullmatch(rest)
    if one is None:
        return None
    return {"GET": Endpoint("models.one", partial(models.read_one, one.group(1)))}
