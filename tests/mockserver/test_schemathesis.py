"""The OpenAPI documents are true: schemathesis makes requests from them, and checks every answer.

Its checks: no server error; status, media type and shape of the answer are in the document; bad
requests are refused and good ones accepted; a key is asked for; a method that is not there is 405;
what was deleted is gone, and what was made is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.control.handlers import CALLS
from mockserver.openapi.api import api_document
from mockserver.openapi.control import control_document
from mockserver.settings import SandboxSettings
from mockserver.threaded import ThreadedMockServer
from tests.mockserver.probing import Leniency, probe

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED = "positive_data_acceptance"
REFUSED = "negative_data_rejection"

NO_SCHEMA_SAYS = (
    Leniency(ACCEPTED, r"must name its knowledge base, because isMust", "one field needs another"),
    Leniency(ACCEPTED, r"tool_choice (names|is required)", "it names one of the tools"),
    Leniency(
        ACCEPTED,
        r"response_format\.json_schema\.schema: |function\.parameters",
        "a schema that nothing can be valid for, and keywords that are no JSON Schema",
    ),
    Leniency(
        "ensure_resource_availability",
        r"404 .*Knowledge base not found",
        "it was deleted; the check looks for its id in the path, and here the body names it",
        operation="semantic-retrieval",
    ),
)
"""Good by the document, and refused by the API: what one part of a request asks of another."""


def phases(*enabled: str) -> dict[str, Any]:
    """The settings that switch these on and the others off."""
    every = ("examples", "coverage", "fuzzing", "stateful")
    return {name: {"enabled": name in enabled} for name in every}


API_PHASES = {
    "coverage": {
        "phases": {"coverage": True},
        # All but agent chat, which takes what chat takes.
        "operations": [{"include-operation-id": "agents.chat", "enabled": False}],
    },
    "fuzzing": {
        "phases": {"examples": True, "fuzzing": True, "stateful": True},
        "generation": {"max-examples": 3},
    },
}
"""Every border of every field; then random requests, and chains of them."""

SAID_IN_WORDS = (
    Leniency(
        ACCEPTED,
        r"(body|\]): (give|has no limit|needs a fault|(growth|burst) is for)|give its name as gate",
        "one field needs another, or excludes it",
    ),
    Leniency(ACCEPTED, r"occurs twice|must be a whole number", "names differ; 5.0 is no number"),
    Leniency(
        ACCEPTED,
        r"400 ",
        "what may stand in a field of a patch depends on the settings in force",
        operation="PATCH .*/settings",
    ),
)
"""Good by the document, and refused by the control API."""

NO_BORDERS = {"phases": {"coverage": {"enabled": False}}}

CONTROL: dict[str, Any] = {
    "generation": {"max-examples": 3},
    # Calls that wait are not to wait.
    "parameters": {"sandbox": "lab", "timeout_s": 0, "for_s": 0},
    "operations": [
        # Every rule and every setting at each of its borders would take minutes.
        {"include-name-regex": r"(POST|PUT) .*/(rules|budgets|rate-limits)$", **NO_BORDERS},
        # It opens ports, and reads files that the settings name.
        {"include-name": "POST /sandboxes", "generation": {"mode": "negative"}, **NO_BORDERS},
        # The one that the others are asked of.
        {"include-name": "DELETE /sandboxes/{sandbox}", "enabled": False},
    ],
}

KEY = {"Authorization": "Bearer pawa-dev-key"}
THE_SAME_AGAIN = ("memoryChat", "knowledgeBase")
"""Fields of a chat that hold what messages and rag hold: their borders are those of these."""

FILES = ("files", "files[]", "file", "documents", "knowledgeBase")


@pytest.fixture
def server() -> Iterator[ThreadedMockServer]:
    """A healthy server, with a sandbox of which nothing is needed."""
    with ThreadedMockServer() as started:
        started.open_sandbox(SandboxSettings(name="lab"))
        yield started


@pytest.mark.parametrize("kind", list(API_PHASES))
def test_the_document_of_the_api_is_true(server: ThreadedMockServer, kind: str) -> None:
    """Of each endpoint."""
    wanted, told = API_PHASES[kind], api_document(server.sandbox().settings, server.url)
    if kind == "coverage":
        chat = told["paths"]["/chat/request"]["post"]["requestBody"]["content"]
        for name in THE_SAME_AGAIN:
            del chat["application/json"]["schema"]["properties"][name]
    run = probe(
        told,
        files=FILES,
        **{
            **wanted,
            "phases": phases(*wanted["phases"]),
            "base-url": server.url,
            "headers": KEY,
        },
    )

    found = run.beyond(NO_SCHEMA_SAYS)
    assert not found, "\n".join(found)
    assert sum(run.requests.values()) > 100


@pytest.mark.parametrize("kind", ["coverage", "fuzzing"])
def test_the_document_of_the_control_api_is_true(server: ThreadedMockServer, kind: str) -> None:
    """Of each call, made to a sandbox that is not the server's first."""
    run = probe(
        control_document(CALLS, server.server.control_url),
        **CONTROL,
        **{"phases": phases(kind), "base-url": server.control_url},
    )

    found = run.beyond(SAID_IN_WORDS)
    assert not found, "\n".join(found)
    assert sum(run.requests.values()) > 100


def test_a_document_that_is_not_true_is_found_out(server: ThreadedMockServer) -> None:
    """A bound, a shape and a status are not as they are told; else a pass would say nothing."""
    told = api_document(server.sandbox().settings, server.url)
    create = told["paths"]["/transcribe/workspace"]["post"]
    named = create["requestBody"]["content"]["application/json"]["schema"]
    named["properties"]["name"] = {"type": "string", "minLength": 2}
    told["components"]["schemas"]["Workspace"]["properties"]["name"] = {"type": "integer"}
    del told["paths"]["/transcribe/workspace/{id}"]["get"]["responses"]["404"]
    run = probe(
        told,
        **{
            "phases": phases("coverage"),
            "operations": [{"exclude-name-regex": r"workspace(/.id.)?$", "enabled": False}],
            "base-url": server.url,
            "headers": KEY,
        },
    )

    assert {finding.check for finding in run.findings} == {
        "negative_data_rejection",
        "response_schema_conformance",
        "status_code_conformance",
    }
    assert run.beyond(NO_SCHEMA_SAYS)
