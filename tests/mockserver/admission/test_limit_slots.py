"""Limits in force."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.admission.buckets import Bucket, SettledBucket
from mockserver.admission.limit_slots import (
    Ask,
    Slot,
    burst_of,
    fresh_window,
    slots_of,
    written_out,
)
from mockserver.admission.windows import Concurrency, FixedWindow, SlidingCount, SlidingSum, Slope
from mockserver.settings import LimitSettings, RateLimitSettings

CHAT = Ask("a", "shop", "ember", "/v1/chat/request", 5, 40)


def slot(**fields: Any) -> Slot:
    (made,) = slots_of(None, (LimitSettings(limit=5, **fields),))
    return made


def test_the_usual_limit_is_a_minute_of_requests() -> None:
    """Written in short, it is the same as in full."""
    short = RateLimitSettings(requests_per_minute=5, scope="project", window="fixed", queue_s=2.0)

    assert written_out(short) == LimitSettings(
        limit=5, scope="project", algorithm="fixed", queue_s=2.0
    )


def test_every_limit_has_a_name_of_its_own() -> None:
    """As told, or after what it counts."""
    limits = [
        LimitSettings(limit=1),
        LimitSettings(limit=1, id="requests-60s-2"),
        LimitSettings(limit=1, window_s=86_400.0),
        LimitSettings(limit=1, dimension="concurrency"),
        LimitSettings(limit=1, dimension="tokens_out"),
    ]
    named = slots_of(RateLimitSettings(requests_per_minute=5), limits)

    assert [each.name for each in named] == [
        "requests-60s",
        "requests-60s-3",
        "requests-60s-2",
        "requests-86400s",
        "concurrency",
        "tokens_out-60s",
    ]


@pytest.mark.parametrize(
    ("scope", "owner"),
    [
        ("key", "a"),
        ("project", "shop"),
        ("model", "ember"),
        ("key+model", "a ember"),
        ("sandbox", ""),
    ],
)
def test_the_scope_says_whose_use_counts(scope: str, owner: str) -> None:
    """The same owner has the same meter."""
    made = slot(scope=scope)
    meter = made.meter(CHAT)

    assert meter is not None
    assert meter.owner == owner
    assert made.meter(CHAT) is meter


@pytest.mark.parametrize("scope", ["model", "key+model"])
def test_a_limit_of_models_is_not_about_requests_without_one(scope: str) -> None:
    """A list of agents has no model."""
    assert slot(scope=scope).meter(Ask("a", "shop")) is None


@pytest.mark.parametrize(
    ("fields", "applies"),
    [
        ({"models": ("em*",)}, True),
        ({"models": ("bl*",)}, False),
        ({"paths": ("/chat/*",)}, True),
        ({"paths": ("/embeddings",)}, False),
        ({"models": ("em*",), "paths": ("/embeddings", "/v1/chat/*")}, True),
        ({"models": ("bl*",), "paths": ("/chat/*",)}, False),
    ],
)
def test_globs_say_what_a_limit_is_about(fields: dict[str, Any], applies: bool) -> None:
    """Both must fit where both are told."""
    assert (slot(**fields).meter(CHAT) is not None) is applies


@pytest.mark.parametrize(
    ("dimension", "used"), [("tokens", 45), ("tokens_in", 5), ("tokens_out", 40)]
)
def test_tokens_are_what_is_read_and_the_most_that_is_written(dimension: str, used: int) -> None:
    """Until it is over; then what was."""
    made = slot(dimension=dimension)

    assert made.used_of is not None
    assert made.used_of(CHAT.tokens_in, CHAT.tokens_out) == used


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, SlidingCount),
        ({"dimension": "tokens"}, SlidingSum),
        ({"algorithm": "fixed"}, FixedWindow),
        ({"algorithm": "gcra"}, Bucket),
        ({"algorithm": "token_bucket", "dimension": "tokens_in"}, SettledBucket),
        ({"dimension": "concurrency"}, Concurrency),
        ({"dimension": "slope"}, Slope),
    ],
)
def test_each_limit_has_its_algorithm(fields: dict[str, Any], kind: type) -> None:
    """Tokens are settled, requests are not."""
    assert type(fresh_window(LimitSettings(limit=5, **fields))) is kind


@pytest.mark.parametrize(
    ("fields", "burst"),
    [
        ({"algorithm": "gcra"}, 1),
        ({"algorithm": "gcra", "burst": 3}, 3),
        ({"algorithm": "gcra", "dimension": "tokens"}, 5),
        ({"algorithm": "token_bucket"}, 5),
        ({"algorithm": "token_bucket", "burst": 2}, 2),
    ],
)
def test_gcra_spaces_requests_and_a_bucket_is_full_at_first(
    fields: dict[str, Any], burst: int
) -> None:
    """Unless the burst is told."""
    assert burst_of(LimitSettings(limit=5, **fields)) == burst


def test_a_changed_limit_goes_on_with_what_was_used() -> None:
    """Another limit of the same kind takes over; one of another kind does not."""
    old, new = slot(id="a"), slots_of(None, (LimitSettings(limit=9, id="a"),))[0]
    meter = old.meter(CHAT)
    assert meter is not None
    meter.window.take(0, 5)
    new.inherit(old, 1)

    assert new.meter(CHAT) is meter
    assert meter.window.remaining(1) == 4
    assert new.kind == old.kind
    assert slot(id="a", window_s=10.0).kind != old.kind
