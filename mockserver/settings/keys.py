"""Who may ask: API keys, what each opens, and when a key is blocked for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from mockserver.settings.limits import Span
from mockserver.snapshot import Glob, Name, Positive, Seconds, Snapshot

DEFAULT_KEY = "pawa-dev-key"
"""The key of a sandbox that is given none; it opens nothing but this mock."""

Secret = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[!-~]+$")]
"""What a key is given to clients as: visible ASCII. It is never shown."""


def _no_number(value: object) -> object:
    """A number of seconds is no date, whatever it would be since 1970."""
    if isinstance(value, int | float):
        raise ValueError("a date is written like 2026-12-31T23:59:00Z")  # noqa: TRY004 - pydantic reports ValueError only
    return value


Moment = Seconds | Annotated[AwareDatetime, BeforeValidator(_no_number)]
"""Seconds after the sandbox began (or was reset), or a date with a time and a zone (ISO 8601)."""


class PreviousSecret(Snapshot):
    """A secret that a key had before it was rotated, and until when it still opens."""

    key: Secret = Field(repr=False)
    until: Moment


class KeySettings(Snapshot):
    """One API key: its public id, its secret, the project that it belongs to, and what it opens.

    ``revoked`` and ``expired`` keys are answered as unknown ones are: 401. So is a key before
    ``not_before``, from ``expires_at`` on, and after ``uses`` requests. A ``blocked`` key is
    answered 403. ``models`` and ``endpoints`` (globs; a path with or without ``/v1``) and
    ``environment`` bound what it may ask for: 403 for the rest.
    """

    id: Name
    key: Secret = Field(repr=False)
    project: Name = "default"
    state: Literal["active", "revoked", "blocked", "expired"] = "active"
    not_before: Moment | None = None
    expires_at: Moment | None = None
    uses: Positive | None = None
    models: tuple[Glob, ...] = ()
    endpoints: tuple[Glob, ...] = ()
    environment: Name | None = None
    previous: tuple[PreviousSecret, ...] = ()

    @model_validator(mode="after")
    def _opens_at_some_time(self) -> Self:
        first, last = self.not_before, self.expires_at
        alike = isinstance(first, datetime) == isinstance(last, datetime)
        if first is not None and last is not None and alike and first >= last:  # type: ignore[operator]
            raise ValueError(f"expires_at {last} must be later than not_before {first}")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret that is written here: the present one and those before it."""
        return (self.key, *(before.key for before in self.previous))


class KeyBlockSettings(Snapshot):
    """When too many refusals block a key for a while, and how every block is answered.

    A key that the rate limits refused ``after_refusals`` times within ``within_s`` is blocked for
    ``block_s`` (None: never). ``status`` is that of the answer to any blocked key (pawa-api.md
    section 5: a key may be blocked; trigger, length and error are undocumented).
    """

    after_refusals: Positive | None = None
    within_s: Span = 60.0
    block_s: Span = 60.0
    status: Literal[403, 429] = 403
