"""What hosted clients share: how a user reads a stream, and errors in the protocol's words."""

from __future__ import annotations

from scenarios.clients.hosted import HostedError, Pace


def test_without_a_pace_a_stream_is_read_as_it_comes() -> None:
    """Never waiting, never stopping."""
    pace = Pace.of(None)

    assert [pace.wait_after(events) for events in range(3)] == [0, 0, 0]
    assert not any(pace.stops_after(events) for events in range(100))


def test_a_slow_user_waits_once() -> None:
    """After so many pieces, for so long."""
    pace = Pace.of({"after_events": 2, "wait_s": 0.5})

    assert [pace.wait_after(events) for events in range(1, 5)] == [0, 0.5, 0, 0]


def test_a_departing_user_stops() -> None:
    """Once so many pieces were read."""
    pace = Pace.of({"stop_after_events": 2})

    assert [pace.stops_after(events) for events in range(1, 4)] == [False, True, True]


def test_an_error_says_only_what_it_was_told() -> None:
    """No field is made up."""
    error = HostedError("auth", "no", status=401)

    assert error.to_json() == {"kind": "auth", "message": "no", "status": 401}
    assert str(error) == "no"
