"""A server in a thread, for programs that are not asynchronous."""

from __future__ import annotations

import http.client
import threading
from urllib.parse import urlsplit

import orjson
import pytest

from mockserver.errors import NotRunningError, PortInUse
from mockserver.faults.rules import parse_rules
from mockserver.settings import SandboxSettings, ServerSettings
from mockserver.threaded import ThreadedMockServer
from tests.mockserver.rawclient import chat


def post_chat(base_url: str) -> int:
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(address.netloc, timeout=5)
    try:
        connection.request(
            "POST",
            "/v1/chat/request",
            orjson.dumps(chat()),
            {"Authorization": "Bearer pawa-dev-key"},
        )
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_synchronous_program_can_use_it() -> None:
    """Start, ask, change the rules, read the journal, open another sandbox, close."""
    rules = parse_rules([{"fault": {"kind": "status", "status": 503}}])
    with ThreadedMockServer() as server:
        sandbox = server.sandbox()
        statuses = [post_chat(server.url)]
        server.call(lambda: sandbox.replace_rules(rules))
        statuses.append(post_chat(server.url))
        other = server.open_sandbox(SandboxSettings(name="two"))
        statuses.append(post_chat(other.base_url))
        server.close_sandbox("two")
        seen = [exchange.status for exchange in sandbox.journal.exchanges()]

    assert statuses == [200, 503, 200]
    assert seen == [200, 503]


def test_its_thread_ends_with_it() -> None:
    """No thread is left behind, not even by a start that failed."""
    before = threading.active_count()
    with ThreadedMockServer() as server:
        settings = ServerSettings(port=server.sandbox().port)
        with pytest.raises(PortInUse):
            ThreadedMockServer(settings).start()

    assert threading.active_count() == before


def test_outside_of_its_life_it_says_so() -> None:
    """A call without a loop is a mistake, and closing twice is none."""
    server = ThreadedMockServer()
    server.close()

    with pytest.raises(NotRunningError):
        server.call(lambda: None)
