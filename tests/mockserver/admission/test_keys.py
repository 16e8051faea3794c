"""Who is asking."""

from __future__ import annotations

import pytest

from mockserver.admission.keys import bearer_key, find_key
from mockserver.settings import KeySettings

KEYS = (
    KeySettings(id="one", key="secret-1", project="alpha"),
    KeySettings(id="two", key="secret-2", project="beta"),
    KeySettings(id="old", key="secret-3", state="revoked"),
)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("name", ["Authorization", "authorization"])
def test_a_key_is_found_by_its_secret(name: str, scheme: str) -> None:
    """Header name and scheme are not case-sensitive (RFC 9110 sections 5.1 and 11.1)."""
    found = find_key(((name, f"{scheme} secret-2"),), KEYS)

    assert found is not None
    assert (found.id, found.project) == ("two", "beta")


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "secret-1", "Basic secret-1", "Bearer secret-1 x", "Bearersecret-1"],
)
def test_a_malformed_header_holds_no_key(value: str) -> None:
    """It is answered as a missing one is."""
    assert bearer_key((("authorization", value),)) is None


def test_missing_doubled_unknown_and_revoked_keys_are_refused() -> None:
    """All of them: 401."""
    assert find_key((), KEYS) is None
    assert find_key((("authorization", "Bearer secret-1"),) * 2, KEYS) is None
    assert find_key((("authorization", "Bearer secret-9"),), KEYS) is None
    assert find_key((("authorization", "Bearer secret-3"),), KEYS) is None
    assert find_key((("x-api-key", "secret-1"),), KEYS) is None
