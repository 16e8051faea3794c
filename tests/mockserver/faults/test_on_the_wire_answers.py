"""Faults of answers and their bodies as a raw socket client sees them: bytes and ending."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.faults.rules import parse_rules
from tests.mockserver.faults.wire_cases import (
    CLOSE,
    JSON,
    Case,
    Healthy,
    ask,
    chunked,
    failure,
    head,
    indexed,
    judged,
    sized,
    told_from_the_noop,
    with_items,
)
from tests.mockserver.rawclient import RawClient, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.sandbox import Sandbox

PATH = "/v1/vectors/embedding"
ITEMS = {"model": "pawa-embeddings-v1-20241001", "sentences": ["moja", "mbili", "tatu"]}


LIMITED = b'{"success":false,"message":"Rate limit exceeded","data":null}'


def changed(healthy: Healthy, change: Callable[[Any], object]) -> bytes:
    """The healthy JSON reply, its document changed."""
    document = orjson.loads(healthy.json)
    change(document)
    return sized(orjson.dumps(document))


def labelled(kind: str, body: bytes, after: tuple[str, ...] = ()) -> bytes:
    return head("200 OK", kind, f"Content-Length: {len(body)}", after=after) + body


def moved(status: str, location: str) -> bytes:
    return head(status, "", "Content-Length: 0", f"Location: {location}")


def hinted(header: str, value: int) -> Case:
    """The healthy JSON reply with a hint behind its headers."""
    return Case(
        "retry_after",
        lambda healthy: labelled(JSON, healthy.json, (f"{header}: {value}",)),
        {"header": header, "value": value},
        "json",
    )


def spoilt(healthy: Healthy, sequence: bytes) -> bytes:
    """The healthy JSON reply with bytes behind the quote that opens its last text."""
    at = healthy.json.rindex(b':"') + 2
    return sized(healthy.json[:at] + sequence + healthy.json[at:])


PLACES = [
    Case("redirect", lambda _: moved("307 Temporary Redirect", f"{PATH}?redirect=1"), {}, "json"),
    Case(
        "redirect",
        lambda _: moved("301 Moved Permanently", f"//localhost{PATH}?redirect=1"),
        {"status": 301, "to": "other_origin"},
        "json",
    ),
    Case(
        "redirect",
        lambda _: moved("308 Permanent Redirect", PATH),
        {"status": 308, "to": "loop"},
        "json",
    ),
    Case(
        "redirect",
        lambda _: moved("303 See Other", "ftp://example/"),
        {"status": 303, "location": "ftp://example/"},
        "json",
    ),
]

HINTS = [
    hinted("Retry-After", 2),
    hinted("retry-after-ms", 1500),
    hinted("x-ms-retry-after-ms", 250),
    Case(
        "retry_after",
        lambda healthy: labelled(JSON, healthy.json, ("Retry-After: 6m0s",)),
        {"malformed": "minutes"},
        "json",
    ),
]

FIELDS = [
    Case(
        "missing_fields",
        lambda healthy: changed(healthy, lambda d: (d.pop("message"), d["data"].pop("usage"))),
        {"fields": ["message", "data.usage", "data.nowhere"]},
        "json",
    ),
    Case(
        "extra_fields",
        lambda healthy: changed(healthy, lambda d: d["data"].update(debug=[1], embeddings=None)),
        {"fields": {"data.debug": [1], "data.embeddings": None}},
        "json",
    ),
    Case(
        "non_finite_number",
        lambda healthy: sized(
            healthy.json.replace(orjson.dumps(healthy.vectors[1][0]), b"-Infinity", 1)
        ),
        {"value": "-Infinity", "field": "data.embeddings.1.0"},
        "json",
    ),
    Case(
        "no_usage",
        lambda healthy: changed(healthy, lambda d: d["data"].pop("usage")),
        {},
        "json",
    ),
    Case(
        "items",
        lambda healthy: with_items(healthy, [indexed(healthy)[0], indexed(healthy)[2]]),
        {"missing": [1]},
        "json",
    ),
    Case(
        "items",
        lambda healthy: with_items(healthy, [*healthy.vectors, *[healthy.vectors[2]] * 2]),
        {"surplus": 2, "indexed": False},
        "json",
    ),
]

LABELS = [
    Case(
        "wrong_content_type",
        lambda healthy: labelled("text/html", healthy.json),
        {"value": "text/html"},
        "json",
    ),
    Case("wrong_content_type", lambda healthy: labelled("", healthy.json), {"value": ""}, "json"),
    Case(
        "wrong_charset",
        lambda healthy: labelled(f"{JSON}; charset=utf-8", healthy.json.decode().encode("utf-16")),
        {},
        "json",
    ),
    Case(
        "wrong_charset",
        lambda healthy: labelled(f"{JSON}; charset=utf-32", healthy.json),
        {"encoding": "latin-1", "label": "utf-32"},
        "json",
    ),
    Case("invalid_utf8", lambda healthy: spoilt(healthy, b"\xff\xfe"), {}, "json"),
    Case(
        "invalid_utf8",
        lambda healthy: spoilt(healthy, b"\xed\xa0\x80"),
        {"sequence": "surrogate"},
        "json",
    ),
    Case(
        "huge_body",
        lambda healthy: sized(healthy.json + b" " * 200_000),
        {"bytes": 200_000},
        "json",
    ),
    Case(
        "huge_body",
        lambda healthy: chunked(healthy.json, *[b" " * 65_536] * 2, b" " * 8, kind=JSON),
        {"bytes": 131_080, "declared": False},
        "json",
    ),
]

REFUSALS = [
    Case(
        "rate_limited",
        lambda _: (
            head(
                "429 Too Many Requests",
                JSON,
                f"Content-Length: {len(LIMITED)}",
                "Retry-After: 2",
                after=(
                    "x-ratelimit-limit-tokens: 5",
                    "x-ratelimit-remaining-tokens: 0",
                    "x-ratelimit-reset-tokens: 2s",
                ),
            )
            + LIMITED
        ),
        {"dimension": "tokens", "retry_after_s": 2, "headers": "x-ratelimit-duration"},
    ),
    Case(
        "rate_limit_headers",
        lambda healthy: labelled(
            JSON,
            healthy.json,
            ("RateLimit-Limit: 500", "RateLimit-Remaining: 0", "RateLimit-Reset: 30"),
        ),
        {"format": "ietf-legacy", "limit": 500, "reset_s": 30},
        "json",
    ),
    Case(
        "key_refused",
        lambda _: failure("401 Unauthorized", "Unauthorized access", "WWW-Authenticate: Bearer"),
    ),
    Case(
        "key_refused",
        lambda _: failure("429 Too Many Requests", "API key blocked", "Retry-After: 60"),
        {"state": "blocked", "status": 429, "for_s": 60},
    ),
    Case(
        "wrong_project",
        lambda _: failure(
            "403 Forbidden",
            "Forbidden: project 'staging' may not use endpoint POST /v1/chat/request",
        ),
        {"because": "endpoint"},
    ),
]

CASES = [*REFUSALS, *PLACES, *HINTS, *FIELDS, *LABELS]
KINDS = {case.kind for case in CASES} | {"gzip_bomb"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_client_sees_exactly_this(sandbox: Sandbox, healthy: Healthy, case: Case) -> None:
    """Bytes and ending are as written down, and the rule counts as delivered."""
    await judged(sandbox, healthy, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_noop_does_not_pass_for_it(
    sandbox: Sandbox, healthy: Healthy, case: Case
) -> None:
    """The same check fails on a reply with which nothing is wrong: it can tell the difference."""
    await told_from_the_noop(sandbox, healthy, case)


@pytest.mark.parametrize(("kind", "unpacked"), [("gzip_bomb", True), ("noop", False)])
async def test_a_bomb_goes_off_where_it_is_unpacked(
    sandbox: Sandbox, healthy: Healthy, kind: str, unpacked: bool
) -> None:
    """A thousandth is on the wire; the whole is the reply and three megabytes behind it."""
    size = {"bytes": 3_000_000} if unpacked else {}
    sandbox.replace_rules(parse_rules([{"fault": {"kind": kind, **size}}]))
    async with await RawClient.connect(sandbox.base_url) as client:
        wants = (*CLOSE, ("Accept-Encoding", "br, gzip;q=0.5"))
        await client.send(request(PATH, ITEMS, headers=wants))
        received = await client.read()

    assert (received.header("content-encoding") == "gzip") is unpacked
    assert received.ending == "fin"
    assert len(received.body) < 8_000
    if unpacked:
        assert gzip.decompress(received.body) == healthy.json + b" " * 3_000_000
        assert sandbox.plan_status()[0].delivered == 1


async def test_a_client_without_gzip_gets_no_bomb_unless_it_is_to(sandbox: Sandbox) -> None:
    """Honest by default; with `ask = false` it is sent to anybody."""
    rules = [
        {"when": {"times": 1}, "fault": {"kind": "gzip_bomb", "bytes": 1_000_000}},
        {"fault": {"kind": "gzip_bomb", "bytes": 1_000_000, "ask": False}},
    ]
    sandbox.replace_rules(parse_rules(rules))

    honest, _ = await ask(sandbox, "json")
    forced, _ = await ask(sandbox, "json")

    assert honest.header("content-encoding") is None
    assert forced.header("content-encoding") == "gzip"
    assert [status.delivered for status in sandbox.plan_status()] == [0, 1]


async def test_a_redirect_that_is_followed_comes_to_the_reply(
    sandbox: Sandbox, healthy: Healthy
) -> None:
    """Two hops, then the API answers; those that were redirected count as delivered, and it not."""
    sandbox.replace_rules(parse_rules([{"fault": {"kind": "redirect", "hops": 2}}]))
    path, statuses = PATH, []
    async with await RawClient.connect(sandbox.base_url) as client:
        for _ in range(3):
            await client.send(request(path, ITEMS))
            received = await client.read_reply()
            statuses.append(received.status)
            path = received.header("location") or path

    assert statuses == [307, 307, 200]
    assert received.body == healthy.json
    assert path == f"{PATH}?redirect=2"
    (status,) = sandbox.plan_status()
    assert (status.fired, status.delivered) == (3, 2)


async def test_a_hint_can_be_taken_from_a_refusal(sandbox: Sandbox) -> None:
    """A 429 that says nothing of when to come back, whatever it would have said."""
    faults = [
        {"kind": "status", "status": 429, "retry_after": 2},
        {"kind": "retry_after", "absent": True},
    ]
    sandbox.replace_rules(parse_rules([{"faults": faults}]))

    received, _ = await ask(sandbox, "json")

    assert received.status == 429
    assert received.header("retry-after") is None
    assert sandbox.plan_status()[0].delivered == 1
