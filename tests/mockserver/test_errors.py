"""Errors of the server are one line that names the thing and the mend."""

from __future__ import annotations

import pytest

from mockserver import errors


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (errors.PortInUse("127.0.0.1", 8080), ("127.0.0.1:8080", "in use", "0 for a free one")),
        (errors.CannotListenError("nowhere", 1, "no such host"), ("nowhere:1", "no such host")),
        (errors.UnknownSandboxError("b", ("a", "c")), ("'b'", "a, c")),
        (errors.UnknownSandboxError("b", ()), ("'b'", "none")),
        (errors.SandboxExistsError("a"), ("'a'", "another name")),
        (errors.NotRunningError("a sandbox"), ("a sandbox", "start()")),
    ],
)
def test_messages_name_the_thing_and_the_mend(
    error: errors.MockServerError, says: tuple[str, ...]
) -> None:
    """One line, with everything in it that a person needs."""
    assert "\n" not in str(error)
    assert all(part in str(error) for part in says)


def test_a_busy_port_is_an_address_that_cannot_be_listened_on() -> None:
    """Both can be caught as one."""
    assert issubclass(errors.PortInUse, errors.CannotListenError)
    assert issubclass(errors.CannotListenError, errors.MockServerError)
