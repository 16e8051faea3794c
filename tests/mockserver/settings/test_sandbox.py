"""Settings: immutable, closed, and strict about numbers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.settings import (
    BudgetSettings,
    KeySettings,
    LatencySettings,
    RateLimitSettings,
    SandboxSettings,
    ServerSettings,
    StreamSettings,
)


def test_a_sandbox_limits_nothing_unless_told() -> None:
    """No limits, no budget, no rules, one key, the suggested stream framing."""
    sandbox = SandboxSettings()

    assert (sandbox.rate_limit, sandbox.budget, sandbox.rules) == (None, None, ())
    assert [key.key for key in sandbox.keys] == ["pawa-dev-key"]
    assert (sandbox.stream.style, sandbox.stream.marker) == ("json_lines", False)
    assert not sandbox.announce_rules


def test_a_snapshot_cannot_be_changed() -> None:
    """A change makes a new snapshot."""
    sandbox = SandboxSettings()

    with pytest.raises(ValidationError, match="frozen"):
        sandbox.seed = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (LatencySettings, {"answer_s": -0.1}),
        (LatencySettings, {"answer_s": float("nan")}),
        (LatencySettings, {"answer_s": "1"}),
        (StreamSettings, {"chunks": 0}),
        (StreamSettings, {"chunk_words": True}),
        (StreamSettings, {"style": "xml"}),
        (RateLimitSettings, {"requests_per_minute": 0}),
        (RateLimitSettings, {"requests_per_minute": 1.5}),
        (BudgetSettings, {"limit_units": -1}),
        (BudgetSettings, {"limit_units": 1, "spelling": 500}),
        (SandboxSettings, {"port": 70_000}),
        (SandboxSettings, {"name": "a b"}),
        (SandboxSettings, {"retries": 3}),
        (ServerSettings, {"sandboxes": ()}),
        (KeySettings, {"id": "a", "key": "has space"}),
    ],
)
def test_bad_numbers_and_unknown_fields_are_refused(kind: type, fields: dict[str, object]) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ValidationError):
        kind(**fields)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            lambda: SandboxSettings(
                keys=(KeySettings(id="a", key="x"), KeySettings(id="a", key="y"))
            ),
            "key id 'a' occurs twice",
        ),
        (
            lambda: SandboxSettings(
                keys=(KeySettings(id="a", key="x"), KeySettings(id="b", key="x"))
            ),
            "two keys have the same secret",
        ),
        (
            lambda: ServerSettings(sandboxes=(SandboxSettings(), SandboxSettings())),
            "sandbox name 'default' occurs twice",
        ),
    ],
)
def test_twins_are_refused(settings: object, message: str) -> None:
    """A name stands for one thing."""
    assert callable(settings)
    with pytest.raises(ValidationError, match=message):
        settings()


def test_a_secret_is_not_shown() -> None:
    """Neither a key nor the control token stands in a repr."""
    server = ServerSettings(control_token="token-123")

    assert "pawa-dev-key" not in repr(server)
    assert "token-123" not in repr(server)
