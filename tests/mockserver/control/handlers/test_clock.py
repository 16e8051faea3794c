"""Calls about time, over a real socket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mockserver.control.client import ControlClient, ControlError
from mockserver.settings import ClockSettings, SandboxSettings
from tests.mockserver.control.chatting import chat

if TYPE_CHECKING:
    from mockserver.server import MockServer

EVE = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


async def test_a_clock_is_stopped_turned_and_let_go(
    server: MockServer, client: ControlClient
) -> None:
    """Each call tells what the clock shows then."""
    assert (await client.clock()).frozen is False

    stopped = await client.freeze_clock()
    turned = await client.advance_clock(90)
    again = await client.clock()

    assert (stopped.frozen, turned.frozen, turned.waiting) == (True, True, 0)
    assert turned.wall_s - stopped.wall_s == pytest.approx(90, abs=1e-6)
    assert again == turned
    assert turned.now - stopped.now == timedelta(seconds=90)
    assert (await client.resume_clock()).frozen is False
    assert not server.default.clock.frozen


async def test_each_sandbox_has_a_time_of_its_own(
    server: MockServer, client: ControlClient
) -> None:
    """One begins on New Year's Eve and stands; the other runs with the machine."""
    clock = ClockSettings(start=EVE, frozen=True)
    await client.open_sandbox(SandboxSettings(name="eve", clock=clock))

    info = await client.set_clock(EVE + timedelta(minutes=1), "eve")

    assert info.now == datetime(2027, 1, 1, tzinfo=UTC)
    assert not server.default.clock.frozen
    assert await client.reset("eve")
    assert (await client.clock("eve")).now == EVE


async def test_a_clock_goes_forward_only(client: ControlClient) -> None:
    """The line says what it shows; nothing has changed."""
    await client.open_sandbox(
        SandboxSettings(name="eve", clock=ClockSettings(start=EVE, frozen=True))
    )

    with pytest.raises(ControlError, match="it goes forward only") as caught:
        await client.set_clock(EVE - timedelta(seconds=1), "eve")

    assert caught.value.status == 409
    assert (await client.clock("eve")).now == EVE


@pytest.mark.parametrize(
    ("method", "body", "line"),
    [
        ("PUT", {}, "give now, frozen or both"),
        ("PUT", {"frozen": 1}, "frozen"),
        ("PUT", {"now": "2027-01-01T00:00:00"}, "now"),
        ("POST", {"advance_s": -1}, "advance_s: must be at least 0"),
        ("POST", {"advance_s": 1e12}, "advance_s: must be at most"),
        ("POST", {"seconds": 1}, "seconds"),
        ("POST", {}, "advance_s"),
    ],
)
async def test_a_wrong_call_is_told_in_a_line(
    client: ControlClient, method: str, body: dict[str, object], line: str
) -> None:
    """Never clamped, never guessed."""
    with pytest.raises(ControlError) as caught:
        await client._call(method, "/sandboxes/default/clock", body)

    assert caught.value.status == 400
    assert line in "\n".join(caught.value.lines)


async def test_the_beginning_of_a_clock_is_no_setting_to_be_patched(
    server: MockServer, client: ControlClient
) -> None:
    """The line names the calls that turn it."""
    with pytest.raises(ControlError, match="has calls of its own"):
        await client.patch_settings({"clock": {"frozen": True}})

    assert await chat(server.url) == 200
