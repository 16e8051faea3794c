"""What is stored, as it is served: who sees it, when it is forgotten, when it is not made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from mockserver import MockServer, Rule
from mockserver.settings import (
    BudgetSettings,
    KeySettings,
    RateLimitSettings,
    SandboxSettings,
    ServerSettings,
)

if TYPE_CHECKING:
    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

AGENT = {"name": "Mwalimu"}
QUESTION = {"knowledgeBaseId": 1, "query": "When does the market open?"}
SEARCH = "/store/knowledge-base/semantic-retrieval"


async def ask(
    sandbox: Sandbox, method: str, path: str, body: object = None, *, key: str | None = None
) -> tuple[int, Any]:
    """Status and JSON body of one request; a string is the text of a file to upload."""
    headers = {"Authorization": f"Bearer {key or sandbox.key}"}
    options: dict[str, Any] = {"json": body}
    if isinstance(body, str):
        form = aiohttp.FormData({"name": "Town"})
        form.add_field("knowledgeBase", body, filename="town.txt", content_type="text/plain")
        options = {"data": form}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, sandbox.base_url + path, headers=headers, **options) as answer,
    ):
        return answer.status, await answer.json()


async def test_what_is_uploaded_is_found_until_the_sandbox_is_reset(sandbox: Sandbox) -> None:
    """Then nothing is left, and ids begin at 1 again."""
    await ask(sandbox, "POST", "/store/knowledge-base", "The market opens at six.")
    await ask(sandbox, "POST", "/agents/create", AGENT)
    found = await ask(sandbox, "POST", SEARCH, QUESTION)
    sandbox.reset()
    forgotten = await ask(sandbox, "POST", SEARCH, QUESTION)
    agents = await ask(sandbox, "GET", "/agents/view")
    again = await ask(sandbox, "POST", "/agents/create", AGENT)

    assert found == (
        200,
        {
            "finalRelevantChunk": ["The market opens at six."],
            "filteredResults": [
                {
                    "id": 1,
                    "knowledgeBaseId": 1,
                    "documentName": "town.txt",
                    "chunk": "The market opens at six.",
                    "distance": found[1]["filteredResults"][0]["distance"],
                }
            ],
        },
    )
    assert forgotten[0] == 404
    assert agents[1]["data"] == []
    assert again[1]["data"]["id"] == 1


async def test_no_sandbox_sees_what_another_keeps() -> None:
    """Of one server; the same request gets the same reference where the seed is the same."""
    settings = ServerSettings(
        sandboxes=tuple(
            SandboxSettings(name=name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
        )
    )
    async with MockServer(settings) as server:
        one, twin, other = server.sandboxes
        made = [await ask(sandbox, "POST", "/agents/create", AGENT) for sandbox in (one, other)]
        unseen = await ask(twin, "GET", "/agents/view/1")
        made.append(await ask(twin, "POST", "/agents/create", AGENT))

    assert unseen[0] == 404
    first, third, second = (data["data"]["agentReferenceId"] for _, data in made)
    assert first == second != third


async def test_every_key_of_a_sandbox_sees_the_same(open_sandbox: OpenSandbox) -> None:
    """Whose things are is undocumented: they are the sandbox's."""
    keys = (KeySettings(id="a", key="key-a"), KeySettings(id="b", key="key-b", project="other"))
    sandbox = await open_sandbox(keys=keys)
    await ask(sandbox, "POST", "/agents/create", AGENT, key="key-a")

    assert (await ask(sandbox, "GET", "/agents/view/1", key="key-b"))[0] == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [("/agents/create", AGENT), ("/store/knowledge-base", "The market opens at six.")],
)
@pytest.mark.parametrize(("execute", "kept"), [(False, 1), (True, 2)])
async def test_what_a_fault_answers_is_not_stored_unless_it_lets_the_work_be_done(
    open_sandbox: OpenSandbox, path: str, body: object, execute: bool, kept: int
) -> None:
    """A fault before execution leaves no trace; one that loses the answer leaves all."""
    rule = Rule.model_validate(
        {"when": {"times": 1}, "fault": {"kind": "status", "status": 503}, "execute": execute}
    )
    sandbox = await open_sandbox(rules=(rule,))
    statuses = [(await ask(sandbox, "POST", path, body))[0] for _ in range(2)]

    assert statuses == [503, 200]
    assert len(sandbox.store.agents.all()) + len(sandbox.store.bases.all()) == kept
    assert len(sandbox.store.files.all()) == (kept if isinstance(body, str) else 0)


async def test_what_is_refused_is_not_stored(open_sandbox: OpenSandbox) -> None:
    """By the key, by the rate limit, or for its fields."""
    sandbox = await open_sandbox(rate_limit=RateLimitSettings(requests_per_minute=1))
    statuses = [
        (await ask(sandbox, "POST", "/agents/create", body, key=key))[0]
        for body, key in ((AGENT, "nobody"), ({}, None), (AGENT, None), (AGENT, None))
    ]

    assert statuses == [401, 400, 200, 429]
    assert len(sandbox.store.agents.all()) == 1


async def test_retrieval_is_free(open_sandbox: OpenSandbox) -> None:
    """Also where the budget is spent."""
    sandbox = await open_sandbox(budget=BudgetSettings(limit_units=0))
    await ask(sandbox, "POST", "/store/knowledge-base", "The market opens at six.")
    found = await ask(sandbox, "POST", SEARCH, QUESTION)
    embedded = await ask(
        sandbox,
        "POST",
        "/vectors/embedding",
        {"model": "pawa-embeddings-v1-20241001", "sentences": ["a"]},
    )

    assert (found[0], embedded[0]) == (200, 402)
