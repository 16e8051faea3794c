"""From method and path to an endpoint, or to the answer that says why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api import (
    agents,
    chat,
    documents,
    embeddings,
    envelope,
    knowledge_bases,
    models,
    retrieval,
    speech,
    transcription,
    transcriptions,
    workspaces,
)
from mockserver.api.endpoint import Endpoint
from mockserver.api.fields import BadRequest
from mockserver.facts import API_PREFIX
from mockserver.path_templates import template_test
from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.answer import Answer
    from mockserver.api.endpoint import ApiCall
    from mockserver.api.work import Work

ENDPOINTS: tuple[Endpoint, ...] = (
    *chat.ENDPOINTS,
    *agents.ENDPOINTS,
    *embeddings.ENDPOINTS,
    *knowledge_bases.ENDPOINTS,
    *retrieval.ENDPOINTS,
    *speech.ENDPOINTS,
    *transcription.ENDPOINTS,
    *documents.ENDPOINTS,
    *models.ENDPOINTS,
    *workspaces.ENDPOINTS,
    *transcriptions.ENDPOINTS,
)
"""Every endpoint, in the order of pawa-api.md section 3."""


@value
class Route:
    """The endpoint of a request, and what its path names."""

    endpoint: Endpoint
    params: Mapping[str, str]


def route(method: str, path: str) -> Route | Answer:
    """The endpoint of a request; 404 for an unknown path, 405 with ``Allow`` for a wrong method."""
    found = _methods_of(path)
    if found is None:
        return envelope.not_found(path)
    methods, params = found
    endpoint = methods.get(method)
    if endpoint is None:
        return envelope.method_not_allowed(method, tuple(methods))
    return Route(endpoint, params)


def read(endpoint: Endpoint, call: ApiCall) -> Work | Answer:
    """What the request asks for, or the 400 (415) that names the field at fault."""
    try:
        return endpoint.read(call)
    except BadRequest as mistake:
        return envelope.failure(mistake.status, str(mistake))


def paths() -> tuple[str, ...]:
    """Every path that is served, for people to read."""
    return tuple(dict.fromkeys(API_PREFIX + endpoint.path for endpoint in ENDPOINTS))


Methods = dict[str, Endpoint]


def _by_path() -> dict[str, Methods]:
    table: dict[str, Methods] = {}
    for endpoint in ENDPOINTS:
        table.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return table


_FIXED = {path: methods for path, methods in _by_path().items() if "{" not in path}
_NAMED = tuple(
    (template_test(path), methods) for path, methods in _by_path().items() if "{" in path
)


def _methods_of(path: str) -> tuple[Methods, dict[str, str]] | None:
    if not path.startswith(f"{API_PREFIX}/"):
        return None
    rest = path.removeprefix(API_PREFIX)
    if rest in _FIXED:
        return _FIXED[rest], {}
    for names_in, methods in _NAMED:
        names = names_in(rest)
        if names is not None:
            return methods, names
    return None
