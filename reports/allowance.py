"""How much of a run fits on one page: a page stays small, and what is left out is counted.

The space for attempts, excerpts and checks is shared out before anything is drawn. Rows that are
not plainly kept are served first, since those are the ones that a reader has to be convinced of.
Whatever does not fit is still in ``results.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.results import Attempt, Results, Row, Verdict
from reports.text import Excerpt, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ATTEMPTS_BYTES = 900_000
"""Space for attempts: their bars, and their lines in the list."""
EXCERPTS_BYTES = 450_000
"""Space for wire excerpts and logs."""
CHECKS_BYTES = 250_000
"""Space for checks."""

LEAST_TAIL = 400
"""Characters of an excerpt's end that are shown before its head gets more: the last event of a
stream, which says how it ended, is of use only when it is whole."""

MAX_TICKS = 100
"""Chunk marks drawn for one attempt; more are thinned evenly."""

_QUIET = (Verdict.PASS, Verdict.NOT_CLAIMED)


@dataclass(frozen=True, slots=True)
class RowAllowance:
    """What one row may show: attempts, bytes of each excerpt, checks."""

    attempts: int
    excerpt_bytes: int
    checks: int

    def excerpt_of(self, text: str) -> Excerpt:
        """``text``, cut to what the page has room for."""
        limit = self.excerpt_bytes * len(text) // max(1, text_size(text))
        return cut(text, limit, least_tail=LEAST_TAIL)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What each row of a page may show."""

    loud: RowAllowance
    quiet: RowAllowance

    def of(self, row: Row) -> RowAllowance:
        """The allowance of ``row``."""
        return self.quiet if row.verdict in _QUIET else self.loud


def share(sizes: Iterable[int], total: int) -> int:
    """The largest cap so that the sizes, each cut to the cap, fit into ``total`` together.

    When everything fits it is the largest size (0 for no sizes at all).
    """
    left, cap = total, 0
    ordered = sorted(sizes)
    for index, size in enumerate(ordered):
        fair = left // (len(ordered) - index)
        if size > fair:
            return max(fair, 0)
        left -= size
        cap = size
    return cap


def allow(results: Results) -> Allowance:
    """Share the space of one page among the rows of ``results``."""
    loud = [row for row in results.rows if row.verdict not in _QUIET]
    quiet = [row for row in results.rows if row.verdict in _QUIET]
    attempts = _two_caps(loud, quiet, _attempt_sizes, ATTEMPTS_BYTES)
    excerpts = _two_caps(loud, quiet, _excerpt_sizes, EXCERPTS_BYTES)
    checks = _two_caps(loud, quiet, _check_sizes, CHECKS_BYTES)
    rows = (
        RowAllowance(
            attempts=_fitting(attempts[index], [attempt_size(a) for r in group for a in _all(r)]),
            excerpt_bytes=excerpts[index],
            checks=_fitting(checks[index], [size for r in group for size in _each_check(r)]),
        )
        for index, group in enumerate((loud, quiet))
    )
    return Allowance(*rows)


def attempt_size(attempt: Attempt) -> int:
    """About how many bytes of page one attempt takes, excerpts apart."""
    words = sum(map(len, (*attempt.faults, attempt.rule or "", attempt.request_id or "")))
    return 1100 + 12 * min(len(attempt.chunks), MAX_TICKS) + 2 * words


def text_size(text: str) -> int:
    """How many bytes of page a text takes, its markup signs escaped."""
    return len(text.encode("utf-8", "replace")) + 4 * sum(map(text.count, "<>&"))


def _two_caps(
    loud: list[Row], quiet: list[Row], sizes: Callable[[Row], list[int]], total: int
) -> tuple[int, int]:
    """Caps for loud rows, which may take two thirds, and for quiet ones: what is left."""
    loud_sizes = [size for row in loud for size in sizes(row)]
    quiet_sizes = [size for row in quiet for size in sizes(row)]
    wanted = sum(quiet_sizes)
    loud_cap = share(loud_sizes, max(total * 2 // 3, total - wanted))
    used = sum(min(size, loud_cap) for size in loud_sizes)
    return loud_cap, share(quiet_sizes, total - used)


def _fitting(row_bytes: int, sizes: list[int]) -> int:
    """How many items of a row fit into its bytes, judged by the mean size; one always does."""
    if not sizes:
        return 0
    return max(1, row_bytes * len(sizes) // sum(sizes))


def _all(row: Row) -> list[Attempt]:
    return [attempt for call in row.calls for attempt in call.attempts]


def _attempt_sizes(row: Row) -> list[int]:
    return [sum(attempt_size(attempt) for attempt in _all(row))]


def _each_check(row: Row) -> list[int]:
    return [
        250 + 2 * len(f"{check.name}{check.detail}{check.measured}{check.target}")
        for check in row.checks
    ]


def _check_sizes(row: Row) -> list[int]:
    return [sum(_each_check(row))]


def _excerpt_sizes(row: Row) -> list[int]:
    texts = [text for a in _all(row) for text in (a.request_excerpt, a.response_excerpt)]
    return [text_size(text) for text in (*texts, row.log) if text]
