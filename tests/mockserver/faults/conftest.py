"""Makers of what faults work on: requests, streams, replies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.answer import Answer, Event, EventKind, EventStream
from mockserver.draws import Draws
from mockserver.facts import RequestFacts
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from tests.mockserver.faults.wire_cases import CHUNKS, Healthy, ask
from tests.mockserver.rawclient import unchunked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mockserver.sandbox import Sandbox

FACTS = RequestFacts(
    method="POST",
    path="/v1/chat/request",
    query="",
    headers=(("user-agent", "test/1"),),
    body=b'{"model":"pawa-v1-ember-20240924"}',
    body_json={"model": "pawa-v1-ember-20240924"},
    model="pawa-v1-ember-20240924",
    stream=False,
    key_id="dev",
    tokens=("call-0123456789ab",),
    token="call-0123456789ab",
    attempt=1,
    wall=1_700_000_000.25,
)


@pytest.fixture(scope="session")
def make_facts() -> Callable[..., RequestFacts]:
    """A chat request, with any of its facts changed."""

    def make(**changes: Any) -> RequestFacts:
        if "token" in changes:
            changes.setdefault("tokens", (changes["token"],))
        return replace(FACTS, **changes)

    return make


@pytest.fixture(scope="session")
def make_stream() -> Callable[..., EventStream]:
    """A stream of n chunks ``{"n":0}``, ``{"n":1}``…, with a marker where asked."""

    def make(chunks: int = 5, *, marker: bool = False, **changes: Any) -> EventStream:
        events = tuple(Event(b'{"n":%d}' % number) for number in range(chunks))
        if marker:
            events = (*events, Event(b"[DONE]", EventKind.MARKER))
        return EventStream(events=events, **changes)

    return make


@pytest.fixture(scope="session")
def make_answer() -> Callable[..., Answer]:
    """A healthy JSON reply, or one with the given body."""

    def make(body: bytes | EventStream = b'{"success":true,"data":{}}') -> Answer:
        return Answer(200, (("Content-Type", "application/json"),), body)

    return make


@pytest.fixture(scope="session")
def draws() -> Draws:
    """The draws of one decision."""
    return Draws(seed=7, rule_id="rule-1", token="call-0123456789ab", attempt=1)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox whose healthy stream has six chunks and a marker."""
    settings = SandboxSettings.model_validate(
        {
            "name": "wire",
            "stream": {"chunks": CHUNKS, "marker": True, "final_chunk": False},
            "embeddings": {"dimension": 2},
        }
    )
    async with MockServer() as server:
        yield await server.open_sandbox(settings)


@pytest.fixture
async def healthy(sandbox: Sandbox) -> Healthy:
    """What the sandbox says while nothing is wrong."""
    stream, _ = await ask(sandbox, "stream")
    vectors, _ = await ask(sandbox, "json")
    events, rest = unchunked(stream.body)
    assert (len(events), rest) == (CHUNKS + 1, b"")
    return Healthy(vectors.body, tuple(event.removesuffix(b"\n\n") for event in events[:-1]))
