"""Locust's own client against a server that does everything: one attempt, told as it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.settings import SandboxSettings
from mockserver.threaded import ThreadedMockServer
from tests.loadtests.generator.lanes import KEY, Ride, drive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.sandbox import Sandbox

LONG_S = 60


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, the call that meets it, and what that comes to (``pieces`` of a stream)."""

    fault: dict[str, Any]
    outcome: str
    call: dict[str, Any] = field(default_factory=dict)
    pieces: int = 0
    status: int | None = None
    client: dict[str, Any] = field(default_factory=dict)


STREAM = {"stream": True}
CASES = {
    "healthy": Case({"kind": "noop"}, "ok"),
    "unavailable": Case({"kind": "status", "status": 503}, "server_error", status=503),
    "busy": Case({"kind": "status", "status": 429}, "rate_limited", status=429),
    "no-money": Case({"kind": "budget_exhausted", "spelling": 402}, "budget_exhausted", status=402),
    "no-money-429": Case(
        {"kind": "budget_exhausted", "spelling": 429}, "budget_exhausted", status=429
    ),
    "redirects": Case({"kind": "redirect"}, "bad_response", status=307),
    "says-no": Case({"kind": "success_false"}, "server_error", status=200),
    "page": Case({"kind": "html_page", "status": 200}, "bad_response", status=200),
    "empty": Case({"kind": "empty_body"}, "bad_response", status=200),
    "reset": Case({"kind": "rst_before_headers"}, "connection"),
    "closed": Case({"kind": "close_before_headers"}, "connection"),
    "cut": Case({"kind": "cut_body", "after_bytes": 60, "how": "fin"}, "connection"),
    "until-close": Case({"kind": "until_close"}, "ok"),
    "silent": Case({"kind": "hold"}, "timeout", client={"timeout_s": 0.3}),
    "silent-body": Case({"kind": "silence_after_headers"}, "timeout", client={"timeout_s": 0.3}),
    "hung": Case({"kind": "hold"}, "hung", {"patience_s": 0.3}),
    "stream": Case({"kind": "noop"}, "ok", STREAM, pieces=8),
    "stream-longer-than-timeout": Case(
        {"kind": "pace", "interval_s": 0.06}, "ok", STREAM, pieces=8, client={"timeout_s": 0.3}
    ),
    "stream-unavailable": Case(
        {"kind": "status", "status": 503}, "server_error", STREAM, status=503
    ),
    "stream-cut": Case(
        {"kind": "cut_stream", "after_chunks": 3, "how": "rst"}, "stream_interrupted", STREAM, 3
    ),
    "stream-short": Case(
        {"kind": "cut_stream", "after_chunks": 3, "how": "clean"}, "stream_interrupted", STREAM, 3
    ),
    "stream-stalls": Case(
        {"kind": "stall", "after_chunks": 3},
        "stream_interrupted",
        STREAM,
        3,
        client={"idle_timeout_s": 0.3},
    ),
    "stream-silent": Case(
        {"kind": "stall", "after_chunks": 0}, "timeout", STREAM, client={"idle_timeout_s": 0.3}
    ),
    "stream-hung": Case(
        {"kind": "stall", "after_chunks": 3}, "hung", {"stream": True, "patience_s": 0.3}, 3
    ),
    "stream-error": Case(
        {"kind": "error_chunk", "after_chunks": 3}, "overloaded", STREAM, pieces=3
    ),
    "stream-marker-open": Case({"kind": "marker_open"}, "ok", STREAM, pieces=8),
    "stream-sse": Case({"kind": "stream_style", "style": "sse"}, "ok", STREAM, pieces=8),
    "stream-lines": Case({"kind": "data_lines"}, "ok", STREAM, pieces=8),
    "stream-bom": Case({"kind": "bom"}, "ok", STREAM, pieces=8),
    "vectors": Case({"kind": "noop"}, "ok", {"sentences": ["a", "b", "c"]}),
    "vectors-fail": Case(
        {"kind": "status", "status": 500}, "server_error", {"sentences": ["a"]}, status=500
    ),
}
"""What happens to a call, by the name of its tenant."""


@pytest.fixture(scope="module")
def mock() -> Iterator[ThreadedMockServer]:
    """A sandbox for each case."""
    with ThreadedMockServer() as server:
        for name, case in CASES.items():
            rules = [{"fault": case.fault}]
            asked = {"name": name, "rules": rules, "stream": {"chunks": 8}}
            server.open_sandbox(SandboxSettings.model_validate(asked))
        yield server


@pytest.fixture(scope="module")
def ride(mock: ThreadedMockServer) -> Ride:
    """All cases at once, each as a tenant with a server of its own."""
    instances = [
        {"tenant": name, "settings": {**address(mock.sandbox(name)), **case.client}}
        for name, case in CASES.items()
    ]
    calls = [{"tenant": name, **case.call} for name, case in CASES.items()]
    return drive("raw", ("together", calls), ("telemetry", {}), instances=instances)


def address(sandbox: Sandbox) -> dict[str, Any]:
    """What a client needs to know of a sandbox."""
    return {"base_url": sandbox.base_url, "api_key": sandbox.key}


@pytest.mark.parametrize("name", CASES)
def test_a_call_is_told_as_it_went(name: str, ride: Ride) -> None:
    """In the kinds of the protocol, with the status and the pieces of a stream."""
    told, case = ride.steps[0][[*CASES].index(name)], CASES[name]

    assert (told["outcome"], told["pieces"]) == (case.outcome, case.pieces), told["detail"]
    assert told["status"] == case.status
    assert told["attempts"] in ((1,) if case.outcome != "hung" else (None,))


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_repeated(name: str, ride: Ride, mock: ThreadedMockServer) -> None:
    """Whatever the server did, it was asked once, for the right thing."""
    (exchange,) = mock.sandbox(name).journal.exchanges()

    embeds = "sentences" in CASES[name].call
    assert exchange.path.endswith("/vectors/embedding" if embeds else "/chat/request")
    assert exchange.stream == CASES[name].call.get("stream", False)


def test_what_the_server_counts_is_told(ride: Ride) -> None:
    """Tokens of its usage, the id of its header, vectors one by one."""
    told = dict(zip(CASES, ride.steps[0], strict=True))

    assert told["healthy"]["tokens_out"] == told["stream"]["tokens_out"] == 40
    assert told["healthy"]["request_id"].startswith("req-")
    assert told["stream"]["text"] == told["healthy"]["text"]
    assert (told["vectors"]["vectors"], told["vectors"]["failed_vectors"]) == (3, 0)


def test_it_claims_to_stream_and_nothing_else(ride: Ride) -> None:
    """Its limits are those of its settings; it lives in Locust's process and counts nothing."""
    assert (ride.hello["name"], ride.hello["claims"]) == ("raw", ["streaming"])
    assert ride.hello["limits"]["max_attempts"] == 1
    assert (ride.pids, ride.steps[1]) == ([], {})


def test_a_server_that_is_not_there_is_a_failed_connection(free_port: int) -> None:
    """And its key is in nothing that is told."""
    settings = {"base_url": f"http://127.0.0.1:{free_port}/v1", "api_key": KEY}
    ride = drive("raw", ("call", {}), ("call", {"stream": True}), settings=settings)

    assert [step["outcome"] for step in ride.steps] == ["connection", "connection"]
    assert "refused" in ride.steps[0]["detail"]
    assert KEY not in str(ride)


def test_connections_are_used_again(sandbox: Callable[..., Sandbox]) -> None:
    """Also after a stream that ended with the marker."""
    opened = sandbox(stream={"marker": True})
    drive("raw", *[("call", STREAM), ("call", {})] * 2, settings=address(opened))

    assert len({one.connection for one in opened.journal.exchanges()}) == 1


def test_a_call_that_is_left_leaves_the_server(sandbox: Callable[..., Sandbox]) -> None:
    """Its connection is closed, not given back."""
    opened = sandbox(rules=[{"fault": {"kind": "stall", "after_chunks": 2}}])
    ride = drive("raw", ("leave", STREAM), ("sleep", 0.2), settings=address(opened))

    (exchange,) = opened.journal.exchanges()
    assert exchange.ending == "client_left"
    assert ride.stderr == ""


def test_settings_without_an_address_are_refused() -> None:
    """There is nothing to call."""
    assert drive("raw", settings={"api_key": KEY}).refused == (
        "client 'raw' needs base_url in its settings"
    )
