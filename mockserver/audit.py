"""Who changed what through the control API: kept in memory, logged, and noted in journals.

A call is kept by its method and path, the names of the fields in its body and its outcome; never
with a value out of its body, and with no secret. Log records go to the logger ``mockserver.audit``.
"""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

import orjson

from mockserver.moments import iso_time
from mockserver.secrets import SecretMask

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.server import MockServer

CHANGES_KEPT = 10_000
REFUSALS_KEPT = 1_000
"""Calls that are kept; older ones give way. Strangers cannot push out what others did."""

LONGEST_BODY = 64 * 1024
MOST_FIELDS = 20
LONGEST_TEXT = 200
"""Of a longer body no fields are told; of too many fields, the first; of a long text, its start."""

Caller = Literal["loopback", "token", "stranger"]
"""Why a caller was let in: it is on this machine, or knows the token; a stranger was not."""

_SANDBOX = re.compile(r"/_mock/sandboxes/([^/]+)")
_SANDBOXES = "/_mock/sandboxes"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call that means to change something, as it came in from ``address``."""

    address: str
    by: Caller
    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """A call that came, and its status.

    ``seq`` counts them from 1, ``at`` is a moment in UTC (ISO 8601). ``sandbox`` is the one that
    the call names, None where it names none. ``fields`` are those of the body's top level.
    """

    seq: int
    at: str
    address: str
    by: Caller
    method: str
    path: str
    sandbox: str | None
    fields: tuple[str, ...]
    status: int


class Audit:
    """The changes of one server, in order."""

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self._seen = 0
        self._changes: deque[Change] = deque(maxlen=CHANGES_KEPT)
        self._refusals: deque[Change] = deque(maxlen=REFUSALS_KEPT)

    @property
    def dropped(self) -> int:
        """How many calls gave way to newer ones."""
        return self._seen - len(self._changes) - len(self._refusals)

    def add(self, attempt: Attempt, status: int) -> None:
        """Keep, log and note a call. It is noted in the journal of its sandbox, else the first."""
        self._seen += 1
        change = _change(self._seen, attempt, status, self._cleaning())
        refused = change.by == "stranger"
        (self._refusals if refused else self._changes).append(change)
        told = asdict(change) | {"fields": ",".join(change.fields)}
        # When it was stands in every record of a log.
        del told["at"]
        if refused:
            log.warning("control call of a stranger", extra=told)
        else:
            log.info("control call", extra=told)
        sandboxes = self._server.sandboxes
        if sandboxes and not refused:
            named = (one for one in sandboxes if one.name == change.sandbox)
            next(named, sandboxes[0]).journal.note(
                "control",
                address=change.address,
                by=change.by,
                call=f"{change.method} {change.path}",
                fields=told["fields"],
                status=change.status,
            )

    def changes(self, *, sandbox: str | None = None, after: int = 0) -> tuple[Change, ...]:
        """What was kept, oldest first: of one sandbox, and behind the number ``after``."""
        kept = sorted((*self._changes, *self._refusals), key=lambda change: change.seq)
        return tuple(
            change
            for change in kept
            if change.seq > after and (sandbox is None or change.sandbox == sandbox)
        )

    def _cleaning(self) -> Callable[[str], str]:
        token = self._server.settings.control_token
        masks = [sandbox.journal.mask for sandbox in self._server.sandboxes]
        if token is not None:
            masks.append(SecretMask((token,)))

        def clean(text: str) -> str:
            for mask in masks:
                text = mask.mask_text(text)
            # Whatever stands in a line of a log must not begin another.
            return text.encode("unicode_escape").decode()[:LONGEST_TEXT]

        return clean


def _change(seq: int, attempt: Attempt, status: int, clean: Callable[[str], str]) -> Change:
    told = _told(attempt.body)
    found = _SANDBOX.match(attempt.path)
    name: object = unquote(found[1]) if found else None
    if attempt.path == _SANDBOXES:
        name = told.get("name")
    return Change(
        seq=seq,
        at=iso_time(time.time()),
        address=clean(attempt.address),
        by=attempt.by,
        method=clean(attempt.method),
        path=clean(attempt.path),
        sandbox=clean(name) if isinstance(name, str) else None,
        fields=tuple(clean(field) for field in list(told)[:MOST_FIELDS]),
        status=status,
    )


def _told(body: bytes) -> dict[str, object]:
    """A body that is a JSON object; empty for every other one."""
    if not body or len(body) > LONGEST_BODY:
        return {}
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
