"""The results model, and its renderings: pure functions of one document per run."""

from __future__ import annotations

from reports.results import (
    Attempt,
    Call,
    Check,
    Client,
    Event,
    JsonValue,
    Results,
    Row,
    Run,
    Verdict,
    exit_code,
)

__all__ = [
    "Attempt",
    "Call",
    "Check",
    "Client",
    "Event",
    "JsonValue",
    "Results",
    "Row",
    "Run",
    "Verdict",
    "exit_code",
]
