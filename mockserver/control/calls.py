"""What the control API is asked and what it answers, as typed models.

Questions are closed: an unknown field or a bad number is refused, never clamped (DESIGN section 7).
Answers are open, so that an older client reads a newer server.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from mockserver.clock import FURTHEST_S
from mockserver.faults.gates import GateName
from mockserver.faults.rules import Rule
from mockserver.journal import Connection, Exchange
from mockserver.settings.keys import Secret
from mockserver.settings.limits import LimitSettings, RateLimitSettings, Span
from mockserver.snapshot import Seconds

MAX_WAIT_S = 600.0
"""The longest that one call waits for the journal, in seconds."""


class Asked(BaseModel):
    """A question: frozen, and closed to fields that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RulesCall(Asked):
    """Rules to put in force."""

    rules: tuple[Rule, ...]


AnyRules = RulesCall | tuple[Rule, ...] | Rule
"""Every way to write rules: a table, a bare list, or one of them."""


def written_rule(rule: Rule) -> dict[str, Any]:
    """A rule as a person would write it: what is as by default is left out."""
    told = rule.model_dump(mode="json", exclude_defaults=True, exclude={"fault", "faults"})
    if rule.fault is not None:
        return told | {"fault": _written_fault(rule.fault)}
    return told | {"faults": [_written_fault(fault) for fault in rule.faults]}


def _written_fault(fault: BaseModel) -> dict[str, Any]:
    kind = fault.model_dump(include={"kind"})
    return kind | fault.model_dump(mode="json", exclude_defaults=True)


class ClockState(Asked):
    """How a clock is to be: turned forward to the instant ``now`` first, then stopped or not."""

    now: AwareDatetime | None = None
    frozen: bool | None = Field(default=None, strict=True)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.now is None and self.frozen is None:
            raise ValueError("give now, frozen or both")
        return self


class ClockAdvance(Asked):
    """How far a clock is turned forward, in seconds."""

    advance_s: Annotated[float, Field(strict=True, ge=0, le=FURTHEST_S, allow_inf_nan=False)]


class LimitsCall(Asked):
    """Rate limits to put in force."""

    rate_limits: tuple[LimitSettings, ...]


class KeyBlock(Asked):
    """How long a key is blocked; without ``for_s``, until it is unblocked."""

    for_s: Span | None = None


class KeyRotation(Asked):
    """A new secret for a key, ``key`` or a fresh one; the old one opens ``overlap_s`` s more."""

    key: Secret | None = Field(default=None, repr=False)
    overlap_s: Seconds = 0.0


class CapacityChange(Asked):
    """What is to be different about the workers: how many there are, whether service begins."""

    workers: Annotated[int, Field(strict=True, ge=1)] | None = None
    frozen: bool | None = Field(default=None, strict=True)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.workers is None and self.frozen is None:
            raise ValueError("give workers, frozen or both")
        return self


class JournalFilters(Asked):
    """Which exchanges: each filter names a field and the value that it must have.

    ``path`` and ``model`` may be globs; a path is compared with and without ``/v1``. ``token`` is
    anywhere in the request. ``since_s`` leaves out what came in earlier than so many seconds ago.
    """

    token: str | None = None
    path: str | None = None
    method: str | None = None
    model: str | None = None
    key_id: str | None = None
    rule: str | None = None
    ending: str | None = None
    request_id: str | None = None
    status: Annotated[int, Field(ge=100, le=999)] | None = None
    since_s: Annotated[float, Field(ge=0, le=FURTHEST_S, allow_inf_nan=False)] | None = None


class JournalQuery(JournalFilters):
    """Which exchanges, and whether to wait for them.

    ``ended`` leaves out those in progress (true) or the others (false). ``limit`` keeps the newest
    so many. ``at_least`` waits until so many fit, for ``timeout_s`` seconds at most.
    """

    ended: bool | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    timeout_s: Annotated[float, Field(ge=0, le=MAX_WAIT_S, allow_inf_nan=False)] = 0.0


class JournalFollow(JournalFilters):
    """Which exchanges are told as they end, the last ``limit`` that have ended already first.

    ``for_s`` ends it after so many seconds; without it, it goes on as long as both sides are there.
    """

    limit: Annotated[int, Field(ge=0)] = 0
    for_s: Annotated[float, Field(ge=0, le=FURTHEST_S, allow_inf_nan=False)] | None = None


class HoldsQuery(Asked):
    """Which gate (without one: all), and whether to wait for it.

    ``at_least`` waits until so many replies are parked at the gate, for ``timeout_s`` seconds at
    most.
    """

    gate: GateName | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    timeout_s: Annotated[float, Field(ge=0, le=MAX_WAIT_S, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _waits_for_one_gate(self) -> Self:
        if self.at_least is not None and self.gate is None:
            raise ValueError("at_least waits at one gate; give its name as gate")
        return self


class Release(Asked):
    """Let go of the first ``count`` replies that wait at a gate (without: of all).

    With ``keep_open`` those that come later do not wait either.
    """

    gate: GateName
    count: Annotated[int, Field(ge=1, strict=True)] | None = None
    keep_open: Annotated[bool, Field(strict=True)] = False


class Told(BaseModel):
    """An answer: frozen; fields that this version does not know are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Nothing(Told):
    """Nothing to tell."""


class Health(Told):
    """The server is up."""

    status: str
    sandboxes: tuple[str, ...]


class SandboxInfo(Told):
    """One sandbox: where it is, the ids of its keys (never their secrets), and its traffic."""

    name: str
    base_url: str
    key_ids: tuple[str, ...]
    rules: int
    in_flight: int
    dropped: int


class RuleInfo(Told):
    """What has become of a rule: requests it matched, fired for, and was delivered to."""

    id: str
    kinds: tuple[str, ...]
    seen: int
    fired: int
    delivered: int


class ClockInfo(Told):
    """The time of a sandbox: as an instant and in seconds since the epoch, and whether it stands.

    ``waiting`` counts the pauses that have not passed; the first of them does in ``next_due_s``.
    """

    now: datetime
    wall_s: float
    frozen: bool
    waiting: int
    next_due_s: float | None


class LimitInfo(Told):
    """How one limit stands for one owner; the times are None where nobody can tell them.

    ``span_s`` is how long the whole ``limit`` takes to come back, ``whole_in_s`` how long from now.
    """

    name: str
    dimension: str
    scope: str
    owner: str
    limit: int
    remaining: int
    span_s: float | None
    whole_in_s: float | None


class RateLimitInfo(Told):
    """The short form of a rate limit; None without one."""

    rate_limit: RateLimitSettings | None


class LimitsInfo(Told):
    """The limits in force, and how each stands for everybody who has asked."""

    rate_limits: tuple[LimitSettings, ...]
    standings: tuple[LimitInfo, ...]


class KeyInfo(Told):
    """A key without its secrets; ``previous`` counts those from before that still open.

    ``state`` is what it is now: active, blocked, revoked, expired, pending or used up.
    """

    id: str
    project: str
    state: str
    environment: str | None = None
    models: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    not_before: float | datetime | None = None
    expires_at: float | datetime | None = None
    uses: int | None = None
    uses_left: int | None = None
    blocked_s: float | None = None
    previous: int = 0


class KeyMade(Told):
    """A key, and its secret where the server made it: it is told this once."""

    key: KeyInfo
    secret: str | None = Field(default=None, repr=False)


class CapacityInfo(Told):
    """The workers: how many there are (None: one for everybody), and what they do.

    ``abandoned`` of those at work are so for clients that have left; ``queued`` requests wait.
    """

    workers: int | None
    at_work: int
    abandoned: int
    queued: int
    load: float
    frozen: bool


class JournalPage(Told):
    """Exchanges in order of arrival.

    ``dropped`` counts older ones that memory no longer holds; ``satisfied`` says whether what was
    waited for came. Bytes travel as text, so bytes that are not UTF-8 come as U+FFFD.
    """

    exchanges: tuple[Exchange, ...]
    dropped: int
    satisfied: bool


class ConnectionPage(Told):
    """Connections in order of acceptance."""

    connections: tuple[Connection, ...]
    dropped: int


class Released(Told):
    """How many were let go."""

    released: int


class GateInfo(Told):
    """A gate: how many replies wait at it, how many were let go, and whether it stands open."""

    gate: str
    parked: int
    released: int
    open: bool


class HoldsPage(Told):
    """Gates in the order in which they were spoken of.

    ``satisfied`` says whether as many were parked as was waited for.
    """

    gates: tuple[GateInfo, ...]
    satisfied: bool
