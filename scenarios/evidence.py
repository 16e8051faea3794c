"""What the server saw, as the attempts of each call.

A **call** is what the user asked for once; an **attempt** is one request on the wire for it. They
are joined by the call token inside the prompt, which survives retries without the client's help
(behaviours/reading.md section 0.4). Everything here is a pure function of journal records.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.journal import Exchange
    from scenarios.clients.protocol import Outcome

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire for one call.

    Times are ``time.monotonic_ns()`` of the server. ``gap_s`` is the pause before this attempt in
    seconds: from the moment the attempt before it was over (see :func:`released_ns`) to this one's
    first byte; None for the first attempt; negative when the two overlapped. ``exchange`` is the
    whole journal record.
    """

    number: int
    start_ns: int
    headers_ns: int
    body_in_ns: int
    first_byte_out_ns: int | None
    last_byte_out_ns: int | None
    end_ns: int | None
    client_left_ns: int | None
    status: int | None
    gap_s: float | None
    ending: str
    body_sha256: str
    body_length: int
    content_length: int | None
    connection: int
    ordinal: int
    rule: str | None
    faults: tuple[str, ...]
    delivered: bool
    request_id: str
    canary: str | None
    model: str | None
    max_tokens: int | None
    chunk_times_ns: tuple[int, ...]
    exchange: Exchange

    @property
    def body_json(self) -> Any:
        """The request's body as JSON; None when it is not JSON or longer than the journal keeps."""
        try:
            return json.loads(self.exchange.body)
        except ValueError:
            return None

    @property
    def start_s(self) -> float:
        """First byte in, in seconds of ``time.monotonic()``: comparable with an outcome's times."""
        return self.start_ns / NS_PER_S

    @property
    def chunk_times_s(self) -> tuple[float, ...]:
        """When each chunk of the stream was sent, in seconds of ``time.monotonic()``."""
        return tuple(at_ns / NS_PER_S for at_ns in self.chunk_times_ns)

    def header(self, name: str) -> str | None:
        """The request's header of that name (any case); the first one if it came twice."""
        wanted = name.casefold()
        return next((v for n, v in self.exchange.headers if n.casefold() == wanted), None)


def group_attempts(exchanges: Iterable[Exchange]) -> dict[str, tuple[Attempt, ...]]:
    """Exchanges as attempts, by call token, each call's attempts in order of arrival.

    An exchange that carries several tokens (a batch) is an attempt of each of them. Exchanges
    without a token are grouped by their ``token`` field, the digest of path and body.
    """
    by_token: defaultdict[str, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        for token in dict.fromkeys(exchange.tokens or (exchange.token,)):
            by_token[token].append(exchange)
    return {token: _numbered(group) for token, group in by_token.items()}


def attempts_of(exchanges: Iterable[Exchange], tokens: Iterable[str]) -> tuple[Attempt, ...]:
    """The attempts that carry any of `tokens`, numbered together in order of arrival."""
    wanted = frozenset(tokens)
    return _numbered([e for e in exchanges if e.token in wanted or not wanted.isdisjoint(e.tokens)])


def hands_out(outcome: Outcome, attempt: Attempt | None) -> bool:
    """Whether a good outcome is the answer to this very attempt, known by the answer's canary.

    False for no attempt at all.
    """
    canary = attempt.canary if attempt else None
    return outcome.ok and canary is not None and canary in outcome.text


def released_ns(exchange: Exchange, before_ns: int) -> int | None:
    """When the client was free to begin its pause after `exchange`.

    That is the last byte sent to it, or the moment it left when it left later (a timeout), as far
    as that lies before `before_ns`; when nothing was sent, the moment the exchange ended; None
    when it has not ended.
    """
    moments = [at for at in (exchange.last_byte_out_ns, exchange.client_left_ns) if at is not None]
    earlier = [at for at in moments if at <= before_ns]
    if earlier:
        return max(earlier)
    return min(moments, default=exchange.ended_ns)


def _numbered(group: list[Exchange]) -> tuple[Attempt, ...]:
    ordered = sorted(group, key=lambda exchange: (exchange.first_byte_in_ns, exchange.seq))
    attempts: list[Attempt] = []
    previous: Exchange | None = None
    for number, exchange in enumerate(ordered, start=1):
        attempts.append(_attempt(number, exchange, _gap_s(previous, exchange)))
        previous = exchange
    return tuple(attempts)


def _gap_s(previous: Exchange | None, exchange: Exchange) -> float | None:
    if previous is None:
        return None
    released = released_ns(previous, exchange.first_byte_in_ns)
    return None if released is None else (exchange.first_byte_in_ns - released) / NS_PER_S


def _attempt(number: int, exchange: Exchange, gap_s: float | None) -> Attempt:
    ends = [at for at in (exchange.client_left_ns, exchange.ended_ns) if at is not None]
    return Attempt(
        number=number,
        start_ns=exchange.first_byte_in_ns,
        headers_ns=exchange.headers_in_ns,
        body_in_ns=exchange.body_in_ns,
        first_byte_out_ns=exchange.first_byte_out_ns,
        last_byte_out_ns=exchange.last_byte_out_ns,
        end_ns=min(ends, default=None),
        client_left_ns=exchange.client_left_ns,
        status=exchange.status,
        gap_s=gap_s,
        ending=exchange.ending,
        body_sha256=exchange.body_sha256,
        body_length=exchange.body_length,
        content_length=exchange.content_length,
        connection=exchange.connection,
        ordinal=exchange.ordinal,
        rule=exchange.rule,
        faults=exchange.faults,
        delivered=exchange.delivered,
        request_id=exchange.request_id,
        canary=exchange.canary,
        model=exchange.model,
        max_tokens=exchange.max_tokens,
        chunk_times_ns=tuple(sent.at_ns for sent in exchange.sent if sent.kind == "chunk"),
        exchange=exchange,
    )
