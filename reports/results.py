"""The results of one run, as data: what every rendering reads and what ``results.json`` holds.

All moments (``start_s``, ``end_s``, ``at_s``, ``chunks``) are seconds since the row's own scenario
started. Any sequence is accepted at construction and kept as a tuple; rows are kept in one stable
order. Nothing in here may be secret: whoever builds a record masks it first.

The JSON form is in :mod:`reports.document`, its schema in ``results.schema.json``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from reports.load import Load

SCHEMA = "pawa-resilience/results/1"

JsonValue: TypeAlias = (
    "Mapping[str, JsonValue] | Sequence[JsonValue] | str | int | float | bool | None"
)

SEVERITIES = ("must", "must*", "should", "may")
"""A norm's word; the harness's (money, secrets, data, floods); wide agreement; a choice."""

BINDING = ("must", "must*")
"""The severities whose failure turns the exit code."""

MOST_CHUNKS = 300
"""Moments at which an attempt's body was sent that are kept; of more, so many evenly spread."""


class Verdict(StrEnum):
    """What was found about one row, or by one check."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    """The promise was kept, and the faults that test it were delivered."""
    ADVISORY = "advisory"
    """Kept, with something worth mending: late, or a softer promise missed."""
    FAIL = "fail"
    """The promise was broken, and the evidence shows it."""
    NOT_CLAIMED = "not_claimed"
    """The client does not say that it does this; nothing was judged."""
    NOT_TESTABLE = "not_testable"
    """A planned fault was never delivered: nothing is proved, so it counts as a failure."""
    HARNESS_FAULT = "harness_fault"
    """The harness or its machine went wrong; says nothing about the client."""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: ``measured`` against ``target``, both in ``unit``.

    ``detail`` is what a reader needs beyond the numbers; ``timing`` marks a check that a noisy
    machine can spoil. Values that JSON has no word for (NaN, infinities, tuples) are kept as text
    and lists, so that writing and reading a document gives the same check.
    """

    name: str
    measured: JsonValue
    target: JsonValue
    unit: str
    verdict: Verdict
    detail: str = ""
    timing: bool = False

    def __post_init__(self) -> None:
        _keep(self, measured=plain(self.measured), target=plain(self.target))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire, as the server saw it.

    ``gap_s`` is the pause since the previous attempt of the same call (None for the first);
    ``end_s`` is None while the exchange was still open when the row ended; ``ending`` is the
    journal's word (``complete``, ``client_left``, ``rst``, ``fin``, ``no_final_chunk``, ``open``…);
    ``target`` is the label of the sandbox that was asked; ``chunks`` are the moments at which body
    bytes were sent, ``MOST_CHUNKS`` at most: of more, so many are kept, evenly spread, with the
    first and the last. The excerpts are masked and bounded; a long one has lost its middle.
    """

    number: int
    start_s: float
    first_byte_out_s: float | None
    end_s: float | None
    status: int | None
    gap_s: float | None
    ending: str
    connection: int
    rule: str | None = None
    faults: Sequence[str] = ()
    request_id: str | None = None
    target: str = ""
    request_excerpt: str = ""
    response_excerpt: str = ""
    chunks: Sequence[float] = ()

    def __post_init__(self) -> None:
        _keep(self, faults=tuple(self.faults), chunks=tuple(self.chunks))


@dataclass(frozen=True, slots=True)
class Event:
    """What the client's side saw at a moment: ``started``, ``delta``, ``ok``, ``error``…"""

    at_s: float
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What the user asked for once, with every attempt that the client made for it.

    ``outcome`` is ``ok``, an error kind of the client protocol, ``crashed`` or ``hung``;
    ``end_s`` is None if the client never came back.
    """

    token: str
    label: str
    start_s: float
    end_s: float | None
    outcome: str
    attempts: Sequence[Attempt] = ()
    events: Sequence[Event] = ()

    def __post_init__(self) -> None:
        _keep(self, attempts=tuple(self.attempts), events=tuple(self.events))


@dataclass(frozen=True, slots=True)
class Row:
    """The verdict on one promise, with its proof.

    ``reason`` is one sentence that a client's author can act on; ``right`` is the promise;
    ``scenario`` names the code that judged it; ``seed``, given as ``--seed``, repeats the row.
    """

    id: str
    verdict: Verdict
    reason: str
    severity: str
    tier: int
    group: str
    right: str
    checks: Sequence[Check] = ()
    calls: Sequence[Call] = ()
    log: str = ""
    duration_s: float = 0.0
    scenario: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        _keep(self, checks=tuple(self.checks), calls=tuple(self.calls))

    @property
    def binding(self) -> bool:
        """Whether a failure of this row turns the exit code (``must`` and ``must*``)."""
        return self.severity in BINDING

    @property
    def broken(self) -> bool:
        """Whether a binding promise was found broken."""
        return self.binding and self.verdict is Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Run:
    """When, where and with what a run was made.

    ``started_at`` is ISO 8601 with an offset; ``version`` is this project's; ``noise`` holds the
    measured lateness of the machine; ``complete`` is False when the run was interrupted.
    """

    id: str
    started_at: str
    duration_s: float
    seed: int
    version: str
    targets: Mapping[str, JsonValue] = field(default_factory=dict)
    machine: Mapping[str, JsonValue] = field(default_factory=dict)
    noise: Mapping[str, JsonValue] = field(default_factory=dict)
    complete: bool = True

    def __post_init__(self) -> None:
        for name in ("targets", "machine", "noise"):
            _keep(self, **{name: plain(getattr(self, name))})


@dataclass(frozen=True, slots=True)
class Client:
    """The client that was judged, in its own words: ``spec`` is how the harness was told of it."""

    spec: str
    name: str
    version: str
    language: str
    claims: Sequence[str] = ()
    limits: Mapping[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _keep(self, claims=tuple(sorted(self.claims)), limits=plain(self.limits))


@dataclass(frozen=True, slots=True)
class Results:
    """One run of one client. Rows are sorted by group and number; an id stands once.

    ``load`` is what only a load test has: its time series and figures.

    Raises ``ValueError`` for a row id that stands twice.
    """

    run: Run
    client: Client
    rows: Sequence[Row] = ()
    load: Load | None = None
    schema: str = field(default=SCHEMA, kw_only=True)

    def __post_init__(self) -> None:
        _keep(self, rows=tuple(sorted(self.rows, key=row_order)))
        twice = [id_ for id_, count in Counter(row.id for row in self.rows).items() if count > 1]
        if twice:
            raise ValueError(f"row {twice[0]} stands twice in one run; each row is judged once")

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict; every verdict is present."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def broken(self) -> tuple[Row, ...]:
        """The binding rows that failed, a norm's ``must`` before the harness's ``must*``."""
        return tuple(
            sorted((row for row in self.rows if row.broken), key=lambda row: row.severity != "must")
        )

    @property
    def harness_failed(self) -> bool:
        """Whether the run proves less than it set out to.

        True for a harness fault, a row that was not testable, an interrupted run, and a run that
        judged nothing at all.
        """
        spoilt = self.counts[Verdict.HARNESS_FAULT] + self.counts[Verdict.NOT_TESTABLE]
        return bool(spoilt) or not self.run.complete or not self.rows

    def row(self, row_id: str) -> Row:
        """The row of that id. Raises ``KeyError`` when the run did not judge it."""
        for row in self.rows:
            if row.id == row_id:
                return row
        raise KeyError(row_id)


def exit_code(results: Results) -> int:
    """The exit code of a run: 1 before 3 before 0.

    1 when a ``must`` or ``must*`` row failed, since what was seen on the wire stands whatever else
    went wrong; otherwise 3 when the harness failed or a row was not testable (see
    :attr:`Results.harness_failed`); otherwise 0.
    """
    if results.broken:
        return 1
    return 3 if results.harness_failed else 0


def row_order(row: Row) -> tuple[str, int, str]:
    """Sort key of rows: group, then the number in the id (2 before 10), then the id."""
    digits = re.search(r"\d+", row.id)
    return row.group, int(digits.group()) if digits else 0, row.id


def plain(value: object) -> Any:
    """``value`` in JSON's own words: dicts, lists, text, numbers, booleans, None.

    Infinities and NaN become text (JSON has no word for them), so does an integer beyond 64 bits.
    Raises ``TypeError`` for anything else.
    """
    match value:
        case None | bool():
            return value
        case str():
            return str(value)
        case int():
            return int(value) if -(2**63) <= value < 2**64 else str(int(value))
        case float():
            return float(value) if math.isfinite(value) else str(float(value))
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Sequence() if not isinstance(value, (bytes, bytearray, memoryview)):
            return [plain(item) for item in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no place in results: turn it into text")


def _keep(record: object, **fields: object) -> None:
    """Set fields of a frozen record while it is being made."""
    for name, value in fields.items():
        object.__setattr__(cast("Any", record), name, value)
