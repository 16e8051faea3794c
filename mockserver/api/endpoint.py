"""One method of one path of the API, and what it is handed of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from mockserver.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.api.store import Store
    from mockserver.api.work import Work
    from mockserver.facts import RequestFacts
    from mockserver.settings import SandboxSettings


@value
class ApiCall:
    """One request as an endpoint sees it.

    ``params`` holds what the path names (``{"id": "7"}``), percent-decoded. ``store`` may be read
    while the request is read; it is changed only by the work that is made of it.
    """

    facts: RequestFacts
    settings: SandboxSettings
    store: Store
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """The fields of the query, each with the last value it is given."""
        return dict(parse_qsl(self.facts.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint: its name, method and path after ``/v1`` (``/agents/view/{id}``).

    ``read`` turns a request into the work that it asks for, and raises BadRequest.
    """

    name: str
    method: str
    path: str
    read: Callable[[ApiCall], Work]
