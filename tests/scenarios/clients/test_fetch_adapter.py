"""The JavaScript example, run by node: any language will do."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from mockserver.faults.rules import Rule

ADAPTER = Path(__file__).parents[3] / "examples" / "adapters" / "fetch_adapter.mjs"
SPEC = f"cmd:node '{ADAPTER}'"
FAST = {"max_attempts": 3, "backoff_base_s": 0.01, "timeout_s": 5}

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def ask(**fields: object) -> dict[str, object]:
    """A chat request."""
    return {"messages": [{"role": "user", "content": "Habari?"}], **fields}


def break_with(sandbox, times: int | None = None, **fault: object) -> None:
    """Every request, or so many, meet this fault."""
    when = {} if times is None else {"when": {"times": times}}
    sandbox.replace_rules([Rule.model_validate({"fault": fault, **when})])


async def test_it_chats_streams_and_embeds(connect, sandbox) -> None:
    """The healthy day."""
    client = await connect(SPEC)

    chat, stream, vectors = await asyncio.gather(
        client.chat(ask(max_tokens=5)), client.chat(ask(stream=True)), client.embed(["a", "b"])
    )

    assert chat.answer.finish_reason == "length"
    assert (chat.answer.attempts, chat.answer.usage.tokens_out) == (1, 5)
    assert len(stream.deltas) > 10
    assert stream.text == "".join(delta.text for delta in stream.deltas)
    assert [len(vector) for vector in vectors.answer.vectors] == [64, 64]


async def test_deltas_reach_the_harness_as_they_come(connect, sandbox) -> None:
    """On node's own clock, told in the harness's."""
    stream = sandbox.settings.stream.model_copy(update={"chunks": 3, "interval_s": 0.2})
    sandbox.replace_settings(sandbox.settings.model_copy(update={"stream": stream}))
    client = await connect(SPEC)

    outcome = await client.chat(ask(stream=True))

    first, _, third = (delta.at_s for delta in outcome.deltas)
    assert outcome.started_s <= first
    assert third - first >= 0.35


async def test_it_retries_honestly(connect, sandbox) -> None:
    """Three attempts, counted as on the wire; a permanent refusal is not repeated."""
    client = await connect(SPEC, **FAST)

    break_with(sandbox, kind="status", status=503, times=2)
    recovered = await client.chat(ask())
    break_with(sandbox, kind="status", status=401)
    refused = await client.chat(ask())

    assert (recovered.ok, recovered.answer.attempts) == (True, 3)
    assert (refused.kind, refused.error.attempts, refused.error.status) == ("auth", 1, 401)
    exchanges = sandbox.journal.exchanges()
    assert len(exchanges) == 4
    assert refused.error.request_id == exchanges[-1].request_id


@pytest.mark.parametrize(
    ("fault", "kind", "stream"),
    [
        ({"kind": "status", "status": 402}, "budget_exhausted", True),
        ({"kind": "html_page"}, "bad_response", False),
        ({"kind": "success_false"}, "bad_response", False),
        ({"kind": "rst_before_headers"}, "connection", False),
        ({"kind": "cut_body", "after_bytes": 50, "how": "rst"}, "connection", False),
        ({"kind": "hold", "seconds": 20}, "timeout", False),
        ({"kind": "silence_after_headers", "seconds": 20}, "timeout", True),
        ({"kind": "cut_stream", "after_chunks": 3, "how": "clean"}, "stream_interrupted", True),
        ({"kind": "cut_stream", "after_chunks": 3, "how": "rst"}, "connection", True),
        ({"kind": "stall", "after_chunks": 3}, "timeout", True),
        ({"kind": "error_chunk", "after_chunks": 3}, "server_error", True),
        ({"kind": "malformed_chunk", "after_chunks": 3}, "bad_response", True),
    ],
)
async def test_bad_days_are_errors(
    connect, sandbox, fault: dict[str, object], kind: str, stream: bool
) -> None:
    """Each with its own kind, and the text that was there before it."""
    client = await connect(SPEC, max_attempts=1, timeout_s=0.3)
    break_with(sandbox, **fault)

    outcome = await client.chat(ask(stream=stream))

    assert outcome.kind == kind
    assert len(outcome.deltas) == (3 if "after_chunks" in fault else 0)
    assert (outcome.error.partial or "") == "".join(delta.text for delta in outcome.deltas)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "bom"},
        {"kind": "line_ends", "eol": "crlf"},
        {"kind": "line_ends", "eol": "cr"},
        {"kind": "split", "bytes": 1, "interval_s": 0},
        {"kind": "stream_style", "style": "sse", "marker": True},
    ],
)
async def test_framings_make_no_difference(connect, sandbox, fault: dict[str, object]) -> None:
    """The text of a stream is that of a plain answer."""
    client = await connect(SPEC)
    plain = await client.chat(ask())
    break_with(sandbox, **fault)

    outcome = await client.chat(ask(stream=True))

    assert outcome.text == plain.text


async def test_it_cancels(connect, sandbox, until) -> None:
    """The connection is closed at once."""
    break_with(sandbox, kind="hold", seconds=30)
    running = (await connect(SPEC)).start_chat(ask())
    await until(sandbox.journal.exchanges)

    assert await running.cancel()
    assert (await running).kind == "cancelled"
    await until(lambda: sandbox.journal.exchanges()[0].client_left_ns)


async def test_what_it_cannot_do_it_refuses(connect) -> None:
    """A missing key when it is opened, and options that it does not have."""
    keyless = await connect(SPEC, api_key="")
    client = await connect(SPEC)

    assert (await keyless.chat(ask())).kind == "config"
    assert (await client.chat(ask(), deadline_s=1)).kind == "unsupported"
    assert (await client.chat(ask(), pace={"stop_after_events": 1})).kind == "unsupported"
