"""Who is asking."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mockserver.admission.keys import KeyRing, bearer_key, is_reached
from mockserver.clock import NS_PER_S
from mockserver.settings import KeySettings, PreviousSecret


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_secret_is_read_from_its_header(scheme: str) -> None:
    """The scheme is not case-sensitive (RFC 9110 section 11.1); names are lower-case by now."""
    assert bearer_key((("authorization", f"{scheme} secret-2"),)) == "secret-2"


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "secret-1", "Basic secret-1", "Bearer secret-1 x", "Bearersecret-1"],
)
def test_a_malformed_header_holds_no_key(value: str) -> None:
    """It is answered as a missing one is."""
    assert bearer_key((("authorization", value),)) is None


def test_missing_and_doubled_headers_hold_no_key() -> None:
    """Which of two counts would be a guess."""
    assert bearer_key(()) is None
    assert bearer_key((("authorization", "Bearer secret-1"),) * 2) is None
    assert bearer_key((("x-api-key", "secret-1"),)) is None


def test_a_key_is_found_by_its_secret_whatever_its_state() -> None:
    """What the state means is not a matter of finding it."""
    ring = KeyRing(
        (KeySettings(id="one", key="secret-1"), KeySettings(id="two", key="s-2", state="revoked"))
    )
    found = [ring.find(secret, 0, 0.0) for secret in ("secret-1", "s-2", "secret-", "")]

    assert [None if key is None else key.id for key in found] == ["one", "two", None, None]


def test_the_secret_from_before_a_rotation_opens_until_its_time() -> None:
    """It stands for the same key; then it is a stranger's."""
    before = PreviousSecret(key="old", until=60.0)
    ring = KeyRing((KeySettings(id="one", key="new", previous=(before,)),))

    assert [ring.find("old", age * NS_PER_S, 0.0) is not None for age in (0, 59, 60)] == [
        True,
        True,
        False,
    ]
    assert ring.find("new", 60 * NS_PER_S, 0.0) is not None


def test_a_moment_is_an_age_or_a_date() -> None:
    """Seconds count from the beginning of the sandbox, dates are those of the wall."""
    date = datetime(2026, 1, 1, tzinfo=UTC)

    assert [is_reached(2.5, age, 0.0) for age in (2_499_999_999, 2_500_000_000)] == [False, True]
    assert is_reached(date, 0, date.timestamp())
    assert not is_reached(date, 10**18, date.timestamp() - 0.001)
