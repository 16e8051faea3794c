"""What was seen, as the report's records: calls, attempts on the row's own clock, excerpts.

Pure functions of journal records and outcomes. Nothing is masked here: the engine masks the whole
row at once (:meth:`scenarios.keyring.Keyring.mask`), so that no field can be forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reports.results import MOST_CHUNKS, Attempt, Call, Event
from scenarios.evidence import NS_PER_S, attempts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.journal import Exchange, Sent
    from scenarios.client import Told
    from scenarios.clients.protocol import Outcome
    from scenarios.evidence import Attempt as SeenAttempt

REQUEST_EXCERPT = 1200
RESPONSE_EXCERPT = 1900
"""Characters of a request and of a response that a report shows, from both their ends."""

DELTA_EXCERPT = 200
LAST_WORD = 400
"""Characters of a piece of text, and of an answer or an error."""

MOST_DELTAS = 80
MOST_CALLS = 120
UNASKED = "not asked for"
"""The outcome of traffic that no call of the scenario explains."""


def record_calls(
    told: Sequence[Told], exchanges: Mapping[str, Sequence[Exchange]], started_s: float
) -> tuple[Call, ...]:
    """The calls of a scenario in the order in which they were made, `MOST_CALLS` at most.

    `exchanges` maps the label of a sandbox to what it received; `started_s` is the zero of the
    row's clock, in seconds of ``time.monotonic()``.
    """
    shares = _shares(told, exchanges)
    calls = [
        _call(one, _attempts(shares[index], one.tokens, started_s), started_s)
        for index, one in enumerate(told)
    ]
    calls.extend(_unasked(told, exchanges, started_s))
    return tuple(sorted(calls, key=lambda call: call.start_s)[:MOST_CALLS])


def _shares(
    told: Sequence[Told], exchanges: Mapping[str, Sequence[Exchange]]
) -> defaultdict[int, dict[str, list[Exchange]]]:
    """Which call of the scenario each exchange belongs to.

    A prompt that was sent by several calls (a cache) gives its exchanges to the call that was
    started last before they arrived.
    """
    askers: defaultdict[str, list[int]] = defaultdict(list)
    for index in sorted(range(len(told)), key=lambda index: told[index].outcome.started_s):
        for token in told[index].tokens:
            askers[token].append(index)
    shares: defaultdict[int, dict[str, list[Exchange]]] = defaultdict(dict)
    for label, received in exchanges.items():
        for exchange in received:
            for index in _owners(exchange, askers, told):
                shares[index].setdefault(label, []).append(exchange)
    return shares


def _owners(
    exchange: Exchange, askers: Mapping[str, Sequence[int]], told: Sequence[Told]
) -> set[int]:
    arrived_s = exchange.first_byte_in_ns / NS_PER_S
    owners = set()
    for token in exchange.tokens or (exchange.token,):
        candidates = askers.get(token, ())
        before = [i for i in candidates if told[i].outcome.started_s <= arrived_s]
        if candidates:
            owners.add(before[-1] if before else candidates[0])
    return owners


def _unasked(
    told: Sequence[Told], exchanges: Mapping[str, Sequence[Exchange]], started_s: float
) -> Iterable[Call]:
    """Traffic that carries no token of the scenario, grouped as it came."""
    known = {token for one in told for token in one.tokens}
    for label, received in exchanges.items():
        strays = [e for e in received if known.isdisjoint(e.tokens or (e.token,))]
        for token in dict.fromkeys(exchange.token for exchange in strays):
            attempts = _attempts({label: strays}, (token,), started_s)
            yield Call(token, "", attempts[0].start_s, attempts[-1].end_s, UNASKED, attempts)


def _call(told: Told, attempts: tuple[Attempt, ...], started_s: float) -> Call:
    outcome = told.outcome
    return Call(
        token=told.tokens[0] if told.tokens else "",
        label=told.label,
        start_s=_seconds(outcome.started_s - started_s),
        end_s=None if outcome.ending == "hung" else _seconds(outcome.ended_s - started_s),
        outcome=outcome.kind,
        attempts=attempts,
        events=tuple(_events(outcome, started_s)),
    )


def _events(outcome: Outcome, started_s: float) -> Iterable[Event]:
    yield Event(_seconds(outcome.started_s - started_s), "started")
    for delta in outcome.deltas[:MOST_DELTAS]:
        yield Event(_seconds(delta.at_s - started_s), "delta", _cut(delta.text, DELTA_EXCERPT))
    if len(outcome.deltas) > MOST_DELTAS:
        yield Event(
            _seconds(outcome.deltas[-1].at_s - started_s),
            "delta",
            f"and {len(outcome.deltas) - MOST_DELTAS} more, until here",
        )
    yield Event(_seconds(outcome.ended_s - started_s), outcome.kind, _last_word(outcome))


def _last_word(outcome: Outcome) -> str:
    if outcome.error is not None:
        error = outcome.error
        numbers = " ".join(str(word) for word in (error.status, error.code) if word is not None)
        return _cut(f"{numbers}: {error.message}" if numbers else error.message, LAST_WORD)
    if outcome.answer is not None:
        vectors = outcome.answer.vectors
        no_text = "no text" if vectors is None else f"{len(vectors)} vectors"
        return _cut(outcome.text or no_text, LAST_WORD)
    return _cut(outcome.detail, LAST_WORD)


def _attempts(
    by_sandbox: Mapping[str, Sequence[Exchange]], tokens: Iterable[str], started_s: float
) -> tuple[Attempt, ...]:
    wanted = tuple(tokens)
    labels = {
        id(exchange): label for label, received in by_sandbox.items() for exchange in received
    }
    everything = [exchange for received in by_sandbox.values() for exchange in received]
    return tuple(
        _attempt(seen, labels[id(seen.exchange)], started_s)
        for seen in attempts_of(everything, wanted)
    )


def _attempt(seen: SeenAttempt, label: str, started_s: float) -> Attempt:
    def at(moment_ns: int | None) -> float | None:
        return None if moment_ns is None else _seconds(moment_ns / NS_PER_S - started_s)

    body_parts = [s for s in seen.exchange.sent if s.kind != "head"]
    return Attempt(
        number=seen.number,
        start_s=_seconds(seen.start_s - started_s),
        first_byte_out_s=at(seen.first_byte_out_ns),
        end_s=at(seen.end_ns),
        status=seen.status,
        gap_s=None if seen.gap_s is None else _seconds(seen.gap_s),
        ending=seen.ending,
        connection=seen.connection,
        rule=seen.rule,
        faults=seen.faults,
        request_id=seen.request_id,
        target=label,
        request_excerpt=request_excerpt(seen.exchange),
        response_excerpt=excerpt(seen.exchange.sent_bytes, RESPONSE_EXCERPT),
        chunks=[_seconds(s.at_ns / NS_PER_S - started_s) for s in thinned(body_parts)],
    )


def thinned(parts: Sequence[Sent]) -> Sequence[Sent]:
    """At most ``MOST_CHUNKS`` of the parts, evenly spread, the first and the last among them."""
    if len(parts) <= MOST_CHUNKS:
        return parts
    last = len(parts) - 1
    return [parts[place * last // (MOST_CHUNKS - 1)] for place in range(MOST_CHUNKS)]


def request_excerpt(exchange: Exchange) -> str:
    """The request as it stood on the wire, as far as the journal keeps it."""
    query = f"?{exchange.query}" if exchange.query else ""
    lines = [f"{exchange.method} {exchange.path}{query} HTTP/1.1"]
    lines.extend(f"{name}: {value}" for name, value in exchange.headers)
    return _both_ends("\n".join(lines) + "\n\n" + printable(exchange.body), REQUEST_EXCERPT)


def excerpt(sent: bytes, most: int) -> str:
    """The bytes of a response: its head in lines, its body with every odd byte spelled out."""
    head, blank, body = sent.partition(b"\r\n\r\n")
    if not blank:
        return _both_ends(printable(sent), most)
    return _both_ends(printable(head.replace(b"\r\n", b"\n")) + "\n\n" + printable(body), most)


def printable(data: bytes) -> str:
    """Bytes as text; what is no UTF-8 and every control character but LF as an escape."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(c if c == "\n" or c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[:most]} [and {len(text) - most} characters more]"


def _both_ends(text: str, most: int) -> str:
    """Half and a little from the head, the rest from the tail, and between them what is not shown.

    How a stream ended is what many rows are about, so its end is shown as its beginning is. The
    number is a lower bound: the journal itself keeps 9 KiB of a response.
    """
    if len(text) <= most:
        return text
    tail = most * 9 // 19
    left_out = f"\n[… at least {len(text) - most} characters left out …]\n"
    return text[: most - tail] + left_out + text[len(text) - tail :]


def _seconds(value: float) -> float:
    """Microseconds are as fine as a reader needs."""
    return round(value, 6)
