"""Control calls from a test that is not asynchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlError
from mockserver.settings import SandboxSettings
from mockserver.steering import Steering
from mockserver.threaded import ThreadedMockServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[ThreadedMockServer]:
    """A server with one sandbox more."""
    with ThreadedMockServer() as started:
        started.open_sandbox(SandboxSettings(name="shop"))
        yield started


def test_calls_are_about_the_sandbox(server: ThreadedMockServer) -> None:
    """And about no other one."""
    control = Steering(server, "shop")
    control.rotate_key("dev", key="another-key-for-the-mock", overlap_s=60)
    control.advance_clock(30)

    assert server.sandbox("shop").settings.keys[0].key == "another-key-for-the-mock"
    assert server.sandbox().settings.keys[0].key == "pawa-dev-key"
    assert control.clock().wall_s > server.sandbox().clock.wall_s() + 29


def test_calls_about_the_whole_server_can_be_made_too(server: ThreadedMockServer) -> None:
    """They are given no sandbox."""
    assert Steering(server, "shop").health().sandboxes == ("default", "shop")


def test_a_call_that_is_refused_says_why(server: ThreadedMockServer) -> None:
    """As from any other program."""
    with pytest.raises(ControlError, match="no budget"):
        Steering(server, "shop").raise_budget(by_units=1.0)


def test_a_call_that_nobody_knows_is_no_attribute(server: ThreadedMockServer) -> None:
    """It is told at once, not when it is made."""
    with pytest.raises(AttributeError, match="no call 'rotate_keys'"):
        _ = Steering(server, "shop").rotate_keys
