"""Refusals that are only pretended: the same bytes as the real ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import pytest
from pydantic import ValidationError

from mockserver.answer import Answer
from mockserver.faults import refusals
from mockserver.faults.refusals import KeyRefused, RateLimited, RateLimitHeaders
from mockserver.settings import LimitHeaderSettings, LimitSettings
from tests.mockserver.faults.wire_cases import steady
from tests.mockserver.rawclient import RawClient, chat, request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mockserver.facts import RequestFacts
    from mockserver.sandbox import Sandbox

    OpenSandbox = Callable[..., Awaitable[Sandbox]]
    MakeFacts = Callable[..., RequestFacts]

KEY = {"id": "dev", "key": "pawa-dev-key"}
STAGING = {
    "keys": [{**KEY, "project": "staging"}],
    "projects": [{"id": "staging", "environment": "staging"}],
    "environment": "production",
}
NO_MODELS = {
    "keys": [{**KEY, "project": "staging"}],
    "projects": [{"id": "staging", "models": ["other-*"]}],
}
NO_CHAT = {
    "keys": [{**KEY, "project": "staging"}],
    "projects": [{"id": "staging", "endpoints": ["/vectors/*"]}],
}


def limited(dimension: str, limit: int = 1, **headers: str) -> dict[str, Any]:
    told = {"limit_headers": headers} if headers else {}
    rule = {"dimension": dimension, "limit": limit, "id": dimension}
    return {"rate_limits": [rule], **told}


async def asked(sandbox: Sandbox, times: int = 1) -> bytes:
    """The last of some replies, with what differs from time to time written as X."""
    async with await RawClient.connect(sandbox.base_url) as client:
        for _ in range(times):
            await client.send(request(body=chat()))
            received = await client.read_reply()
    # A window that has begun is back a little sooner than one that begins.
    return re.sub(rb"(?i)((?:retry-after|reset-requests): )\d+", rb"\1X", steady(received.data))


@pytest.mark.parametrize(
    ("settings", "requests", "fault"),
    [
        (limited("requests"), 2, {"kind": "rate_limited", "retry_after_s": 60}),
        (
            limited("requests", format="x-ratelimit"),
            2,
            {
                "kind": "rate_limited",
                "retry_after_s": 60,
                "headers": "x-ratelimit",
                "limit": 1,
            },
        ),
        ({"keys": [{**KEY, "state": "revoked"}]}, 1, {"kind": "key_refused"}),
        (
            {"keys": [{**KEY, "state": "expired"}]},
            1,
            {"kind": "key_refused", "state": "expired"},
        ),
        ({"keys": [{**KEY, "key": "other"}]}, 1, {"kind": "key_refused", "state": "unknown"}),
        (
            {"keys": [{**KEY, "state": "blocked"}]},
            1,
            {"kind": "key_refused", "state": "blocked"},
        ),
        (
            {"keys": [{**KEY, "state": "blocked"}], "key_block": {"status": 429}},
            1,
            {"kind": "key_refused", "state": "blocked", "status": 429},
        ),
        (STAGING, 1, {"kind": "wrong_project"}),
        (NO_MODELS, 1, {"kind": "wrong_project", "because": "model"}),
        (NO_CHAT, 1, {"kind": "wrong_project", "because": "endpoint"}),
        (
            {"budget": {"limit_units": 0.0, "price": {"in_per_1k": 1.0}}},
            1,
            {"kind": "budget_exhausted"},
        ),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if "kind" in str(value) else "",
)
async def test_a_pretended_refusal_is_byte_for_byte_the_real_one(
    open_sandbox: OpenSandbox, settings: dict[str, Any], requests: int, fault: dict[str, Any]
) -> None:
    """A client cannot tell them apart; but nothing was used up."""
    real = await asked(await open_sandbox(**settings), requests)
    pretended = await asked(await open_sandbox(rules=[{"fault": fault}]))

    assert pretended == real
    assert b" 200 OK" not in real


def test_its_words_are_those_of_the_settings() -> None:
    """Dimensions, formats and hints have one spelling each."""
    formats = get_args(LimitHeaderSettings.model_fields["format"].annotation)
    hints = get_args(LimitHeaderSettings.model_fields["retry_after"].annotation)
    dimensions = get_args(LimitSettings.model_fields["dimension"].annotation)

    assert ("off", *get_args(refusals.Format)) == formats
    assert get_args(refusals.Hint) == hints
    assert set(get_args(refusals.Dimension)) == set(dimensions)


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ("ietf", {"RateLimit-Policy": '"requests";q=500;w=60', "RateLimit": '"requests";r=7;t=30'}),
        (
            "ietf-legacy",
            {"RateLimit-Limit": "500", "RateLimit-Remaining": "7", "RateLimit-Reset": "30"},
        ),
        (
            "x-ratelimit-epoch",
            {
                "x-ratelimit-limit-requests": "500",
                "x-ratelimit-remaining-requests": "7",
                "x-ratelimit-reset-requests": "1030",
            },
        ),
    ],
)
def test_any_answer_can_tell_of_limits(
    make_facts: MakeFacts, form: Any, headers: dict[str, str]
) -> None:
    """In the place of what it told itself, from the request's arrival on."""
    fault = RateLimitHeaders(format=form, limit=500, remaining=7, reset_s=30)

    told = fault.shape_reply(Answer(200, (("X-A", "1"),)), make_facts(wall=1000.0))
    again = fault.shape_reply(told, make_facts(wall=1000.0))

    assert dict(told.headers) == {"X-A": "1", **headers}
    assert again is told


def test_those_that_are_open_have_no_reset(make_facts: MakeFacts) -> None:
    """Nobody can tell when others will be done."""
    fault = RateLimited(dimension="concurrency", headers="x-ratelimit")

    told = fault.shape_reply(fault.answer(make_facts()), make_facts())

    assert len(told.headers) == 3
    assert [name for name, _ in told.headers if "reset" in name] == []


def test_what_only_a_blocked_key_has_is_refused_elsewhere() -> None:
    """A revoked key has no time to wait for."""
    with pytest.raises(ValidationError, match="only a blocked key"):
        KeyRefused(for_s=3)
