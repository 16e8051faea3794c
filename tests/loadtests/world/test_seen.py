"""What was seen, lane by lane."""

from __future__ import annotations

from loadtests.world.seen import LaneSeen, Seen


def test_a_run_without_a_control_has_one_lane() -> None:
    """The client's comes first."""
    client, control = LaneSeen("client", "reference"), LaneSeen("control", "reference")

    assert Seen(client, control).lanes == (client, control)
    assert Seen(client, None).lanes == (client,)
