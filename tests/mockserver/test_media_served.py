"""Sound over a real socket: whole, cut, stalled and paid for; uploads and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.replies.audio import speak
from tests.mockserver.api.forms import MP3, form
from tests.mockserver.rawclient import RawClient, request, unchunked
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    import httpx

    from tests.mockserver.conftest import OpenSandbox

TEXT = "Habari za asubuhi, rafiki"
SPEECH = {"model": "pawa-tts-v1-20250704", "text": TEXT}
PIECES = speak(TEXT, "ame", "audio/mpeg")
SPEAK = request("/v1/voice/text-to-speech", SPEECH)


def upload(path: str, sent: httpx.Request) -> bytes:
    """The bytes of a request that carries a form."""
    body = sent.read()
    headers = (("Content-Type", sent.headers["Content-Type"]), ("Content-Length", str(len(body))))
    return request(path, body, headers=headers)


async def test_speech_comes_in_chunks_that_join_to_the_sound(open_sandbox: OpenSandbox) -> None:
    """One audio token a chunk; the connection can be used again."""
    sandbox = await open_sandbox()
    received = await ask(sandbox, SPEAK)

    assert received.header("Content-Type") == "audio/mpeg"
    assert received.header("Transfer-Encoding") == "chunked"
    assert unchunked(received.body) == (list(PIECES), b"")
    exchange = await last(sandbox)
    assert (exchange.model, exchange.stream, exchange.ending) == (
        "pawa-tts-v1-20250704",
        True,
        "complete",
    )
    assert (exchange.items, exchange.tokens_in, exchange.tokens_out) == (1, 4, len(PIECES))


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        ({"kind": "cut_stream", "after_chunks": 2, "how": "rst"}, "rst"),
        ({"kind": "cut_stream", "after_chunks": 2, "how": "no_final_chunk"}, "fin"),
        ({"kind": "stall", "after_chunks": 2}, "open"),
    ],
)
async def test_stream_faults_count_the_chunks_of_a_sound(
    open_sandbox: OpenSandbox, fault: dict[str, Any], ending: str
) -> None:
    """Two pieces arrive, then the sound is cut or falls silent."""
    sandbox = await open_sandbox(rules=[{"fault": fault}])
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(SPEAK)
        received = await client.read(0.3 if ending == "open" else 5)
        assert received.ending == ending

    exchange = await last(sandbox)
    assert [sent.kind for sent in exchange.sent].count("chunk") == exchange.tokens_out == 2
    assert exchange.delivered
    if ending != "rst":  # a reset may take what was not yet read with it
        assert unchunked(received.body) == (list(PIECES[:2]), b"")


async def test_a_cut_sound_costs_what_was_sent(open_sandbox: OpenSandbox) -> None:
    """Four words read, two audio tokens spoken."""
    sandbox = await open_sandbox(
        budget={"limit_units": 1},
        rules=[{"fault": {"kind": "cut_stream", "after_chunks": 2, "how": "fin"}}],
    )
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(SPEAK)
        await client.read()

    exchange = await last(sandbox)
    assert (exchange.tokens_in, exchange.tokens_out) == (4, 2)
    assert exchange.cost == pytest.approx(0.004 + 0.004)


async def test_a_sound_that_is_too_dear_is_refused(open_sandbox: OpenSandbox) -> None:
    """What it can cost at most is known before anything is spoken or heard."""
    sandbox = await open_sandbox(budget={"limit_units": 0.01})
    form_of = form(("files", MP3), model="pawa-stt-v1-20240701", language="Swahili")

    assert (await ask(sandbox, SPEAK)).status == 402
    assert (await ask(sandbox, upload("/v1/voice/speech-to-text", form_of))).status == 402


async def test_an_upload_is_heard_and_noted(open_sandbox: OpenSandbox) -> None:
    """The journal knows the model of a form, its files and its tokens."""
    sandbox = await open_sandbox()
    form_of = form(("files", MP3), model="pawa-stt-v1-20240701", language="Swahili")
    received = await ask(sandbox, upload("/v1/voice/speech-to-text", form_of))

    assert received.status == 200
    exchange = await last(sandbox)
    assert (exchange.model, exchange.items, exchange.tokens_in) == ("pawa-stt-v1-20240701", 1, 5)


async def test_a_reset_forgets_workspaces(open_sandbox: OpenSandbox) -> None:
    """Ids begin at 1 again."""
    sandbox = await open_sandbox()
    create = request("/v1/transcribe/workspace", {"name": "Mikutano"})
    await ask(sandbox, create)
    await ask(sandbox, upload("/v1/transcribe/workspace/1/transcriptions", form(("files", MP3))))

    sandbox.reset()

    listed = await ask(sandbox, request("/v1/transcribe/workspace", method="GET"))
    assert listed.json["data"] == []  # type: ignore[index]
    assert (await ask(sandbox, create)).json["data"]["id"] == 1  # type: ignore[index]
    assert sandbox.store.transcriptions.all() == ()
