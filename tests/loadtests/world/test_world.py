"""The whole world, with a traffic side that the test makes: a real mock and real requests."""

from __future__ import annotations

import asyncio
import socket
import stat
import time
from bisect import bisect
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadtests.errors import InputError, WorldError
from loadtests.events import Failed, Telemetry, WorkerLost
from loadtests.plan import Plan
from loadtests.world.world import World
from tests.loadtests.world.traffic import Traffic, Watched, request_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from loadtests.world.seen import Seen


@asynccontextmanager
async def running(
    folder: Path, *, alive: Any = None, within_s: float = 10.0, **changes: Any
) -> AsyncIterator[tuple[World, Traffic, asyncio.Task[Seen], Watched]]:
    """A world that is being lived through, and a traffic side for it."""
    watched = Watched()
    async with World(request_for(**changes), folder) as world:
        traffic = Traffic(world.plan)
        run = asyncio.create_task(world.run(watched, alive=alive, start_within_s=within_s))
        try:
            yield world, traffic, run, watched
        finally:
            run.cancel()
            await asyncio.wait([run])
            await traffic.close()


async def at(traffic: Traffic, moment_s: float) -> None:
    """Wait for a moment of the run."""
    await asyncio.sleep(traffic.t0_s + moment_s - time.monotonic())


async def test_a_run_sees_what_was_told_and_what_arrived(tmp_path: Path) -> None:
    """Calls come from the events, attempts from the journals, each in its lane."""
    async with running(tmp_path) as (_, traffic, run, watched):
        traffic.start(client={"name": "mine", "claims": ["retry"]}, control=None)
        await at(traffic, 0.05)
        assert await traffic.ask("call-00000000000a") == 200
        assert await traffic.ask("call-00000000000b", lane="control") == 200
        traffic.tell(
            traffic.call_ended(0),
            traffic.call_ended(0, "timeout", lane="control"),
            Telemetry("client", 0, {"retries": 2}),
            Telemetry("client", 1, {"retries": 3}),
        )
        await at(traffic, 0.45)
        traffic.end()
        seen = await run

    assert [call.outcome for call in seen.client.calls] == ["ok"]
    assert [attempt.tokens for attempt in seen.client.attempts] == [("call-00000000000a",)]
    assert seen.client.telemetry == {"retries": 5}
    assert seen.client.manifest == {"name": "mine", "claims": ["retry"]}
    assert seen.control is not None
    assert [call.outcome for call in seen.control.calls] == ["timeout"]
    assert [attempt.tokens for attempt in seen.control.attempts] == [("call-00000000000b",)]
    assert not seen.cut_short
    assert watched.phases == ["calm", "storm"]


async def test_the_phases_are_entered_on_the_clock_of_the_run(tmp_path: Path) -> None:
    """Never before their moment, and the server is as the phase wants it from then on."""
    phases = [
        {"name": "calm", "length_s": 0.2},
        {
            "name": "storm",
            "length_s": 0.3,
            "server": {"rules": [{"fault": {"kind": "status", "status": 503}}]},
        },
        {"name": "after", "length_s": 0.2, "server": {"rules": []}},
    ]
    async with running(tmp_path, phases=phases) as (_, traffic, run, watched):
        traffic.start()
        while len(watched.phases) < 3:
            await traffic.ask()
            await traffic.ask(lane="control")
        await traffic.ask()
        traffic.end()
        seen = await run

    starts_s = seen.phase_starts_s
    assert all(at_s >= due_s for at_s, due_s in zip(starts_s, (0.0, 0.2, 0.5), strict=True))
    assert seen.client.attempts[-1].status == 200
    for attempt in [one for lane in seen.lanes for one in lane.attempts]:
        phase, later = (bisect(starts_s, at_s) for at_s in (attempt.arrived_s, attempt.ended_s))
        if phase == later:
            assert attempt.status == (503 if phase == 2 else 200)


async def test_a_rule_of_the_first_phase_meets_the_very_first_request(tmp_path: Path) -> None:
    """It is in force before the clock starts."""
    rules = [{"fault": {"kind": "status", "status": 500}}]
    async with running(tmp_path, server={"rules": rules}) as (_, traffic, run, _):
        traffic.start()
        await at(traffic, 0.0)
        assert await traffic.ask() == 500
        traffic.end()
        seen = await run

    assert [attempt.rule for attempt in seen.client.attempts] == ["rule-1"]


async def test_money_is_counted_without_a_budget(tmp_path: Path) -> None:
    """The ledger of a lane says what its attempts have cost, to the unit, with both servers."""
    async with running(tmp_path, backup={}) as (_, traffic, run, _):
        traffic.start()
        await traffic.ask()
        await traffic.ask(stream=True)
        (backup,) = traffic.instance().settings["fallbacks"]
        await traffic.ask(where=backup)
        traffic.end()
        seen = await run

    spent = [attempt.cost_micro for attempt in seen.client.attempts]
    assert {attempt.server for attempt in seen.client.attempts} == {"primary", "backup"}
    assert len(spent) == 3
    assert min(spent) > 0
    assert seen.client.ledger_micro == sum(spent)
    assert seen.control is not None
    assert seen.control.ledger_micro == 0


async def test_what_was_asked_before_the_start_is_not_of_the_run(tmp_path: Path) -> None:
    """A client that warms up is neither seen nor charged."""
    async with running(tmp_path) as (_, traffic, run, _):
        assert await traffic.ask() == 200
        traffic.start()
        traffic.end()
        seen = await run

    assert seen.client.attempts == []
    assert seen.client.ledger_micro == 0


async def test_what_is_still_in_progress_at_the_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that never comes is waited for a moment, then told as it is."""
    monkeypatch.setattr("loadtests.world.attendance.SETTLE_S", 0.1)
    rules = [{"fault": {"kind": "hold"}}]
    async with running(tmp_path, server={"rules": rules}) as (_, traffic, run, _):
        traffic.start()
        hanging = asyncio.create_task(traffic.ask())
        await at(traffic, 0.1)
        traffic.end()
        seen = await run
        hanging.cancel()
        await asyncio.wait([hanging])

    (attempt,) = seen.client.attempts
    assert (attempt.ending, attempt.ended_s) == ("in_progress", None)
    assert seen.client.open_connections == 1


async def test_a_run_that_is_stopped_is_marked_and_keeps_what_was_seen(tmp_path: Path) -> None:
    """What the traffic side still tells in a moment is read too."""
    async with running(tmp_path) as (world, traffic, run, _):
        traffic.start()
        await at(traffic, 0.05)
        await traffic.ask()
        world.stop("Ctrl-C")
        traffic.tell(traffic.call_ended(0, "running"))
        traffic.end(cut_short=True)
        seen = await run

    assert seen.cut_short
    assert seen.cut_at_s is not None
    assert seen.cut_at_s >= 0.05
    assert [call.outcome for call in seen.client.calls] == ["running"]
    assert len(seen.client.attempts) == 1


async def test_a_run_that_is_stopped_does_not_wait_long_for_a_silent_traffic_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment of grace, and it is over."""
    monkeypatch.setattr("loadtests.world.attendance.STOP_GRACE_S", 0.05)
    async with running(tmp_path) as (world, traffic, run, watched):
        traffic.start()
        await watched.until(phases=1)
        world.stop("Ctrl-C")
        seen = await run

    assert seen.cut_short
    assert seen.phase_starts_s[0] >= 0


async def test_a_traffic_side_that_never_tells_its_end_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen is kept, marked as cut short."""
    monkeypatch.setattr("loadtests.world.attendance.OVERDUE_S", 0.1)
    async with running(tmp_path, drain_s=0.1) as (_, traffic, run, _):
        traffic.start()
        seen = await run

    assert seen.cut_short
    assert len(seen.phase_starts_s) == 2


async def test_a_run_whose_traffic_side_is_gone_is_cut_short(tmp_path: Path) -> None:
    """When it had begun; what it told last is read."""
    here = [True]
    async with running(tmp_path, alive=lambda: here[0]) as (_, traffic, run, _):
        traffic.start()
        await at(traffic, 0.05)
        traffic.tell(WorkerLost("worker-1", 0.04), traffic.call_ended(0))
        here[0] = False
        seen = await run

    assert seen.cut_short
    assert seen.workers_lost == ("worker-1",)
    assert len(seen.client.calls) == 1


async def test_a_run_without_a_control_has_one_lane(tmp_path: Path) -> None:
    """The plan has the client alone, and so has what was seen."""
    async with running(tmp_path, control=False) as (world, traffic, run, _):
        traffic.start()
        traffic.end()
        seen = await run

    assert [lane.name for lane in world.plan.lanes] == ["client"]
    assert seen.control is None


async def test_the_plan_can_be_written_and_read(tmp_path: Path) -> None:
    """It is whole before anything runs; what was seen holds none of its keys."""
    async with World(request_for(backup={}), tmp_path) as world:
        world.plan.write(tmp_path / "plan.json")
        written = Plan.from_json((tmp_path / "plan.json").read_bytes())
        mode = stat.S_IMODE((tmp_path / "plan.json").stat().st_mode)
        seen = world._lane_seen(world.plan.lanes[0])

    assert written.lanes == world.plan.lanes
    assert written.events == world.plan.events
    assert mode == 0o600
    assert not {"api_key", "base_url", "fallbacks"} & seen.settings.keys()


@pytest.mark.parametrize(
    ("wrong_input", "error"), [(True, InputError), (False, WorldError)], ids=["input", "ours"]
)
async def test_traffic_that_could_not_be_made_ends_the_run(
    tmp_path: Path, wrong_input: bool, error: type[Exception]
) -> None:
    """A wrong client is the person's; all else is ours."""
    async with running(tmp_path) as (_, traffic, run, _):
        traffic.tell(Failed("client 'x' does not start", wrong_input))
        with pytest.raises(error, match=r"client 'x' does not start"):
            await run


async def test_traffic_that_never_begins_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """The harness has failed, and says how long it has waited."""
    async with running(tmp_path, within_s=0.1) as (_, _, run, _):
        with pytest.raises(WorldError, match=r"has not begun within 0\.1 s"):
            await run


async def test_traffic_that_ends_before_it_has_begun_is_our_failure(tmp_path: Path) -> None:
    """Locust crashed: what it printed says why."""
    async with running(tmp_path, alive=lambda: False) as (_, _, run, _):
        with pytest.raises(WorldError, match="Locust ended before"):
            await run


async def test_a_run_that_is_stopped_before_it_has_begun_has_seen_nothing(tmp_path: Path) -> None:
    """Also when it is stopped before it is run at all."""
    async with World(request_for(), tmp_path) as world:
        world.stop("Ctrl-C")
        with pytest.raises(WorldError, match="ended before the traffic began: Ctrl-C"):
            await world.run(Watched())
        with pytest.raises(WorldError, match="once"):
            await world.run(Watched())


async def test_a_start_by_another_clock_is_refused(tmp_path: Path) -> None:
    """Moments of two machines cannot be compared."""
    async with running(tmp_path) as (_, traffic, run, _):
        traffic.start(ahead_s=1e6)
        with pytest.raises(WorldError, match="another clock"):
            await run


async def test_a_phase_that_a_running_server_refuses_ends_the_run(tmp_path: Path) -> None:
    """It is told, not lost in a task."""
    async with running(tmp_path) as (world, traffic, run, _):
        broken = world._servers[0]
        broken.sandbox.revise = _refuse  # type: ignore[method-assign]
        object.__setattr__(
            broken, "states", (broken.states[0], broken.states[0].model_copy(update={"seed": 9}))
        )
        traffic.start()
        with pytest.raises(WorldError, match="phase storm: client: no"):
            await run


def _refuse(*_: object) -> None:
    raise ValueError("no")


async def test_an_application_finds_the_mock_at_its_fixed_address(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    """The client's server has the port and the key that the application was started with."""
    request = request_for(spec="http://127.0.0.1:9999/app", mock_port=unused_tcp_port)
    async with World(request, tmp_path) as world:
        (client, control) = world.plan.lanes
        settings = client.instances[0].settings

    assert settings["base_url"] == f"http://127.0.0.1:{unused_tcp_port}/v1"
    assert settings["api_key"] == "pawa-dev-key"
    assert control.instances[0].settings["base_url"] != settings["base_url"]


async def test_a_port_that_is_taken_is_one_line_and_leaves_nothing_open(tmp_path: Path) -> None:
    """It says which option chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        request = request_for(spec="http://127.0.0.1:9999", mock_port=port)
        with pytest.raises(InputError, match=rf"{port}.*in use.*--mock-port") as caught:
            await World(request, tmp_path).__aenter__()

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "line"),
    [("", "--host: host: must not be empty"), ("192.0.2.1", "cannot listen on 192.0.2.1:0: ")],
)
async def test_a_host_that_cannot_be_listened_on_is_one_line(
    tmp_path: Path, host: str, line: str
) -> None:
    """Nothing of an application's port is said where it is not about that."""
    request = replace(request_for(spec="http://127.0.0.1:9999"), host=host)
    with pytest.raises(InputError) as caught:
        await World(request, tmp_path).__aenter__()

    assert str(caught.value).startswith(line)
    assert "--mock-port" not in str(caught.value)


async def test_a_server_with_tls_is_told_with_its_certificate(tmp_path: Path) -> None:
    """To clients of both lanes."""
    async with World(request_for(server={"tls": {}}), tmp_path) as world:
        told = [lane.instances[0].settings for lane in world.plan.lanes]

        assert all(settings["base_url"].startswith("https://") for settings in told)
        assert all(_is_certificate(settings["ca_file"]) for settings in told)


def _is_certificate(path: str) -> bool:
    return Path(path).read_text("ascii").startswith("-----BEGIN CERTIFICATE-----")


async def test_what_goes_on_is_shown_twice_a_second(tmp_path: Path) -> None:
    """Each lane's rates, and the phase that is on."""
    phases = [{"name": "calm", "length_s": 0.6}, {"name": "storm", "length_s": 0.5}]
    async with running(tmp_path, phases=phases) as (_, traffic, run, watched):
        traffic.start()
        await at(traffic, 0.1)
        await traffic.ask()
        traffic.tell(traffic.call_ended(0), traffic.call_ended(1, "timeout"))
        await watched.until(snapshots=3)
        traffic.end()
        seen = await run

    last = watched.snapshots[-1]
    assert [shown.phase for shown in watched.snapshots[:2]] == ["calm", "calm"]
    assert last.lanes["client"].attempts_per_s > 0
    assert last.lanes["client"].goodput_per_s > 0
    assert last.lanes["client"].errors == {"timeout": 1}
    assert last.lanes["control"].attempts_per_s == 0
    assert len(seen.client.server) >= 5
    assert {sample.server for sample in seen.client.server} == {"primary"}
