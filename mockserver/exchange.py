"""Records while they are being made: an open connection, an open exchange.

These are written on the hot path, so they only take notes. The frozen record (with secrets masked
and bytes bounded) is made when somebody reads the journal. Until then a closed exchange is kept as
bytes, which the garbage collector does not have to visit again and again.
"""

from __future__ import annotations

import hashlib
import marshal
import struct
from array import array
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import TYPE_CHECKING

from mockserver.admission.prices import MICRO
from mockserver.records import Connection, Exchange, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.answer import Headers
    from mockserver.records import TlsFacts
    from mockserver.secrets import SecretMask

BODY_KEPT = 64 * 1024
"""Bytes kept of a request's body."""

FIRST_SENT_KEPT = 8 * 1024
LAST_SENT_KEPT = 1024
"""Bytes kept of a response: the first and the last."""

KINDS = ("head", "body", "chunk", "comment", "marker", "error", "raw")
"""What a part of a write can be."""

_CODE_OF_KIND = {kind: code for code, kind in enumerate(KINDS)}
_PLAIN = 2
"""The marshal version without references between values, the quickest for plain ones."""
_PART = struct.Struct("@qqqq")
_FIRST = struct.Struct("@q")

Part = tuple[str, bytes, int]
"""What a part of a write is, its bytes, and how many of them are body without framing."""

Packed = bytes
"""A closed exchange, put away: one object that the garbage collector passes over."""

IN_PROGRESS = "in_progress"
CLIENT_LEFT = "client_left"
SERVER_STOPPED = "server_stopped"


@dataclass(slots=True)
class OpenConnection:
    """A connection that is being served."""

    id: int
    sandbox: str
    accepted_ns: int
    ended_ns: int | None = None
    ended_by: str | None = None
    how: str | None = None
    exchanges: int = 0
    tls: TlsFacts | None = None

    def record(self) -> Connection:
        """The connection as it is now."""
        return Connection(
            id=self.id,
            sandbox=self.sandbox,
            accepted_ns=self.accepted_ns,
            ended_ns=self.ended_ns,
            ended_by=self.ended_by,
            how=self.how,
            exchanges=self.exchanges,
            tls=self.tls,
        )


@dataclass(slots=True, eq=False, repr=False)
class OpenExchange:
    """An exchange that is being served; see :class:`~mockserver.records.Exchange`.

    It holds the request as it came, secrets included: it has no repr, and nothing but
    :meth:`record` is for readers.
    """

    sandbox: str
    connection: int
    ordinal: int
    first_byte_in_ns: int
    headers_in_ns: int
    body_in_ns: int
    wall: float
    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    request_id: str
    seq: int = 0
    tokens: tuple[str, ...] = ()
    token: str = ""
    attempt: int = 0
    key_id: str | None = None
    project: str | None = None
    model: str | None = None
    stream: bool = False
    items: int = 0
    max_tokens: int | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro: int = 0
    in_flight: int = 0
    queued_s: float = 0.0
    rule: str | None = None
    faults: tuple[str, ...] = ()
    draw: float | None = None
    trigger: str | None = None
    nearest: str | None = None
    delivered: bool = False
    executed: bool = False
    status: int | None = None
    canary: str | None = None
    ending: str = IN_PROGRESS
    ended_ns: int | None = None
    client_left_ns: int | None = None
    client_left_how: str | None = None
    body_length: int | None = None
    body_sha256: str | None = None
    sent_length: int = 0
    body_sent: int = 0
    chunks_sent: int = 0
    _parts: bytearray | bytes = field(default_factory=bytearray)
    _first: bytearray | bytes = field(default_factory=bytearray)
    _last: bytearray | bytes = field(default_factory=bytearray)

    @property
    def first_byte_out_ns(self) -> int | None:
        """When the first byte of the answer was written; None before that."""
        return _FIRST.unpack_from(self._parts)[0] if self._parts else None

    def wrote(self, at_ns: int, parts: Sequence[Part], data: bytes) -> None:
        """Note a write: its parts, and their bytes joined."""
        noted: list[int] = []
        offset = self.sent_length
        for kind, part, body_length in parts:
            length = len(part)
            noted += (at_ns, _CODE_OF_KIND[kind], offset, length)
            offset += length
            self.body_sent += body_length
            if kind == "chunk":
                self.chunks_sent += 1
        self.sent_length = offset
        self._parts += array("q", noted).tobytes()
        length = len(data)
        # Twice of what is kept, so that a secret across the border is seen whole.
        room = 2 * FIRST_SENT_KEPT - len(self._first)
        if room > 0:
            self._first += data[:room]
        if length > room:
            self._last += data[max(room, 0) :]
            if len(self._last) > 4 * FIRST_SENT_KEPT:
                self._last = self._last[-2 * FIRST_SENT_KEPT :]

    def end(self, ending: str, at_ns: int) -> None:
        """Note how it ended. A long body is digested now and cut, to bound memory."""
        self.ending = ending
        self.ended_ns = at_ns
        if len(self.body) > 2 * BODY_KEPT:
            self.body_length = len(self.body)
            self.body_sha256 = hashlib.sha256(self.body).hexdigest()
            self.body = self.body[: 2 * BODY_KEPT]

    def packed(self) -> Packed:
        """The exchange as bytes, for this process to read again."""
        self._parts, self._first, self._last = map(bytes, (self._parts, self._first, self._last))
        return marshal.dumps(_values_of(self), _PLAIN)

    @classmethod
    def unpacked(cls, packed: Packed) -> OpenExchange:
        """The exchange that was packed."""
        return cls(*marshal.loads(packed))  # noqa: S302 - our own, from this very process

    def record(self, mask: SecretMask) -> Exchange:
        """The exchange as it is now, frozen, masked and bounded."""
        sent = tuple(
            Sent(at_ns, KINDS[code], offset, length)
            for at_ns, code, offset, length in _PART.iter_unpack(self._parts)
        )
        return Exchange(
            seq=self.seq,
            sandbox=self.sandbox,
            connection=self.connection,
            ordinal=self.ordinal,
            first_byte_in_ns=self.first_byte_in_ns,
            headers_in_ns=self.headers_in_ns,
            body_in_ns=self.body_in_ns,
            first_byte_out_ns=sent[0].at_ns if sent else None,
            last_byte_out_ns=sent[-1].at_ns if sent else None,
            ended_ns=self.ended_ns,
            wall=self.wall,
            method=mask.mask_text(self.method),
            path=mask.mask_text(self.path),
            query=mask.mask_text(self.query),
            headers=mask.mask_headers(self.headers),
            body_length=len(self.body) if self.body_length is None else self.body_length,
            body_sha256=self.body_sha256 or hashlib.sha256(self.body).hexdigest(),
            content_length=_content_length(self.headers),
            body=mask.mask_bytes(self.body)[:BODY_KEPT],
            tokens=self.tokens,
            token=self.token,
            attempt=self.attempt,
            key_id=self.key_id,
            project=self.project,
            secrets_at=mask.places(
                headers=self.headers, path=self.path, query=self.query, body=self.body
            ),
            model=None if self.model is None else mask.mask_text(self.model),
            stream=self.stream,
            items=self.items,
            max_tokens=self.max_tokens,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            cost=self.cost_micro / MICRO,
            cost_micro=self.cost_micro,
            in_flight=self.in_flight,
            queued_s=self.queued_s,
            rule=self.rule,
            faults=self.faults,
            draw=self.draw,
            trigger=None if self.trigger is None else mask.mask_text(self.trigger),
            delivered=self.delivered,
            executed=self.executed,
            status=self.status,
            request_id=self.request_id,
            canary=self.canary,
            ending=self.ending,
            client_left_ns=self.client_left_ns,
            client_left_how=self.client_left_how,
            sent=sent,
            sent_bytes=self._sent_bytes(mask),
            nearest=self.nearest,
        )

    def _sent_bytes(self, mask: SecretMask) -> bytes:
        if self.sent_length <= 4 * FIRST_SENT_KEPT:
            whole = mask.mask_bytes(bytes(self._first + self._last))
            short = len(whole) <= FIRST_SENT_KEPT + LAST_SENT_KEPT
            return whole if short else _shortened(whole, whole)
        first, last = bytes(self._first[: 2 * FIRST_SENT_KEPT]), bytes(self._last)
        return _shortened(mask.mask_bytes(first), mask.mask_bytes(last))


_values_of = attrgetter(*(one.name for one in fields(OpenExchange)))


def _shortened(first: bytes, last: bytes) -> bytes:
    """The first bytes of ``first`` and the last of ``last``."""
    return first[:FIRST_SENT_KEPT] + b"\n[...]\n" + last[-LAST_SENT_KEPT:]


def _content_length(headers: Headers) -> int | None:
    for name, value in headers:
        if name == "content-length":
            return int(value) if value.isascii() and value.isdigit() else None
    return None
