"""Makers for the tests of endpoints: facts of a request, and one way through read and make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest

from mockserver.answer import Answer, EventKind, EventStream
from mockserver.api import routes
from mockserver.api.endpoint import ApiCall
from mockserver.api.store import Store
from mockserver.api.work import Moment, Reply, Work
from mockserver.facts import RequestFacts, read_facts
from mockserver.settings import SandboxSettings

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "answer-0123456789ab"
MOMENT = Moment(wall_s=1_753_304_351.9, canary=CANARY)


def facts_of(method: str, path: str, body: object = None, query: str = "") -> RequestFacts:
    """Facts as the server would read them; a body with headers comes as an httpx request."""
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(body, httpx.Request):
        headers, body = tuple(body.headers.items()), body.read()
    raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    return read_facts(
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=raw,
        key_id="dev",
        wall=MOMENT.wall_s,
        count=lambda token: 1,
    )


@dataclass(frozen=True)
class Asker:
    """Sends requests straight to the endpoints, all over one store."""

    store: Store = field(default_factory=Store)

    def reply(
        self,
        path: str,
        body: object = None,
        *,
        method: str = "POST",
        query: str = "",
        moment: Moment = MOMENT,
        **settings: Any,
    ) -> Reply:
        """The reply to a request that is valid."""
        work = self._read(method, path, body, query, settings)
        assert not isinstance(work, Answer), work
        reply = work.make(moment)
        assert reply.tokens_out <= work.tokens_out_ceiling
        return reply

    def json(self, path: str, body: object = None, **options: Any) -> Any:
        """The JSON body of that reply."""
        return json_of(self.reply(path, body, **options).answer)

    def refusal(
        self,
        path: str,
        body: object = None,
        *,
        method: str = "POST",
        query: str = "",
        status: int = 400,
        **settings: Any,
    ) -> str:
        """The message of the 400 (or another status) to a request that is not valid."""
        answer = self._read(method, path, body, query, settings)
        assert isinstance(answer, Answer)
        payload = json_of(answer)
        assert answer.status == status
        assert payload["success"] is False
        assert payload["data"] is None
        return str(payload["message"])

    def _read(
        self, method: str, path: str, body: object, query: str, settings: dict[str, Any]
    ) -> Work | Answer:
        found = routes.route(method, path)
        assert isinstance(found, routes.Route), found
        facts = facts_of(method, path, body, query)
        call = ApiCall(facts, SandboxSettings(**settings), self.store, found.params)
        return routes.read(found.endpoint, call)


def json_of(answer: Answer) -> Any:
    """The parsed body of an answer that is not a stream."""
    assert isinstance(answer.body, bytes)
    return orjson.loads(answer.body)


def chunks_of(answer: Answer) -> list[Any]:
    """The parsed chunks of a stream."""
    assert isinstance(answer.body, EventStream)
    return [orjson.loads(e.data) for e in answer.body.events if e.kind is EventKind.CHUNK]


@pytest.fixture
def ask() -> Asker:
    """Sends requests straight to the endpoints."""
    return Asker()


@pytest.fixture
def parse_chunks() -> Callable[[Answer], list[Any]]:
    """Reads the chunks of a stream."""
    return chunks_of
