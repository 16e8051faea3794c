"""The mock in somebody's own tests."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mockserver.faults.rules import Match, Rule, RuleError, When
from mockserver.settings import SandboxSettings
from mockserver.testing import PawaMock
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadedMockServer]:
    """One server for all of them."""
    with ThreadedMockServer() as started:
        yield started


@pytest.fixture
def mock(server: ThreadedMockServer) -> Iterator[PawaMock]:
    """A sandbox of its own."""
    one = PawaMock(server, SandboxSettings(name="one"))
    yield one
    one.close()


def chat(mock: PawaMock, text: str = "Habari") -> int:
    """The status of one chat, as a synchronous program would ask."""
    address = urlsplit(mock.base_url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port or 80, timeout=10)
    body = {
        "model": "pawa-v1-ember-20240924",
        "messages": [{"role": "user", "content": text}],
    }
    try:
        headers = {"Authorization": f"Bearer {mock.api_key}"}
        connection.request("POST", "/v1/chat/request", json.dumps(body), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_next_requests_fail_and_those_behind_them_do_not(mock: PawaMock) -> None:
    """As often as asked for."""
    mock.fail(503, times=2, retry_after=1)

    assert [chat(mock) for _ in range(3)] == [503, 503, 200]
    assert [one.status for one in mock.assert_attempts(3, path="/chat/*")] == [503, 503, 200]
    mock.assert_attempts(2, status=503)
    mock.assert_all_consumed()


def test_any_fault_and_any_rule_can_be_added(mock: PawaMock) -> None:
    """By its words, as a mapping, or as a rule; each gets an id."""
    ids = [
        mock.fault("budget_exhausted", spelling=403, match={"body": "one"}),
        mock.add({"match": Match(body="two"), "fault": {"kind": "html_page", "status": 502}}),
        mock.add(Rule.model_validate({"id": "mine", "fault": {"kind": "noop"}, "when": When()})),
        mock.fail(500, body="three"),
    ]

    assert ids == ["rule-1", "rule-2", "mine", "rule-4"]
    assert [chat(mock, text) for text in ("one", "two", "none")] == [403, 502, 200]


def test_a_bad_rule_is_told(mock: PawaMock) -> None:
    """With its place and the mend; nothing is added."""
    with pytest.raises(RuleError, match="statuss"):
        mock.fault("statuss")
    assert mock.sandbox.plan.rules == ()


def test_a_wrong_count_lists_what_came(mock: PawaMock) -> None:
    """And where nothing fits, what came nearest."""
    chat(mock)
    with pytest.raises(AssertionError) as wrong:
        mock.assert_attempts(2, path="/chat/*")
    with pytest.raises(AssertionError) as missed:
        mock.assert_attempts(1, path="/vectors/*")

    assert str(wrong.value).splitlines() == [
        "wanted 2 requests (path='/chat/*'), there were 1",
        "  #1 POST /v1/chat/request  attempt 1  200 complete",
    ]
    assert "  path: wanted '/vectors/*', was '/v1/chat/request'" in str(missed.value)


def test_a_rule_that_was_not_used_up_is_told(mock: PawaMock) -> None:
    """With the nearest request where none fitted, with counts where too few did."""
    mock.fail(503, times=2, path="/chat/*")
    mock.fault("cut_stream", after_chunks=1, how="rst", match={"stream": True})
    chat(mock)
    with pytest.raises(AssertionError) as left:
        mock.assert_all_consumed()

    text = str(left.value)
    assert "rule 'rule-1' was to fire 2 times: it met 1 requests, fired for 1" in text
    assert "rule 'rule-2' met no request; the nearest was #1" in text
    assert "  stream: wanted True, was False" in text


def test_settings_change_and_a_reset_forgets(mock: PawaMock) -> None:
    """On the server's own loop."""
    mock.change(budget={"limit_units": 0.0})
    assert chat(mock) == 402
    mock.reset()

    assert mock.requests() == ()


def test_time_and_everything_else_can_be_steered(mock: PawaMock) -> None:
    """A minute of rate limit is over when a minute is turned; a call is one of the control API."""
    mock.change(rate_limit={"requests_per_minute": 1})
    mock.control.freeze_clock()
    before = [chat(mock), chat(mock)]
    mock.advance(61)

    assert [*before, chat(mock)] == [200, 429, 200]
    assert mock.control.limits()[0].remaining == 0
