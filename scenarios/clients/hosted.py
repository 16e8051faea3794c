"""What a Python client offers to be carried by the host (``python:module:factory``).

A factory is a callable without arguments that returns a :class:`HostedFactory`. The host does the
lines, the threads and the clock; the hosted client only calls the client under test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Emit = Callable[[str], None]
"""Hands one piece of streamed text to the caller, at the moment it is called (from any thread)."""


class HostedError(Exception):
    """An error of the client in the protocol's words; whatever is unknown stays None.

    Any other exception that leaves a hosted client becomes kind ``internal`` with its class in
    ``code``.
    """

    def __init__(self, kind: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.facts = facts

    def to_json(self) -> dict[str, Any]:
        """The protocol's ``error`` object."""
        return {"kind": self.kind, "message": self.message, **self.facts}


class HostedClient(Protocol):
    """One client instance."""

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Emit,
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Runs one chat call and returns the protocol's ``ok`` object."""

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        """Runs one embedding call and returns the protocol's ``ok`` object."""

    async def rotate_key(self, api_key: str, /) -> None:
        """Uses another key from now on."""

    async def telemetry(self) -> dict[str, Any]:
        """The client's counters."""

    async def close(self) -> None:
        """Releases what the instance holds."""


class HostedFactory(Protocol):
    """One kind of client."""

    def manifest(self) -> Mapping[str, Any]:
        """The protocol's ``ok`` of ``hello``."""

    async def open(self, settings: Mapping[str, Any]) -> HostedClient:
        """A fresh instance; a :class:`HostedError` refuses the settings."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a slow or departing user reads a stream (``chat.pace``), counted in delivered pieces."""

    after_events: int | None = None
    wait_s: float = 0.0
    stop_after_events: int | None = None

    @classmethod
    def of(cls, pace: Mapping[str, Any] | None) -> Pace:
        """The pace of a request; an absent one never waits and never stops."""
        return cls(**pace) if pace else cls()

    def wait_after(self, events: int) -> float:
        """Seconds to stop reading for, once ``events`` pieces have been delivered."""
        return self.wait_s if events == self.after_events else 0.0

    def stops_after(self, events: int) -> bool:
        """Whether the user leaves once ``events`` pieces have been delivered."""
        return self.stop_after_events is not None and events >= self.stop_after_events
