"""Why a rule met no request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.faults.rules import Match, parse_rules
from mockserver.near_misses import nearest_miss, told
from tests.mockserver.rawclient import chat, request
from tests.mockserver.talk import ask

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox


async def test_the_nearest_is_the_one_that_differs_least(sandbox: Sandbox) -> None:
    """And each difference is told with what was wanted and what was there."""
    await ask(sandbox, request("/v1/models", method="GET"))
    await ask(sandbox, request(body=chat("Habari"), headers=(("X-App", "shop"),)))
    (rule,) = parse_rules(
        [
            {
                "id": "busy",
                "match": {"path": "/chat/*", "stream": True, "header": {"X-App": "bank"}},
                "fault": {"kind": "noop"},
            }
        ]
    )
    miss = nearest_miss(rule.match, sandbox.journal.exchanges())

    assert miss is not None
    assert set(miss.differing) == {"stream", "header.X-App"}
    text = told(rule, miss)
    assert text.startswith("rule 'busy' met no request; the nearest was #2 POST /v1/chat/request")
    assert "  stream: wanted True, was False" in text
    assert "  header.X-App: wanted 'bank', was 'shop'" in text


async def test_a_request_that_fits_is_no_miss(sandbox: Sandbox) -> None:
    """Whatever else has come."""
    await ask(sandbox, request("/v1/models", method="GET"))
    await ask(sandbox, request(body=chat("Habari")))

    assert nearest_miss(Match(path="/chat/*", body="Habari"), sandbox.journal.exchanges()) is None


def test_without_any_request_there_is_nothing_near() -> None:
    """Said in one line."""
    (rule,) = parse_rules([{"fault": {"kind": "noop"}}])

    assert nearest_miss(rule.match, ()) is None
    assert told(rule, None) == "rule 'rule-1' met no request; none has come"


async def test_a_long_value_is_cut(sandbox: Sandbox) -> None:
    """A prompt of a page says no more than its beginning does."""
    await ask(sandbox, request(body=chat("Habari " * 500)))
    (rule,) = parse_rules([{"match": {"body": "kwaheri"}, "fault": {"kind": "noop"}}])
    lines = told(rule, nearest_miss(rule.match, sandbox.journal.exchanges())).splitlines()

    assert lines[1].startswith("  body: wanted 'kwaheri', was ")
    assert len(lines[1]) < 200
