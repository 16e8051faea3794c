"""A profile: the timeline of a load test, as people write it (TOML; docs/load.md).

Tables are laid over each other: what a phase does not say is what ``[traffic]`` says, and the
server stays as the last phase left it. Times are seconds, rates are calls a second.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mockserver.snapshot import Count, Name, Positive, Seconds, Share, Snapshot, SomeSeconds, Switch

Rate = Annotated[float, Field(strict=True, ge=0, le=100_000, allow_inf_nan=False)]
Kind = Literal["chat", "stream", "embed"]
Role = Literal["warm", "steady", "fault", "recovery"]

PRIMARY = "everyone"
"""The tenant of a profile that names none."""


def _chats() -> dict[Kind, float]:
    return {"chat": 1.0}


class Repeats(Snapshot):
    """Users ask the same things again: prompt ``k`` of ``prompts`` with weight ``1 / k**zipf``.

    A repeated prompt is the same request, byte for byte, and carries the same call token.
    """

    prompts: Positive = 50
    zipf: Annotated[float, Field(strict=True, gt=0, le=5)] = 1.1


class Traffic(Snapshot):
    """Who asks what, and how often.

    Arrivals are open: nobody waits for an earlier answer. ``rate_per_s`` is the rate of all
    arrivals, ``to_rate_per_s`` the rate at the phase's end (a straight ramp), ``crowd`` so many
    calls at the very beginning of the phase, all at once. ``mix`` are weights of the kinds of call.
    ``tenants`` gives each tenant a key, a client instance and a rate of its own, in place of
    ``rate_per_s``. ``deadline_s`` is what the user waits at most, told to the client.
    ``sentences`` is how many an embedding call has (median; heavy-tailed), ``answer_tokens`` how
    long an answer may be (median; heavy-tailed).
    """

    arrivals: Literal["poisson", "constant"] = "poisson"
    rate_per_s: Rate = 10.0
    to_rate_per_s: Rate | None = None
    crowd: Count = 0
    mix: dict[Kind, Annotated[float, Field(strict=True, ge=0)]] = Field(default_factory=_chats)
    tenants: dict[Name, Rate] = Field(default_factory=dict)
    deadline_s: SomeSeconds | None = None
    repeats: Repeats | None = None
    sentences: Positive = 4
    answer_tokens: Positive = 40

    @model_validator(mode="after")
    def _somebody_asks_something(self) -> Self:
        if not any(self.mix.values()):
            raise ValueError("mix has no weight above 0; give a kind of call a weight, as chat = 1")
        if self.tenants and self.to_rate_per_s is not None:
            raise ValueError("has tenants and to_rate_per_s; a ramp is for traffic without tenants")
        return self


class CapacityChange(Snapshot):
    """What happens to the workers of the server when the phase begins."""

    workers: Positive | None = None
    frozen: Switch | None = None


class Phase(Snapshot):
    """One part of the timeline.

    ``role`` is what judgement takes it for: ``warm`` (not judged), ``steady`` (the baseline),
    ``fault`` and ``recovery``. ``quick_s`` is its length in the quick form (a third of
    ``length_s`` without it). ``traffic`` lays these over the profile's table. ``server`` is a patch
    of the mock's settings in its own words (docs/config.md), ``backup`` the same for the second
    server; rules in it take the place of all rules before (an empty list: none). ``capacity``
    changes the workers, ``budget_to_units`` raises the budget.
    """

    name: Name
    role: Role = "steady"
    length_s: SomeSeconds
    quick_s: SomeSeconds | None = None
    traffic: dict[str, Any] = Field(default_factory=dict)
    server: dict[str, Any] = Field(default_factory=dict)
    backup: dict[str, Any] = Field(default_factory=dict)
    capacity: CapacityChange | None = None
    budget_to_units: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None
    note: str = ""


class Target(Snapshot):
    """A bound on one figure (``pawa-load explain`` lists them), and why it is what it is."""

    at_least: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    at_most: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    why: str = ""

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("has no bound; give at_least, at_most or both")
        return self


def _at_least_one(phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
    if not phases:
        raise ValueError("has no phase; begin one with [[phases]], a name and length_s")
    return phases


class Profile(Snapshot):
    """A whole profile.

    ``rows`` are those of the catalogue that it judges. ``client`` are the settings that every
    client instance is opened with (client-protocol.md, ``open``), the control with them but never
    retrying. ``server`` is the mock's own configuration, ``backup`` that of a second server, which
    clients get as their ``fallbacks``; without it there is none. ``drain_s`` is how long calls
    under way may take to end after the last phase. ``quick_scale`` shrinks the traffic of the
    quick form.
    """

    name: Name
    note: str
    rows: tuple[str, ...] = ()
    client: dict[str, Any] = Field(default_factory=dict)
    server: dict[str, Any] = Field(default_factory=dict)
    backup: dict[str, Any] | None = None
    traffic: Traffic = Traffic()
    phases: Annotated[tuple[Phase, ...], AfterValidator(_at_least_one)]
    targets: dict[str, Target] = Field(default_factory=dict)
    drain_s: Seconds = 10.0
    quick_scale: Share = 1.0
