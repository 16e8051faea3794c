"""What was used: requests, tokens and money by day, key, project, model and endpoint.

A row is a few plain numbers behind a key, so that counting a request costs next to nothing. Rows
are bounded: when there are too many, those of the oldest day lose their day and are kept as
"earlier", so that no total ever shrinks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from mockserver.admission.periods import DAY_S
from mockserver.api import routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.visit import Visit

ROWS_KEPT = 20_000
"""Rows that are kept before the oldest day is folded up."""

EARLIER = -1
"""The day of what was folded up."""

DIMENSIONS = ("day", "project", "key", "model", "endpoint")
"""What use can be told apart by."""

Where = tuple[int, str | None, str | None, str | None, str | None, int | None]
"""A row: the dimensions in their order, and the status of the answer."""


@dataclass(slots=True)
class Use:
    """The sum of some requests.

    ``labels`` says which (``{"key": "dev"}``); ``refused`` counts answers of 400 and above by
    status, ``unanswered`` requests that got none; ``cost_micro`` is in micro-units.
    """

    labels: dict[str, str | None]
    requests: int = 0
    refused: dict[int, int] = field(default_factory=dict)
    unanswered: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro: int = 0


class Usage:
    """The use of one sandbox, counted when a request is over, on the day of its arrival (UTC)."""

    def __init__(self, *, rows_kept: int = ROWS_KEPT) -> None:
        self.rows: dict[Where, list[int]] = {}
        """Requests, tokens in, tokens out and micro-units of each row."""
        self._kept = rows_kept

    def count(self, visit: Visit) -> None:
        """Add a request that is over."""
        exchange, work, route = visit.exchange, visit.work, visit.route
        where = (
            int(exchange.wall // DAY_S),
            exchange.project,
            exchange.key_id,
            # The model of a request that was not read could be any text at all.
            None if work is None else work.model,
            endpoint_at(exchange.method, exchange.path) if route is None else route.endpoint.name,
            exchange.status,
        )
        row = self.rows.get(where)
        if row is None:
            row = self.rows[where] = [0, 0, 0, 0]
            if len(self.rows) > self._kept:
                self._fold()
        row[0] += 1
        if work is not None:
            row[1] += exchange.tokens_in
            row[2] += exchange.tokens_out
            row[3] += exchange.cost_micro

    def clear(self) -> None:
        """Forget everything."""
        self.rows.clear()

    def told(
        self,
        by: Sequence[str] = DIMENSIONS[1:],
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> tuple[Use, ...]:
        """Sums by some of :data:`DIMENSIONS`, in their order, of the days from since to until.

        What is older than the days that are kept has the day "earlier", and is in no range.
        """
        places = [DIMENSIONS.index(name) for name in by]
        found: dict[tuple[object, ...], Use] = {}
        for where, (requests, tokens_in, tokens_out, cost) in self.rows.copy().items():
            if not _within(where[0], since, until):
                continue
            labels = {name: _label(where, place) for name, place in zip(by, places, strict=True)}
            use = found.setdefault(tuple(labels.values()), Use(labels))
            use.requests += requests
            use.tokens_in += tokens_in
            use.tokens_out += tokens_out
            use.cost_micro += cost
            status = where[-1]
            if status is None:
                use.unanswered += requests
            elif status >= 400:
                use.refused[status] = use.refused.get(status, 0) + requests
        return tuple(found[key] for key in sorted(found, key=_order))

    def _fold(self) -> None:
        """Take the day from the rows of the oldest one; the rows of one single day stay."""
        days = {where[0] for where in self.rows} - {EARLIER}
        if len(days) < 2:
            return
        oldest = min(days)
        for where in [where for where in self.rows if where[0] == oldest]:
            row = self.rows.pop(where)
            kept = self.rows.setdefault((EARLIER, *where[1:]), [0, 0, 0, 0])
            kept[:] = [mine + more for mine, more in zip(kept, row, strict=True)]


@lru_cache(maxsize=256)
def endpoint_at(method: str, path: str) -> str | None:
    """The endpoint that a request would have come to; None where there is none."""
    found = routes.route(method, path)
    return found.endpoint.name if isinstance(found, routes.Route) else None


def _within(day: int, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return True
    if day == EARLIER:
        return False
    at = _date(day)
    return (since is None or at >= since) and (until is None or at <= until)


def _label(where: Where, place: int) -> str | None:
    value = where[place]
    if isinstance(value, int):
        return "earlier" if value == EARLIER else _date(value).isoformat()
    return value


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * DAY_S, UTC).date()


def _order(key: tuple[object, ...]) -> tuple[str, ...]:
    """Sorted as texts, what is not known first; "earlier" before any day."""
    return tuple("" if part in {None, "earlier"} else str(part) for part in key)
