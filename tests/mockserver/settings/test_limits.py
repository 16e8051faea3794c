"""Rate limits."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mockserver.configuration.file import ConfigError, check
from mockserver.settings import LimitHeaderSettings, LimitSettings, RateLimitSettings


def test_what_is_not_told_is_as_documented() -> None:
    """Each key has its minute, refusals do not count, no header speaks of limits."""
    short, full = RateLimitSettings(requests_per_minute=5), LimitSettings(limit=5)

    assert (short.scope, short.window, short.count_refused) == ("key", "sliding", False)
    assert (full.dimension, full.window_s, full.algorithm, full.scope) == (
        "requests",
        60.0,
        "sliding",
        "key",
    )
    assert LimitHeaderSettings() == LimitHeaderSettings(format="off", retry_after="seconds")


def test_a_word_is_the_format_of_headers() -> None:
    """The short way."""
    assert LimitHeaderSettings.model_validate("ietf") == LimitHeaderSettings(format="ietf")


@pytest.mark.parametrize(
    ("model", "fields", "line"),
    [
        (
            RateLimitSettings,
            {"requests_per_minute": 0},
            "x: requests_per_minute: must be at least 1, not 0",
        ),
        (
            RateLimitSettings,
            {"requests_per_minute": 1.5},
            "x: requests_per_minute: must be a whole number, not 1.5",
        ),
        (LimitSettings, {}, "x: limit: missing; it must be given"),
        (LimitSettings, {"limit": 1, "window_s": 0}, "x: window_s: must be more than 0, not 0"),
        (
            LimitSettings,
            {"limit": 1, "burst": 2},
            "x: burst is for gcra and token_bucket, not for sliding",
        ),
        (
            LimitSettings,
            {"limit": 1, "dimension": "tokens", "count_refused": True},
            "x: count_refused is for requests; one refused uses no tokens, leave it out",
        ),
        (
            LimitSettings,
            {"limit": 1, "growth": 1.5},
            "x: growth is for slope, not for requests; leave it out",
        ),
        (
            LimitSettings,
            {"limit": 1, "dimension": "concurrency", "window_s": 10.0},
            "x: concurrency has no window; leave window_s out",
        ),
        (
            LimitSettings,
            {"limit": 1, "dimension": "slope", "algorithm": "gcra"},
            "x: slope has no algorithm to choose; leave it out",
        ),
        (
            LimitSettings,
            {"limit": 1, "windows": 3},
            "x: windows: unknown field; nearest: window_s",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_line(
    model: type[BaseModel], fields: dict[str, Any], line: str
) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ConfigError) as caught:
        check(model, fields, "x")

    assert caught.value.lines == (line,)


def test_settings_that_were_read_can_be_read_again() -> None:
    """A change of one field sends all of them back."""
    for limit in (LimitSettings(limit=1), LimitSettings(limit=1, dimension="concurrency")):
        assert LimitSettings.model_validate(limit.model_dump()) == limit


@pytest.mark.parametrize(
    "fields", [{"format": "loud"}, {"retry_after": "minutes"}, {"formats": "ietf"}]
)
def test_headers_have_the_known_forms_only(fields: dict[str, Any]) -> None:
    """The line lists them."""
    with pytest.raises(ValidationError):
        LimitHeaderSettings.model_validate(fields)
