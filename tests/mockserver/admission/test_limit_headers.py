"""What answers say of limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.admission.limit_headers import (
    Standing,
    go_duration,
    limit_headers,
    retry_headers,
    tightest,
)
from mockserver.admission.windows import NEVER

S = 1_000_000_000


def standing(
    name: str, dimension: str, limit: int, remaining: int, reset_s: float | None
) -> Standing:
    timed = reset_s is not None
    return Standing(
        name=name,
        dimension=dimension,
        scope="key",
        owner="a",
        limit=limit,
        remaining=remaining,
        span_ns=60 * S if timed else None,
        whole_in_ns=round(reset_s * S) if reset_s is not None else None,
    )


STANDINGS = [
    standing("minute", "requests", 50, 7, 59.2),
    standing("day", "requests", 900, 3, 70_000.0),
    standing("tokens", "tokens", 1000, 990, 0.12),
    standing("open", "concurrency", 4, 2, None),
]

EXPECTED = {
    "off": [],
    "ietf": [
        (
            "RateLimit-Policy",
            (
                '"minute";q=50;w=60, "day";q=900;w=60, "tokens";q=1000;qu="tokens";w=60, '
                '"open";q=4;qu="concurrent-requests"'
            ),
        ),
        ("RateLimit", '"day";r=3;t=70000, "tokens";r=990;t=1, "open";r=2'),
    ],
    "ietf-legacy": [
        ("RateLimit-Limit", "900"),
        ("RateLimit-Remaining", "3"),
        ("RateLimit-Reset", "70000"),
    ],
    "x-ratelimit": [
        ("x-ratelimit-limit-requests", "900"),
        ("x-ratelimit-remaining-requests", "3"),
        ("x-ratelimit-reset-requests", "70000"),
        ("x-ratelimit-limit-tokens", "1000"),
        ("x-ratelimit-remaining-tokens", "990"),
        ("x-ratelimit-reset-tokens", "1"),
        ("x-ratelimit-limit-concurrent-requests", "4"),
        ("x-ratelimit-remaining-concurrent-requests", "2"),
    ],
    "x-ratelimit-duration": [
        ("x-ratelimit-limit-requests", "900"),
        ("x-ratelimit-remaining-requests", "3"),
        ("x-ratelimit-reset-requests", "19h26m40s"),
        ("x-ratelimit-limit-tokens", "1000"),
        ("x-ratelimit-remaining-tokens", "990"),
        ("x-ratelimit-reset-tokens", "120ms"),
        ("x-ratelimit-limit-concurrent-requests", "4"),
        ("x-ratelimit-remaining-concurrent-requests", "2"),
    ],
    "x-ratelimit-epoch": [
        ("x-ratelimit-limit-requests", "900"),
        ("x-ratelimit-remaining-requests", "3"),
        ("x-ratelimit-reset-requests", "1700070001"),
        ("x-ratelimit-limit-tokens", "1000"),
        ("x-ratelimit-remaining-tokens", "990"),
        ("x-ratelimit-reset-tokens", "1700000001"),
        ("x-ratelimit-limit-concurrent-requests", "4"),
        ("x-ratelimit-remaining-concurrent-requests", "2"),
    ],
}


@pytest.mark.parametrize("form", sorted(EXPECTED))
def test_each_spelling_tells_the_tightest_limit_of_each_dimension(form: str) -> None:
    """Times are rounded up; open requests have none."""
    assert list(limit_headers(form, STANDINGS, 1_700_000_000.5)) == EXPECTED[form]


@pytest.mark.parametrize("form", sorted(EXPECTED))
def test_where_no_limit_is_about_a_request_nothing_is_said(form: str) -> None:
    """In no spelling."""
    assert limit_headers(form, [], 0.0) == ()


def test_of_two_equally_tight_limits_the_longer_is_told() -> None:
    """Who waits for it has waited for both."""
    short, long = standing("a", "requests", 5, 0, 3.0), standing("b", "requests", 9, 0, 4.0)

    assert tightest([short, long]) == tightest([long, short]) == [long]


def test_open_requests_alone_have_no_old_header() -> None:
    """It has to tell a reset."""
    assert limit_headers("ietf-legacy", [standing("o", "concurrency", 1, 0, None)], 0.0) == ()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("off", ()),
        ("seconds", (("Retry-After", "2"),)),
        ("ms", (("Retry-After-Ms", "1501"), ("Retry-After", "2"))),
        ("date", (("Retry-After", "Thu, 01 Jan 1970 00:00:12 GMT"),)),
    ],
)
def test_when_to_come_back_has_four_spellings(
    form: str, expected: tuple[tuple[str, str], ...]
) -> None:
    """Each rounded up."""
    assert retry_headers(form, 1_500_000_001, 10.0) == expected
    assert retry_headers(form, NEVER, 10.0) == ()


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0s"),
        (1, "1ms"),
        (S, "1s"),
        (1_500_000_000, "1.5s"),
        (59_999_000_001, "1m0s"),
        (360 * S, "6m0s"),
        (3_661_250_000_000, "1h1m1.25s"),
    ],
)
def test_a_duration_is_written_as_go_does(ns: int, text: str) -> None:
    """To the millisecond."""
    assert go_duration(ns) == text


@given(st.integers(0, 10**15))
def test_a_duration_reads_back_as_the_time_rounded_up_to_a_millisecond(ns: int) -> None:
    """Nothing is lost in the spelling."""
    units = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", go_duration(ns))

    assert round(sum(float(number) * units[unit] for number, unit in parts)) == -(-ns // 1_000_000)
