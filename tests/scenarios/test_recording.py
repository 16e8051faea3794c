"""What was seen becomes the report's calls, attempts, events and excerpts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.journal import Sent
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from reports.results import MOST_CHUNKS, Event
from scenarios.client import Told
from scenarios.clients.protocol import ClientAnswer, ClientError, Delta
from scenarios.recording import UNASKED, excerpt, printable, record_calls, request_excerpt
from tests.scenarios.makers import MS, TOKEN, make_exchange, make_failure, make_outcome, make_told

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox


def test_a_call_has_its_attempts_on_the_rows_own_clock() -> None:
    """Seconds since the scenario began, with the sandbox that was asked."""
    told = make_told(outcome=make_outcome(started_s=100.0), label="503 then healthy")
    exchanges = [
        make_exchange(1, at_ms=100_001, status=503, rule="step-1", faults=("status",)),
        make_exchange(2, at_ms=100_111),
    ]

    (call,) = record_calls([told], {"primary": exchanges}, 100.0)

    assert (call.token, call.label, call.outcome) == (TOKEN, "503 then healthy", "ok")
    assert (call.start_s, call.end_s) == (0.0, 0.02)
    first, second = call.attempts
    assert (first.start_s, first.end_s, first.status, first.gap_s) == (0.001, 0.011, 503, None)
    assert (first.rule, first.faults, first.target) == ("step-1", ("status",), "primary")
    assert (second.number, second.gap_s) == (2, 0.1)


def test_attempts_at_two_targets_stand_in_order_of_arrival() -> None:
    """A fallback is the call's next attempt."""
    boxes = {
        "backup": [make_exchange(1, at_ms=200)],
        "primary": [make_exchange(1, at_ms=100, status=503)],
    }

    (call,) = record_calls([make_told()], boxes, 0.0)

    assert [(a.number, a.target) for a in call.attempts] == [(1, "primary"), (2, "backup")]


def test_a_repeated_prompt_shares_its_attempts_by_time() -> None:
    """The second ask of a cached answer made no attempt, and the report shows that."""
    first = make_told(outcome=make_outcome(started_s=0.0))
    second = make_told(outcome=make_outcome(started_s=1.0))

    calls = record_calls([second, first], {"primary": [make_exchange(1, at_ms=5)]}, 0.0)

    assert [len(call.attempts) for call in calls] == [1, 0]
    assert [call.start_s for call in calls] == [0.0, 1.0]


def test_a_batch_belongs_to_each_of_its_calls() -> None:
    """One request, two callers."""
    other = "call-ba9876543210"
    batch = make_exchange(1, tokens=(TOKEN, other))

    calls = record_calls([make_told(TOKEN), make_told(other)], {"primary": [batch]}, 0.0)

    assert [len(call.attempts) for call in calls] == [1, 1]


def test_traffic_that_nobody_asked_for_is_shown() -> None:
    """A client that calls home is seen."""
    stray = make_exchange(1, at_ms=7, tokens=(), token="sha256:00")

    (call,) = record_calls([], {"primary": [stray]}, 0.0)

    assert (call.token, call.outcome, len(call.attempts)) == ("sha256:00", UNASKED, 1)


def test_events_tell_what_the_caller_saw() -> None:
    """Started, each piece of text, and the end with its words."""
    outcome = make_failure(
        "server_error",
        started_s=0.0,
        deltas=(Delta("Hab", 0.1), Delta("ari", 0.2)),
        ended_s=0.3,
        error=ClientError("server_error", "try later", status=503, code="overloaded"),
    )

    (call,) = record_calls([make_told(outcome=outcome)], {}, 0.0)

    assert list(call.events) == [
        Event(0.0, "started"),
        Event(0.1, "delta", "Hab"),
        Event(0.2, "delta", "ari"),
        Event(0.3, "server_error", "503 overloaded: try later"),
    ]


def test_an_answer_without_text_is_called_so() -> None:
    """An empty stream has no text, and not no vectors."""
    chat = make_outcome(answer=ClientAnswer(), deltas=())
    batch = make_outcome(answer=ClientAnswer(vectors=((0.5,), None)), deltas=())

    calls = record_calls([make_told(outcome=chat), make_told(outcome=batch)], {}, 0.0)

    assert [call.events[-1].detail for call in calls] == ["no text", "2 vectors"]


def test_a_long_stream_is_shortened() -> None:
    """Its last piece stands for the rest."""
    deltas = tuple(Delta("x", n / 1000) for n in range(500))

    (call,) = record_calls([make_told(outcome=make_outcome(deltas=deltas))], {}, 0.0)

    assert len(call.events) == 83
    assert call.events[-2] == Event(0.499, "delta", "and 420 more, until here")


def test_a_long_piece_is_shortened() -> None:
    """A megabyte in one event fills no report."""
    outcome = make_outcome(deltas=(Delta("x" * 1000, 0.1),))

    (call,) = record_calls([make_told(outcome=outcome)], {}, 0.0)

    assert call.events[1].detail == "x" * 200 + " [and 800 characters more]"


def test_a_call_that_never_came_back_has_no_end() -> None:
    """And its detail says why."""
    outcome = make_outcome(ending="hung", answer=None, detail="no answer in 30 s")

    (call,) = record_calls([make_told(outcome=outcome)], {}, 0.0)

    assert (call.end_s, call.outcome) == (None, "hung")
    assert call.events[-1].detail == "no answer in 30 s"


def test_a_call_without_a_token_is_kept() -> None:
    """An embedding whose sentences carry none."""
    (call,) = record_calls([Told((), "vectors", make_outcome())], {}, 0.0)

    assert (call.token, call.label) == ("", "vectors")


def test_chunks_are_the_moments_at_which_body_bytes_left() -> None:
    """The head is none."""
    exchange = make_exchange(1, sent=(Sent(1 * MS, "head", 0, 9), Sent(2 * MS, "chunk", 9, 1)))

    (call,) = record_calls([make_told()], {"primary": [exchange]}, 0.0)

    assert call.attempts[0].chunks == (0.002,)


def test_a_request_is_shown_as_it_stood_on_the_wire() -> None:
    """Start line, headers, body."""
    exchange = make_exchange(1, query="a=1", headers=(("host", "x"),), body=b'{"a": "b"}')

    assert request_excerpt(exchange) == 'POST /v1/chat/request?a=1 HTTP/1.1\nhost: x\n\n{"a": "b"}'


def test_a_response_shows_its_head_in_lines_and_odd_bytes_spelled_out() -> None:
    """A CR that splits a stream, a broken character, a zero."""
    sent = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nhab\r\xffari\x00\n"

    assert excerpt(sent, 1000) == "HTTP/1.1 200 OK\nA: b\n\nhab\\r\\xffari\\x00\n"


def test_a_response_without_a_head_is_shown_too() -> None:
    """A server that cut in the middle of it."""
    assert excerpt(b"HTTP/1.1 2", 1000) == "HTTP/1.1 2"


def test_an_excerpt_keeps_both_ends_and_says_what_it_left_out() -> None:
    """A megabyte fills no report, and how it ended is seen."""
    shown = excerpt(b"a" * 50 + b"x" * 1000 + b"z" * 50, 19)

    assert shown == "a" * 10 + "\n[… at least 1081 characters left out …]\n" + "z" * 9


def test_a_long_request_keeps_both_ends() -> None:
    """The last message of a long conversation is the one that is asked."""
    shown = request_excerpt(make_exchange(1, body=b"x" * 5000 + b" the question"))

    assert shown.startswith("POST /v1/chat/request HTTP/1.1")
    assert shown.endswith(" the question")
    assert len(shown) < 1300


def test_many_writes_are_thinned_between_the_first_and_the_last() -> None:
    """A megabyte in writes of one byte fills no report either."""
    sent = tuple(Sent(n * MS, "chunk", n, 1) for n in range(100_000))

    (call,) = record_calls([make_told()], {"primary": [make_exchange(1, sent=sent)]}, 0.0)

    chunks = call.attempts[0].chunks
    assert len(chunks) == MOST_CHUNKS
    assert (chunks[0], chunks[-1]) == (0.0, 99.999)
    assert max(b - a for a, b in pairwise(chunks)) <= 0.335 + 1e-9


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (None, {'"finish_reason":"stop"': True, "[DONE]": True}),
        (
            {"kind": "cut_stream", "after_chunks": 40, "how": "clean"},
            {'"finish_reason":"stop"': False, "[DONE]": False, "neno39": True},
        ),
        (
            {"kind": "error_chunk", "after_chunks": 10},
            {'"success":false': True, "The model is overloaded": True, "[DONE]": False},
        ),
    ],
)
async def test_the_excerpt_of_a_stream_shows_how_it_ended(
    fault: dict[str, object] | None, shown: dict[str, bool]
) -> None:
    """Whole, cut after 40 of 60 words, and broken off by an error event."""
    words = " ".join(f"neno{number}" for number in range(1, 61))
    settings = SandboxSettings.model_validate(
        {
            "name": "streams",
            "replies": {"text": words},
            "stream": {"style": "sse", "marker": True},
            "rules": [{"fault": fault}] if fault else [],
        }
    )
    async with MockServer() as server:
        sandbox = await server.open_sandbox(settings)
        await stream_once(sandbox)
        (exchange,) = sandbox.journal.exchanges()

    (call,) = record_calls([], {"primary": [exchange]}, 0.0)

    text = call.attempts[0].response_excerpt
    assert {words: words in text for words in shown} == shown
    assert "characters left out" in text


async def stream_once(sandbox: Sandbox) -> None:
    """Ask the sandbox for one stream and read it to its end."""
    body = {
        "model": "pawa-v1-ember-20240924",
        "messages": [{"role": "user", "content": "Bei ya mahindi?"}],
        "stream": True,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{sandbox.base_url}/chat/request",
            json=body,
            headers={"Authorization": f"Bearer {sandbox.key}"},
        ) as response,
    ):
        await response.read()


@given(st.binary(max_size=200))
def test_any_bytes_can_be_shown(data: bytes) -> None:
    """Printable characters and line feeds only, whatever came over the wire."""
    shown = printable(data)

    assert all(c == "\n" or c.isprintable() for c in shown)


@pytest.mark.parametrize("text", ["Habari", "€豆腐👍", "two\nlines"])
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    """Also beyond ASCII."""
    assert printable(text.encode()) == text
