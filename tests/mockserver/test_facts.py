"""What is read off a request before rules decide."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver.facts import find_tokens, read_facts, token_of

if TYPE_CHECKING:
    from mockserver.facts import RequestFacts


def facts_of(body: bytes, **changes: Any) -> RequestFacts:
    given_facts: dict[str, Any] = {
        "method": "POST",
        "path": "/v1/chat/request",
        "query": "",
        "headers": (("x-thing", "1"), ("x-thing", "2")),
        "body": body,
        "key_id": None,
        "wall": 1.0,
        "count": lambda token: 1,
    }
    return read_facts(**(given_facts | changes))


def test_a_call_token_is_found_wherever_it_stands_in_the_body() -> None:
    """A token inside a prompt marks the call, whatever surrounds it."""
    facts = facts_of(b'{"messages":[{"content":"say (call-00ff00ff00ff)."}]}')

    assert facts.token == "call-00ff00ff00ff"
    assert facts.tokens == ("call-00ff00ff00ff",)


def test_several_tokens_keep_their_order_and_count_once() -> None:
    """A batch holds the tokens of its calls; those of the path come last."""
    body = b"call-bbbbbbbbbbbb call-aaaaaaaaaaaa call-bbbbbbbbbbbb"

    assert find_tokens(body, "/x/call-cccccccccccc") == (
        "call-bbbbbbbbbbbb",
        "call-aaaaaaaaaaaa",
        "call-cccccccccccc",
    )


def test_without_a_token_the_same_request_has_the_same_stand_in() -> None:
    """Body and path make the token, so that a retry is known as one."""
    digest = hashlib.sha256(b"{}/v1/models").hexdigest()[:16]

    assert token_of((), b"{}", "/v1/models") == f"sha256:{digest}"
    assert token_of((), b"{ }", "/v1/models") != f"sha256:{digest}"


def test_model_and_stream_are_read_from_a_json_body() -> None:
    """What rules match on is taken from the request's own fields."""
    facts = facts_of(b'{"model":"m","stream":true}')

    assert (facts.model, facts.stream, facts.body_json) == (
        "m",
        True,
        {"model": "m", "stream": True},
    )


def test_odd_fields_are_not_believed() -> None:
    """A model that is no text and a stream that is no true do not count."""
    facts = facts_of(b'{"model":3,"stream":"true"}')

    assert (facts.model, facts.stream) == (None, False)


@given(st.binary(max_size=200))
def test_no_body_is_an_error(body: bytes) -> None:
    """Whatever arrives can be described; judging it is the API's business."""
    assert facts_of(body).body == body


def test_attempts_are_counted_by_token() -> None:
    """The sandbox counts arrivals; the facts carry the number."""
    asked: list[str] = []

    def count(token: str) -> int:
        asked.append(token)
        return 3

    facts = facts_of(b"call-00ff00ff00ff", count=count)

    assert (facts.attempt, asked) == (3, ["call-00ff00ff00ff"])


def test_the_first_value_of_a_header_is_told() -> None:
    """Headers are asked for by their lower-case name."""
    facts = facts_of(b"")

    assert (facts.header("x-thing"), facts.header("x-other")) == ("1", None)
