"""The official SDK, unmodified, is content with a healthy mock: every call of this slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pawa_ai import (
    APIStatusError,
    AsyncPawaAI,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    PawaAI,
    RateLimitError,
)

from mockserver.answer import StreamStyle
from mockserver.replies.vectors import vector_of
from mockserver.settings import (
    BudgetSettings,
    RateLimitSettings,
    SandboxSettings,
    ServerSettings,
    StreamSettings,
)
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODEL = "pawa-v1-ember-20240924"
EMBEDDING_MODEL = "pawa-embeddings-v1-20241001"
HELLO = {"role": "user", "content": "Habari gani?"}


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serve a sandbox with these settings; its address."""
    started: list[ThreadedMockServer] = []

    def start(**settings: object) -> str:
        sandbox = SandboxSettings.model_validate(settings)
        server = ThreadedMockServer(ServerSettings(sandboxes=(sandbox,)))
        server.start()
        started.append(server)
        return server.url

    yield start
    for server in started:
        server.close()


def client(url: str, key: str = "pawa-dev-key") -> PawaAI:
    return PawaAI(api_key=key, base_url=url, max_retries=0)


def test_chat(serve: Callable[..., str]) -> None:
    """A dict in the API's own shape."""
    with client(serve()) as pawa:
        answer = pawa.chat.create(model=MODEL, messages=[HELLO], max_tokens=5)

    assert answer["success"] is True
    choice = answer["data"]["request"][0]
    assert len(choice["message"]["content"].split()) == 5
    assert choice["finish_reason"] == "length"
    assert answer["data"]["usage"] == {"tokens_in": 2, "tokens_out": 5}


@pytest.mark.parametrize("style", list(StreamStyle))
@pytest.mark.parametrize("marker", [False, True])
def test_a_stream_says_what_the_chat_says(
    serve: Callable[..., str], style: StreamStyle, marker: bool
) -> None:
    """In both framings, with and without the marker."""
    url = serve(stream=StreamSettings(style=style, marker=marker))
    with client(url) as pawa:
        whole = pawa.chat.create(model=MODEL, messages=[HELLO])
        with pawa.chat.create(model=MODEL, messages=[HELLO], stream=True) as stream:
            pieces = list(stream.text_deltas())

    assert len(pieces) == 40
    assert "".join(pieces) == whole["data"]["request"][0]["message"]["content"]


def test_embeddings(serve: Callable[..., str]) -> None:
    """A vector for each sentence, in order."""
    with client(serve()) as pawa:
        answer = pawa.vectors.create(sentences=["moja", "mbili"])

    assert (answer.success, answer.message) == (True, "Embeddings created successfully")
    assert answer.embeddings == [
        list(vector_of(sentence, EMBEDDING_MODEL)) for sentence in ("moja", "mbili")
    ]


def test_models(serve: Callable[..., str]) -> None:
    """Listed, filtered, paged, and one by its id."""
    with client(serve()) as pawa:
        listed = pawa.models.list()
        chatty = pawa.models.list(model_type="chat", page=2, limit=1)
        one = pawa.models.retrieve(3)

    assert listed.models[0].name == MODEL
    assert [model.id for model in chatty.models] == [2]
    assert (one.id, one.name, one.model_type) == (3, EMBEDDING_MODEL, "embedding")


def test_agent_chat(serve: Callable[..., str]) -> None:
    """As JSON and as a stream."""
    agent = {"name": "Msaidizi", "instruction": "Be brief", "message": HELLO, "model": MODEL}
    with client(serve()) as pawa:
        whole = pawa.agents.chat.create(**agent)
        with pawa.agents.chat.create(**agent, stream=True) as stream:
            text = stream.collect_text()

    assert whole["data"]["request"][0]["message"]["content"] == text


def test_refusals_become_the_errors_of_the_sdk(serve: Callable[..., str]) -> None:
    """400, 401, 404, 429 and the statuses that have no class of their own."""
    url = serve(rate_limit=RateLimitSettings(requests_per_minute=1))
    with client(url) as pawa, client(url, key="other") as stranger:
        with pytest.raises(AuthenticationError, match="Unauthorized access"):
            stranger.models.list()
        with pytest.raises(BadRequestError, match="messages must not be empty"):
            pawa.chat.create(model=MODEL, messages=[])
        pawa.models.list()
        with pytest.raises(RateLimitError, match="Rate limit exceeded"):
            pawa.models.list()
        with pytest.raises(NotFoundError):
            pawa.agents.list()
    with client(serve(budget=BudgetSettings(limit_units=0))) as poor:
        with pytest.raises(APIStatusError, match="Budget limit exceeded") as caught:
            poor.chat.create(model=MODEL, messages=[HELLO])
        assert caught.value.status_code == 402


async def test_the_asynchronous_client_too(serve: Callable[..., str]) -> None:
    """Chat, stream, embeddings, models."""
    async with AsyncPawaAI(api_key="pawa-dev-key", base_url=serve(), max_retries=0) as pawa:
        whole = await pawa.chat.create(model=MODEL, messages=[HELLO])
        stream = await pawa.chat.create(model=MODEL, messages=[HELLO], stream=True)
        text = await stream.collect_text()
        await stream.close()
        vectors = await pawa.vectors.create(sentences=["moja"])
        models = await pawa.models.list()

    assert whole["data"]["request"][0]["message"]["content"] == text
    assert len(vectors.embeddings) == 1
    assert len(models.models) == 6
