"""Faults of place: the answer is said to be somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field, model_validator

from mockserver.answer import Answer
from mockserver.faults.base import Fault, HeaderValue

if TYPE_CHECKING:
    from mockserver.facts import RequestFacts

HOP = "redirect"
"""The query parameter that counts the redirects which a request has followed."""

ELSEWHERE = "redirected.invalid"
"""Another origin for a client that did not reach this server by a name of loopback (RFC 6761)."""


class Redirect(Fault):
    """A redirect (RFC 9110 section 15.4), by default one that leads back here and to the reply.

    The other origin is this server under its other name (``localhost`` for ``127.0.0.1`` and the
    other way round), so that the journal shows what a client takes there: its key, for example.
    """

    summary: ClassVar[str] = "A redirect to this origin, another one, or round in a circle."
    example: ClassVar[dict[str, Any]] = {
        "kind": "redirect",
        "status": 307,
        "to": "other_origin",
    }

    kind: Literal["redirect"] = "redirect"
    status: Literal[301, 302, 303, 307, 308] = Field(
        default=307, description="status code of the answer"
    )
    to: Literal["same_origin", "other_origin", "loop"] = Field(
        default="same_origin", description="where it leads; a loop leads to itself"
    )
    hops: Annotated[int, Field(ge=1, le=100, strict=True)] = Field(
        default=1, description="so many redirects one after the other, then the reply"
    )
    location: HeaderValue | None = Field(
        default=None, description="another Location, written exactly so"
    )

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if self.to == "loop" and self.hops != 1:
            raise ValueError("a loop has no end; leave hops out")
        return self

    def answer(self, facts: RequestFacts) -> Answer | None:
        """The redirect, without a body; None for a request that has followed all of them."""
        query = dict(parse_qsl(facts.query, keep_blank_values=True))
        followed = _number(query.get(HOP))
        if self.to != "loop" and followed >= self.hops:
            return None
        return Answer(self.status, (("Location", self._location(facts, query, followed + 1)),))

    def _location(self, facts: RequestFacts, query: dict[str, str], hop: int) -> str:
        if self.location is not None:
            return self.location
        if self.to == "loop":
            return f"{facts.path}?{facts.query}" if facts.query else facts.path
        target = f"{facts.path}?{urlencode(query | {HOP: str(hop)})}"
        if self.to == "same_origin":
            return target
        # Without a scheme it keeps that of the request (RFC 3986 section 4.2).
        return f"//{_other_name(facts.header('host') or '')}{target}"


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else 0


def _other_name(host: str) -> str:
    """Another name of the host that a request was sent to, with its port."""
    other = {"127.0.0.1": "localhost", "localhost": "127.0.0.1", "::1": "localhost"}
    told = urlsplit(f"//{host}")
    try:
        port = told.port
    except ValueError:
        port = None
    name = other.get(told.hostname or "", ELSEWHERE)
    return f"{name}:{port}" if port is not None else name
