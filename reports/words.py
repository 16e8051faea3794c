"""The words of a report, and what each means: verdicts, severities, endings, outcomes.

The order of :data:`VERDICT_WORDS` is the order in which a reader wants them: what is broken first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.results import Row, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Word:
    """How something is said: a label, a sign that works without colour, and what it means."""

    label: str
    sign: str
    meaning: str


VERDICT_WORDS: Mapping[Verdict, Word] = {
    Verdict.FAIL: Word("fail", "✗", "The promise was broken, and the evidence shows it."),
    Verdict.NOT_TESTABLE: Word(
        "not testable",
        "?",
        "A planned fault was never delivered, so nothing is proved. Counts as a failure.",
    ),
    Verdict.HARNESS_FAULT: Word(
        "harness fault",
        "#",
        "The harness or its machine went wrong. Says nothing about the client.",
    ),
    Verdict.ADVISORY: Word(
        "advisory", "!", "Kept, with something worth mending: late, or a softer promise missed."
    ),
    Verdict.PASS: Word(
        "pass", "✓", "The promise was kept, and the faults that test it were delivered."
    ),
    Verdict.NOT_CLAIMED: Word(
        "not claimed", "—", "The client does not say that it does this. Nothing was judged."
    ),
}

SEVERITY_WORDS: Mapping[str, Word] = {
    "must": Word("must", "", "A norm says MUST."),
    "must*": Word(
        "must*",
        "",
        "No norm says MUST, but a failure costs money, leaks secrets, loses or forges data, "
        "or floods a server.",
    ),
    "should": Word("should", "", "A norm says SHOULD, or engineers widely agree."),
    "may": Word("may", "", "Depends on what the client declares."),
}

ENDING_WORDS: Mapping[str, Word] = {
    "complete": Word("complete", "", "The whole answer was sent."),
    "client_left": Word("client left", "", "The client closed the connection first."),
    "rst": Word("reset", "", "The server reset the connection (RST)."),
    "fin": Word("closed early", "", "The server closed in the middle of the answer (FIN)."),
    "no_final_chunk": Word("no final chunk", "", "The server closed before the last, empty chunk."),
    "open": Word("left open", "", "The server sent nothing more and closed nothing."),
    "in_progress": Word("in progress", "", "The exchange was still going on."),
    "server_stopped": Word("server stopped", "", "The mock was shut down."),
}

UNCLEAN_OUTCOMES = ("crashed", "hung", "internal")
"""Ends of a call that no caller can handle: no answer, no typed error."""


def ending_text(ending: str) -> str:
    """How an attempt ended, in words; a word that is not known stands for itself."""
    word = ENDING_WORDS.get(ending)
    return word.label if word else ending.replace("_", " ")


def verdict_rank(row: Row) -> int:
    """Sort key: what is broken first."""
    return list(VERDICT_WORDS).index(row.verdict)


def plural(count: int, one: str, many: str = "") -> str:
    """``1 row``, ``2 rows``, ``2 entries`` (where ``many`` is given)."""
    return f"{count} {one if count == 1 else many or one + 's'}"
