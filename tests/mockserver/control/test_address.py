"""Where the control API is."""

from __future__ import annotations

import pytest

from mockserver.control.address import PREFIX, is_loopback, root_of


@pytest.mark.parametrize("rest", ["", "/", "/v1", "/v1/", PREFIX])
def test_any_address_of_a_listener_leads_to_its_root(rest: str) -> None:
    """That of the API as well as that of the control API."""
    assert root_of(f"http://127.0.0.1:8080{rest}") == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, here: bool) -> None:
    """A name that merely resolves to it is another."""
    assert is_loopback(host) is here
