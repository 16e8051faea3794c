"""Every public call of the official SDK, made once: a call that a release adds is noticed here.

What each of them answers is looked at in the other files about the SDK.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from pawa_ai import AsyncChatCompletionStream, AsyncPawaAI, ChatCompletionStream, PawaAI

from mockserver.replies.audio import speak
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "pawa-v1-ember-20240924"
STT = "pawa-stt-v1-20240701"
TTS = "pawa-tts-v1-20250704"
HELLO = {"role": "user", "content": "Habari gani?"}
SOUND = b"".join(speak("Habari", "ame", "audio/wav"))

BROKEN_IN_THE_SDK = {"voice.text_to_speech.create": "unexpected keyword argument 'stream'"}
"""Calls that never reach a server, and what the SDK stumbles over."""

CALLS: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("chat.create", (), {"model": MODEL, "messages": [HELLO]}),
    ("chat.completions", (), {"model": MODEL, "messages": [HELLO]}),
    ("models.list", (), {}),
    ("models.retrieve", (1,), {}),
    ("voice.text_to_speech.create", (), {"text": "Habari", "model": TTS}),
    (
        "voice.speech_to_text.create",
        (),
        {"files": [SOUND], "model": STT, "language": "Swahili"},
    ),
    (
        "voice.speech_to_text.transcribe",
        (),
        {"files": [SOUND], "model": STT, "language": "Swahili"},
    ),
    ("vectors.create", (), {"sentences": ["moja"]}),
    ("vectors.embeddings", (), {"sentences": ["moja"]}),
    ("documents.parse", (), {"documents": [b"chai"], "model": "pawa-ocr"}),
    ("agents.create", (), {"name": "Mwalimu"}),
    ("agents.update", (1,), {"name": "Mkuu"}),
    ("agents.list", (), {}),
    ("agents.retrieve", (1,), {}),
    ("agents.chat.create", (), {"name": "Mwalimu", "message": HELLO}),
    ("agents.delete", (1,), {}),
    ("storage.knowledge_base.create", (), {"name": "Mji"}),
    ("storage.knowledge_base.list", (), {"page": 1, "limit": 5, "search": "mji"}),
    ("storage.knowledge_base.retrieve", (1,), {}),
    ("storage.knowledge_base.update", (1,), {"name": "Jiji"}),
    ("storage.knowledge_base.list_files", (1,), {}),
    (
        "storage.knowledge_base.semantic_retrieval",
        (),
        {"knowledgeBaseId": 1, "query": "Wapi?", "topK": 1},
    ),
    ("storage.knowledge_base.delete", (1,), {}),
    ("transcribe.workspaces.create", (), {"name": "Mikutano"}),
    ("transcribe.workspaces.list", (), {}),
    ("transcribe.workspaces.retrieve", (1,), {}),
    ("transcribe.workspaces.update", (1,), {"name": "Kamati"}),
    ("transcribe.workspaces.upload_transcriptions", (1,), {"files": [("a.wav", SOUND)]}),
    ("transcribe.workspaces.list_transcriptions", (1,), {"page": 1, "limit": 5}),
    ("transcribe.workspaces.update_transcription", (1, 1), {"transcript": "Habari."}),
    ("transcribe.workspaces.delete_transcription", (1, 1), {}),
    ("transcribe.workspaces.delete", (1,), {}),
)
"""In an order in which each finds what it needs."""

HELPERS = {"chunks", "text_deltas", "collect_text", "collect", "close"}
"""What a stream of the SDK can do."""


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a healthy mock."""
    with ThreadedMockServer() as server:
        yield server.url


def calls_of(client: object, path: str = "") -> Iterator[str]:
    """Every public method of the resources of a client, by its way there."""
    for name, resource in vars(client).items():
        if name.startswith("_") or not type(resource).__module__.startswith("pawa_ai.resources"):
            continue
        for method, _ in inspect.getmembers(type(resource), inspect.isfunction):
            if not method.startswith("_"):
                yield f"{path}{name}.{method}"
        yield from calls_of(resource, f"{path}{name}.")


def method_of(client: object, name: str) -> Any:
    """The method at the end of the way."""
    found = client
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("kind", [PawaAI, AsyncPawaAI])
def test_the_table_has_every_call(kind: type[PawaAI | AsyncPawaAI]) -> None:
    """When this fails, the SDK has gained or lost a call."""
    assert sorted(calls_of(kind(api_key="k"))) == sorted(name for name, _, _ in CALLS)


@pytest.mark.parametrize("kind", [ChatCompletionStream, AsyncChatCompletionStream])
def test_a_stream_can_do_nothing_that_is_not_tried(kind: type) -> None:
    """Its helpers are those below."""
    public = {name for name, _ in inspect.getmembers(kind, inspect.isfunction)}

    assert {name for name in public if not name.startswith("_")} == HELPERS


def test_every_call_works(url: str) -> None:
    """Except where the SDK itself is at fault."""
    with PawaAI(api_key="pawa-dev-key", base_url=url, max_retries=0) as pawa:
        for name, args, kwargs in CALLS:
            call = method_of(pawa, name)
            if name in BROKEN_IN_THE_SDK:
                with pytest.raises(TypeError, match=BROKEN_IN_THE_SDK[name]):
                    call(*args, **kwargs)
            else:
                assert call(*args, **kwargs), name


async def test_every_call_of_the_asynchronous_client_works(url: str) -> None:
    """Except where the SDK itself is at fault."""
    async with AsyncPawaAI(api_key="pawa-dev-key", base_url=url, max_retries=0) as pawa:
        for name, args, kwargs in CALLS:
            call = method_of(pawa, name)
            if name in BROKEN_IN_THE_SDK:
                with pytest.raises(TypeError, match=BROKEN_IN_THE_SDK[name]):
                    await call(*args, **kwargs)
            else:
                assert await call(*args, **kwargs), name


def test_every_way_to_read_a_stream_works(url: str) -> None:
    """Of chat, of its other name and of agents: as chunks, as text, and as an answer."""
    asked = {"model": MODEL, "messages": [HELLO], "stream": True}
    with PawaAI(api_key="pawa-dev-key", base_url=url, max_retries=0) as pawa:
        with pawa.chat.create(**asked) as stream:
            pieces = [chunk.delta or "" for chunk in stream.chunks()]
        with pawa.chat.create(**asked) as stream:
            iterated = [chunk.delta or "" for chunk in stream]
        with pawa.chat.completions(**asked) as stream:
            deltas = list(stream.text_deltas())
        with pawa.chat.create(**asked) as stream:
            text = stream.collect_text()
        stream = pawa.chat.create(**asked)
        whole = stream.collect()["data"]["request"][0]["message"]["content"]
        stream.close()
        with pawa.agents.chat.create(message=HELLO, stream=True) as spoken:
            agent = spoken.collect_text()

    assert "".join(pieces) == "".join(iterated) == "".join(deltas) == text == whole
    assert agent


async def test_every_way_to_read_an_asynchronous_stream_works(url: str) -> None:
    """The same, awaited."""
    asked = {"model": MODEL, "messages": [HELLO], "stream": True}
    async with AsyncPawaAI(api_key="pawa-dev-key", base_url=url, max_retries=0) as pawa:
        async with await pawa.chat.create(**asked) as stream:
            pieces = [chunk.delta or "" async for chunk in stream.chunks()]
        async with await pawa.chat.create(**asked) as stream:
            iterated = [chunk.delta or "" async for chunk in stream]
        async with await pawa.chat.completions(**asked) as stream:
            deltas = [delta async for delta in stream.text_deltas()]
        async with await pawa.chat.create(**asked) as stream:
            text = await stream.collect_text()
        stream = await pawa.chat.create(**asked)
        whole = (await stream.collect())["data"]["request"][0]["message"]["content"]
        await stream.close()
        async with await pawa.agents.chat.create(message=HELLO, stream=True) as spoken:
            agent = await spoken.collect_text()

    assert "".join(pieces) == "".join(iterated) == "".join(deltas) == text == whole
    assert agent
