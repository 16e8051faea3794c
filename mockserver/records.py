"""What a journal hands out: frozen records of connections, exchanges and writes.

All times are ``time.monotonic_ns()``, the machine's whatever the sandbox's clock says. Nothing in a
record is secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    JsonPlain = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Sent:
    """One part of one write: when, what, and where in the bytes of the response.

    ``at_ns`` is taken just before the write, so that a floor measured from it is never falsely
    early. ``kind`` is ``head``, ``body``, ``chunk``, ``comment``, ``marker``, ``error`` or ``raw``.
    """

    at_ns: int
    kind: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it (DESIGN section 6).

    ``wall`` is the arrival by the sandbox's clock, in seconds since the epoch. ``ordinal`` is the
    number of the request on its connection, from 1. ``body`` and ``sent_bytes`` are masked and
    bounded. ``secrets_at`` says where a known key was seen. ``in_flight`` counts the exchanges of
    the sandbox that were open when this one arrived, itself included; ``queued_s`` is how long it
    waited for a worker, in seconds of the sandbox's clock. ``delivered`` says that the
    rule's faults all had their effect on the wire; ``executed`` that the work was done.
    ``cost_micro`` is what it cost in millionths of a unit, ``cost`` the same in units.
    ``nearest`` is the endpoint that came nearest to a path that none has.
    ``trigger`` is what the request itself asked for, where ``rule`` is ``header``, ``url`` or
    ``model``; ``path`` and ``model`` are without it. ``ending``
    is ``complete``, ``client_left``, ``rst``, ``fin``, ``no_final_chunk``, ``open``,
    ``in_progress`` or ``server_stopped``.
    """

    seq: int
    sandbox: str
    connection: int
    ordinal: int
    first_byte_in_ns: int
    headers_in_ns: int
    body_in_ns: int
    first_byte_out_ns: int | None
    last_byte_out_ns: int | None
    ended_ns: int | None
    wall: float
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body_length: int
    body_sha256: str
    content_length: int | None
    body: bytes
    tokens: tuple[str, ...]
    token: str
    attempt: int
    key_id: str | None
    project: str | None
    secrets_at: tuple[str, ...]
    model: str | None
    stream: bool
    items: int
    max_tokens: int | None
    tokens_in: int
    tokens_out: int
    cost: float
    cost_micro: int
    in_flight: int
    queued_s: float
    rule: str | None
    faults: tuple[str, ...]
    draw: float | None
    trigger: str | None
    delivered: bool
    executed: bool
    status: int | None
    request_id: str
    canary: str | None
    ending: str
    client_left_ns: int | None
    client_left_how: str | None
    sent: tuple[Sent, ...]
    sent_bytes: bytes
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened beside the exchanges: an alert, a change by the control API.

    ``at_ns`` is monotonic, ``wall`` seconds since the epoch; ``kind`` is a fixed word
    (``budget_alert``), ``detail`` holds plain values, none of them secret.
    """

    at_ns: int
    wall: float
    sandbox: str
    kind: str
    detail: Mapping[str, JsonPlain]


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What became of a handshake: version and cipher, or why it failed.

    ``server_name`` is the name that the client asked for (SNI); who connects to an address asks for
    none.
    """

    version: str | None
    cipher: str | None
    server_name: str | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection.

    ``ended_by`` is ``client`` or ``server``, ``how`` is ``fin`` or ``rst``; both are None while it
    is open. ``exchanges`` counts the requests that came over it. ``tls`` is None in the clear, and
    until the handshake is over.
    """

    id: int
    sandbox: str
    accepted_ns: int
    ended_ns: int | None
    ended_by: str | None
    how: str | None
    exchanges: int
    tls: TlsFacts | None = None
