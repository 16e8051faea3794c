"""How one call ended, whichever way it went: what the recorder writes down of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.clients.replies import Answered, Broken, Hung, Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenarios.clients.protocol import ClientAnswer, ClientError, Manifest

KEPT_CHARACTERS = 2000
"""How much of an answer is kept: it becomes the history of the next turn, and evidence."""

DETAIL_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Driven:
    """One call, over (:class:`loadtests.events.CallEnded` has the same words).

    Times are ``time.monotonic()`` seconds of this machine; ``first_s`` and ``last_s`` are those of
    the first and the last piece of a stream that reached the user, None where nothing was streamed.
    ``characters`` counts all of the text, ``text`` keeps the first ``KEPT_CHARACTERS``. What the
    client did not tell is None. ``detail`` is one line without secrets.
    """

    outcome: str
    ended_s: float
    first_s: float | None = None
    last_s: float | None = None
    pieces: int = 0
    characters: int = 0
    text: str = ""
    attempts: int | None = None
    source: str | None = None
    degraded: bool | None = None
    status: int | None = None
    request_id: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    vectors: int | None = None
    failed_vectors: int | None = None
    detail: str = ""


class Heard:
    """What of one call's stream has arrived so far, on whatever clock it was stamped."""

    __slots__ = ("_kept", "_room", "characters", "first_s", "last_s", "pieces")

    def __init__(self) -> None:
        self.first_s: float | None = None
        self.last_s: float | None = None
        self.pieces = 0
        self.characters = 0
        self._kept: list[str] = []
        self._room = KEPT_CHARACTERS

    def take(self, text: str, at_s: float) -> None:
        """Takes in one piece; an empty one is none, since no user sees it."""
        if not text:
            return
        if self.first_s is None:
            self.first_s = at_s
        self.last_s = at_s
        self.pieces += 1
        self.characters += len(text)
        if self._room > 0:
            self._kept.append(text[: self._room])
            self._room -= len(text)

    def text(self) -> str:
        """The beginning of the text."""
        return "".join(self._kept)

    def convert(self, to_harness: Callable[[float], float]) -> None:
        """Puts both stamps on the clock of the harness."""
        if self.first_s is not None and self.last_s is not None:
            self.first_s, self.last_s = to_harness(self.first_s), to_harness(self.last_s)


def driven_of(reply: Reply, heard: Heard, ended_s: float, mask: Callable[[str], str]) -> Driven:
    """What a call came to; ``mask`` takes secrets out of a text."""
    match reply:
        case Answered(answer):
            return _answered(answer, heard, ended_s)
        case Refused(error):
            return _refused(error, heard, ended_s, mask)
        case Broken(detail):
            return _cut_short("crashed", one_line(detail, mask), heard, ended_s)
        case Hung(detail):
            return _cut_short("hung", one_line(detail, mask), heard, ended_s)


def hello_of(manifest: Manifest) -> dict[str, Any]:
    """A manifest as it goes into the events: claims sorted, nothing but JSON."""
    return {
        "name": manifest.name,
        "version": manifest.version,
        "language": manifest.language,
        "claims": sorted(manifest.claims),
        "limits": dict(manifest.limits),
    }


def one_line(text: str, mask: Callable[[str], str]) -> str:
    """A text for a message: without secrets, on one line, not too long."""
    # masked before it is cut, since half a key is not found
    return " ".join(mask(text).split())[:DETAIL_CHARACTERS]


def _answered(answer: ClientAnswer, heard: Heard, ended_s: float) -> Driven:
    usage, vectors = answer.usage, answer.vectors
    return Driven(
        outcome="ok",
        ended_s=ended_s,
        first_s=heard.first_s,
        last_s=heard.last_s,
        pieces=heard.pieces,
        characters=heard.characters or len(answer.text or ""),
        text=heard.text() or (answer.text or "")[:KEPT_CHARACTERS],
        attempts=answer.attempts,
        source=answer.source,
        degraded=answer.degraded,
        request_id=answer.request_id,
        tokens_in=usage.tokens_in if usage else None,
        tokens_out=usage.tokens_out if usage else None,
        cost=answer.cost,
        vectors=None if vectors is None else len(vectors),
        failed_vectors=None if vectors is None else sum(not _is_vector(one) for one in vectors),
    )


def _refused(
    error: ClientError, heard: Heard, ended_s: float, mask: Callable[[str], str]
) -> Driven:
    said = f"{error.code}: {error.message}" if error.code else error.message
    return Driven(
        outcome=error.kind,
        ended_s=ended_s,
        first_s=heard.first_s,
        last_s=heard.last_s,
        pieces=heard.pieces,
        characters=heard.characters or len(error.partial or ""),
        text=heard.text() or (error.partial or "")[:KEPT_CHARACTERS],
        attempts=error.attempts,
        status=error.status,
        request_id=error.request_id,
        detail=one_line(said, mask),
    )


def _cut_short(outcome: str, detail: str, heard: Heard, ended_s: float) -> Driven:
    return Driven(
        outcome=outcome,
        ended_s=ended_s,
        first_s=heard.first_s,
        last_s=heard.last_s,
        pieces=heard.pieces,
        characters=heard.characters,
        text=heard.text(),
        detail=detail,
    )


def _is_vector(value: object) -> bool:
    return isinstance(value, list) and bool(value)
