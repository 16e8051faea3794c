"""One call of the control API: what it names, its query and body, and the shape of answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from pydantic import BaseModel

from mockserver.answer import JSON_TYPE, Answer
from mockserver.configuration.file import ConfigError, check
from mockserver.control.calls import RulesCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.answer import Headers
    from mockserver.sandbox import Sandbox
    from mockserver.server import MockServer

Model = TypeVar("Model", bound=BaseModel)


ONE = "/sandboxes/{sandbox}"
"""The path of one sandbox, after ``/_mock``."""


@dataclass(frozen=True, slots=True)
class ControlCall:
    """One call; ``names`` holds what its path names: ``sandbox``, ``rule``."""

    server: MockServer
    names: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: bytes = b""
    headers: Headers = ()

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox in the path; raises UnknownSandboxError."""
        return self.server.sandbox(self.names["sandbox"])

    def table(self) -> dict[str, Any]:
        """The body as a JSON object (an empty body is an empty one); raises ConfigError."""
        value = self._json()
        if not isinstance(value, dict):
            raise ConfigError(["body: must be a JSON object"])
        return value

    def rules(self) -> RulesCall:
        """The body as rules: ``{"rules": […]}``, a bare list, or one rule; raises ConfigError."""
        value = self._json()
        if isinstance(value, dict) and "rules" not in value:
            value = [value]
        if isinstance(value, list):
            value = {"rules": value}
        return check(RulesCall, value, "body")

    def asked(self, model: type[Model]) -> Model:
        """The body as a question; raises ConfigError."""
        return check(model, self.table(), "body")

    def asked_by_query(self, model: type[Model]) -> Model:
        """The query as a question; raises ConfigError."""
        return check(model, dict(parse_qsl(self.query, keep_blank_values=True)), "query")

    def _json(self) -> Any:
        try:
            return orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as error:
            raise ConfigError([f"body: is not JSON: {error}"]) from error


Handler = Callable[[ControlCall], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Call:
    """What answers a call, and what the OpenAPI document says of it.

    ``told`` is the type of the answer and ``asked`` that of the body, where it has one; both are
    types that pydantic reads. ``query`` is the model of the query. ``optional`` are fields that
    ``asked`` has and that may be left out here. ``status`` is that of success; ``also`` are others
    with which the same is told.
    """

    handler: Handler
    told: Any
    asked: Any = None
    query: type[BaseModel] | None = None
    optional: tuple[str, ...] = ()
    status: int = 200
    also: tuple[int, ...] = ()

    def __call__(self, call: ControlCall) -> Awaitable[Answer]:
        """Answer it."""
        return self.handler(call)

    @property
    def name(self) -> str:
        """The name of what answers it."""
        return getattr(self.handler, "__name__", "")

    @property
    def summary(self) -> str:
        """The first sentence of its handler."""
        return (self.handler.__doc__ or "").strip().split("\n\n")[0]


Calls = dict[tuple[str, str], Call]


def json_answer(value: object, status: int = 200) -> Answer:
    """An answer of the control API: plain JSON, not in Pawa's envelope."""
    return Answer(status, (JSON_TYPE,), orjson.dumps(value))
