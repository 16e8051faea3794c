"""One adapter process's life, seen from the lines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import jsonschema
import pytest

from scenarios.clients import session as session_module
from scenarios.clients.captured import CapturedText, KnownSecrets
from scenarios.clients.replies import Answered, Broken, Hung, Refused
from scenarios.clients.session import Session

SCHEMA = json.loads(
    Path(session_module.__file__).with_name("protocol.schema.json").read_text("utf-8")
)
REQUEST = jsonschema.Draft202012Validator({**SCHEMA, "oneOf": [{"$ref": "#/$defs/request"}]})


async def test_every_line_that_the_harness_writes_is_of_the_schema(start) -> None:
    """Greeting, opening, calls with every option, operations, closing."""
    driver = await start("tells_what_it_was_asked")
    client = await driver.open({"api_key": "k", "timeout_s": 3, "cache": {"ttl_s": 5}})
    messages = {"messages": [{"role": "user", "content": "x"}], "stream": True}
    await client.embed(["a"], model="m", deadline_s=1.5)
    await client.rotate_key("another")
    await client.telemetry()
    await client.chat(messages, deadline_s=2, fallback=False, pace={"stop_after_events": 2})
    await client.close()

    outcome = await (await driver.open({})).chat(messages)

    asked = json.loads(outcome.text)
    assert [one["op"] for one in asked] == [
        *("hello", "open", "embed", "rotate_key", "telemetry", "chat", "close", "open", "chat")
    ]
    for one in asked:
        REQUEST.validate(one)


async def test_a_request_of_a_broken_session_has_ended_before_it_began(session) -> None:
    """Nothing is written to a process that is gone."""
    one = await session("crashes_on_chat")
    await one.ask("chat", patience_s=5)

    reply = await one.ask("embed", patience_s=5)

    assert isinstance(reply, Broken)
    assert reply.detail == one.broken


async def test_a_request_can_be_abandoned_by_whoever_waits(session, until) -> None:
    """Cancelling the harness's own task cancels the client's call, and no reply is missed."""
    one = await session("streams_until_cancelled")
    request = one.send("chat", dict)
    waiting = asyncio.create_task(one.wait(request, 10))
    await until(lambda: request.stamped)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    reply = await asyncio.wait_for(request.reply, 5)
    assert isinstance(reply, Refused)
    assert reply.error.kind == "cancelled"


async def test_patience_is_of_one_request_alone(session) -> None:
    """Another one beside it is served."""
    one = await session("never_answers")

    hung, answered = await asyncio.gather(
        one.ask("chat", patience_s=0.2), one.ask("telemetry", patience_s=5)
    )

    assert isinstance(hung, Hung)
    assert answered == Answered({})
    assert one.broken is None


async def test_closing_twice_is_closing_once(session) -> None:
    """And leaves the reason why nothing more can be asked."""
    one = await session("well_behaved")
    await one.close()
    await one.close()

    assert one.broken == "the client's process was closed"
    assert one.slow_exit is None


@pytest.fixture
async def session(miniature):
    """Starts the session of a miniature; it is closed with the test."""
    sessions: list[Session] = []

    async def start_one(name: str) -> Session:
        sessions.append(await Session.start(miniature(name), {}, CapturedText(), KnownSecrets()))
        return sessions[-1]

    yield start_one
    for one in sessions:
        await one.close()
