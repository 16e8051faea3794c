"""What a key opens."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.access import Access
from mockserver.settings import SandboxSettings
from tests.mockserver.rawclient import chat, request
from tests.mockserver.talk import ask

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.settings import KeySettings
    from tests.mockserver.conftest import OpenSandbox

S = 1_000_000_000
BEGAN_NS = 5 * S
CHAT = "/v1/chat/request"


def access_with(**settings: Any) -> tuple[Access, tuple[KeySettings, ...]]:
    """An access that began at five seconds of its clock, and its keys."""
    made = SandboxSettings.model_validate(settings)
    return Access(made, BEGAN_NS), made.keys


def one_key(**fields: Any) -> tuple[Access, KeySettings]:
    access, (key,) = access_with(keys=[{"id": "a", "key": "key-a", **fields}])
    return access, key


def said(answer: Answer | None) -> tuple[int, str]:
    assert answer is not None
    assert isinstance(answer.body, bytes)
    return answer.status, orjson.loads(answer.body)["message"]


@pytest.mark.parametrize(
    ("fields", "age_s", "state"),
    [
        ({}, 0, "active"),
        ({"state": "revoked"}, 0, "revoked"),
        ({"state": "expired"}, 0, "expired"),
        ({"state": "blocked"}, 0, "blocked"),
        ({"expires_at": 60.0}, 59, "active"),
        ({"expires_at": 60.0}, 60, "expired"),
        ({"not_before": 60.0}, 59, "pending"),
        ({"not_before": 60.0}, 60, "active"),
        ({"expires_at": "1970-01-01T00:01:00Z"}, 54, "active"),
        ({"expires_at": "1970-01-01T03:01:00+03:00"}, 55, "expired"),
        ({"expires_at": 60.0, "state": "revoked"}, 60, "revoked"),
    ],
)
def test_a_key_is_good_in_its_time(fields: dict[str, Any], age_s: float, state: str) -> None:
    """Whatever it is not good for is 401, but for a block: 403."""
    access, key = one_key(**fields)
    now_ns = round(BEGAN_NS + age_s * S)
    answer = access.enter(key, now_ns, now_ns / S)

    assert access.state(key, now_ns, now_ns / S) == state
    if state == "active":
        assert answer is None
    elif state == "blocked":
        assert said(answer) == (403, "API key blocked")
    else:
        assert said(answer) == (401, "Unauthorized access")


@given(st.integers(1, 20), st.integers(0, 40))
def test_a_key_for_n_uses_opens_n_times(uses: int, asked: int) -> None:
    """Never once more, and it says how often it still will."""
    access, key = one_key(uses=uses)
    opened = [access.enter(key, BEGAN_NS, 0.0) is None for _ in range(asked)]

    assert opened == [number < uses for number in range(asked)]
    assert access.uses_left(key) == max(0, uses - asked)
    access.reset(BEGAN_NS)
    assert access.enter(key, BEGAN_NS, 0.0) is None


async def test_a_key_for_n_uses_opens_n_times_for_a_crowd(open_sandbox: OpenSandbox) -> None:
    """Sixty at once over as many connections; half of them ask for nothing that exists."""
    sandbox = await open_sandbox(keys=[{"id": "a", "key": "key-a", "uses": 20}])
    asked = [
        request(body=chat(), key="key-a")
        if number % 2
        else request("/v1/nothing", method="GET", key="key-a")
        for number in range(60)
    ]
    seen = await asyncio.gather(*(ask(sandbox, data) for data in asked))

    statuses = Counter(received.status for received in seen)
    assert statuses[401] == 40
    assert statuses[200] + statuses[404] == 20


def test_uses_stay_used_when_other_settings_change() -> None:
    """They belong to the id of the key."""
    access, key = one_key(uses=1)
    access.enter(key, BEGAN_NS, 0.0)
    access.follow(SandboxSettings(keys=(key,), seed=4))

    assert access.state(key, BEGAN_NS, 0.0) == "used up"


@pytest.mark.parametrize(("status", "told"), [(403, None), (429, "10")])
def test_a_block_is_spelled_403_or_429(status: int, told: str | None) -> None:
    """Only a 429 says when to come back, and only when there is an end."""
    access, (key,) = access_with(keys=[{"id": "a", "key": "key-a"}], key_block={"status": status})
    access.blocks.block("a", BEGAN_NS, 10 * S - 1)
    answer = access.enter(key, BEGAN_NS, 0.0)

    assert said(answer) == (status, "API key blocked")
    assert answer is not None
    assert dict(answer.headers).get("Retry-After") == told
    for_good, kept = one_key(state="blocked")
    lasting = for_good.enter(kept, BEGAN_NS, 0.0)
    assert lasting is not None
    assert "Retry-After" not in dict(lasting.headers)


BOUNDS = {
    "models": (["pawa-v1-ember-*"], "may not use model 'pawa-v1-blaze-20240924'"),
    "endpoints": (["/embeddings", "/models*"], "may not use endpoint POST /v1/chat/request"),
    "environment": ("staging", "is for environment 'staging', and this is 'production'"),
}


@pytest.mark.parametrize("whose", ["API key 'a'", "project 'shop'"])
@pytest.mark.parametrize("bound", sorted(BOUNDS))
def test_what_a_key_or_its_project_may_not_ask_for_is_403(bound: str, whose: str) -> None:
    """With a line that names whose bound it is, and what."""
    value, line = BOUNDS[bound]
    key: dict[str, Any] = {"id": "a", "key": "key-a", "project": "shop"}
    project: dict[str, Any] = {"id": "shop"}
    (key if whose.startswith("API") else project)[bound] = value
    access, (made,) = access_with(keys=[key], projects=[project], environment="production")

    denied = access.denied(made, "POST", CHAT, "pawa-v1-blaze-20240924")
    assert said(denied) == (403, f"Forbidden: {whose} {line}")
    if bound == "models":
        assert access.denied(made, "POST", CHAT, "pawa-v1-ember-20240924") is None
        assert access.denied(made, "GET", "/v1/models", None) is None
    if bound == "endpoints":
        assert access.denied(made, "GET", "/v1/models/3", None) is None


def test_the_environment_matters_where_both_are_told() -> None:
    """A sandbox that is no environment lets every key in."""
    access, key = one_key(environment="staging")

    assert access.denied(key, "POST", CHAT, "m") is None


def test_a_stranger_is_nobody() -> None:
    """Found or not is told by the secret alone."""
    access, key = one_key(state="revoked")

    assert access.find((("authorization", "Bearer key-a"),), BEGAN_NS, 0.0) == key
    assert access.find((("authorization", "Bearer key-b"),), BEGAN_NS, 0.0) is None
    assert access.find((), BEGAN_NS, 0.0) is None
