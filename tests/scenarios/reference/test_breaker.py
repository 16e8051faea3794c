"""A target that keeps failing is left alone, and found again."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference import BreakerSettings, FallbackTarget, PawaClient, PawaError, errors
from scenarios.reference.breaker import (
    OPEN_SPREAD,
    Breaker,
    Breakers,
    Outcome,
    Permit,
    outcome_of,
)
from scenarios.reference.errors import CircuitOpenError
from tests.scenarios.reference.makers import REQUEST, make_settings, make_target, read_all
from tests.scenarios.reference.rawserver import (
    Script,
    Wire,
    chunk_of,
    fails,
    holds,
    raw_server,
    resets,
    says,
)

PASSED, FAILED, SILENT = Outcome.PASSED, Outcome.FAILED, Outcome.SILENT


def make_breaker(**changes: Any) -> Breaker:
    standard = {"failures": 3, "window_s": 10.0, "open_s": 5.0, "probes": 1}
    return Breaker(**{**standard, **changes})


def attempt(breaker: Breaker, outcome: Outcome, now_s: float, draw: float = 0.0) -> bool:
    """An attempt that begins and ends at once; whether it was let through."""
    permit = breaker.admit(now_s)
    if permit is not None:
        breaker.settle(permit, outcome, now_s, draw)
    return permit is not None


def opened(**changes: Any) -> Breaker:
    """A breaker that opened at 0 s."""
    breaker = make_breaker(**changes)
    while attempt(breaker, FAILED, 0.0):
        pass
    return breaker


def test_enough_failures_open_it() -> None:
    """The attempt after the third failure is refused."""
    assert [attempt(make_breaker(), FAILED, 1.0)] == [True]
    breaker = make_breaker()

    assert [attempt(breaker, FAILED, second) for second in range(5)] == [True] * 3 + [False] * 2
    assert breaker.wait_s(4.0) == 3.0


@pytest.mark.parametrize("harmless", [PASSED, SILENT])
def test_only_failures_are_counted(harmless: Outcome) -> None:
    """A refused request or a caller who left changes nothing."""
    breaker = make_breaker(failures=1)

    assert all(attempt(breaker, harmless, 0.0) for _ in range(60))


@given(st.lists(st.floats(0.01, 20), min_size=1, max_size=60), st.integers(2, 6))
def test_few_failures_in_a_window_never_open_it(gaps_s: list[float], failures: int) -> None:
    """It opens exactly when ``failures`` of them fall within ``window_s``."""
    breaker, now_s = make_breaker(failures=failures), 0.0
    failed_at_s: list[float] = []
    for gap_s in gaps_s:
        now_s += gap_s
        assert attempt(breaker, FAILED, now_s)
        failed_at_s.append(now_s)
        within = sum(1 for each in failed_at_s if each >= now_s - breaker.window_s)
        assert (breaker.wait_s(now_s) > 0) == (within >= failures)
        if within >= failures:
            break


@given(st.floats(0, 1, exclude_max=True))
def test_clients_come_back_spread_out(draw: float) -> None:
    """Never before ``open_s``, and little later."""
    breaker = make_breaker(failures=1)
    attempt(breaker, FAILED, 100.0, draw)

    wait_s = breaker.wait_s(100.0)

    assert 5.0 <= wait_s <= 5.0 * (1 + OPEN_SPREAD)
    assert breaker.admit(104.99) is None
    assert breaker.admit(100.0 + wait_s + 1e-6) == Permit(1, probe=True)


@pytest.mark.parametrize("probes", [1, 2, 5])
def test_half_open_is_gated(probes: int) -> None:
    """However many ask, so many probes are on the wire, and all must succeed to close it."""
    breaker = opened(probes=probes)

    permits = [breaker.admit(6.0) for _ in range(50)]
    admitted = [permit for permit in permits if permit is not None]
    assert admitted == permits[:probes]

    for permit in admitted[:-1]:
        breaker.settle(permit, PASSED, 6.5, 0.0)
        assert breaker.admit(6.5) is None
    breaker.settle(admitted[-1], PASSED, 6.5, 0.0)
    assert breaker.admit(6.5) == Permit(2, probe=False)


def test_one_failed_probe_opens_it_again() -> None:
    """For as long as at first; what the other probes say is no longer heard."""
    breaker = opened(probes=3)
    first, second, third = (breaker.admit(6.0) for _ in range(3))
    assert first
    assert second
    assert third

    breaker.settle(first, PASSED, 6.1, 0.0)
    assert breaker.settle(second, FAILED, 6.2, 0.0)
    breaker.settle(third, PASSED, 6.3, 0.0)

    assert breaker.wait_s(6.3) == pytest.approx(4.9)
    assert breaker.admit(11.1) is None
    assert breaker.admit(11.3) is not None


def test_a_probe_whose_caller_leaves_frees_its_place() -> None:
    """It is never stuck half-open."""
    breaker = opened()

    for _ in range(20):
        assert attempt(breaker, SILENT, 6.0)
    assert attempt(breaker, PASSED, 6.0)
    assert breaker.wait_s(6.0) == 0


def test_what_began_before_it_opened_is_not_heard_after() -> None:
    """A slow success does not close it, a slow failure does not open it once more."""
    breaker = make_breaker()
    slow = [breaker.admit(0.0) for _ in range(10)]
    while attempt(breaker, FAILED, 0.0):
        pass

    for permit, outcome in zip(slow, [PASSED, FAILED] * 5, strict=True):
        assert permit
        assert not breaker.settle(permit, outcome, 4.0, 0.0)

    assert breaker.wait_s(4.0) == pytest.approx(1.0)


@given(
    st.lists(
        st.tuples(st.floats(0, 8), st.sampled_from(Outcome), st.integers(0, 4), st.floats(0, 0.99)),
        max_size=80,
    ),
    st.integers(1, 3),
)
def test_whatever_happens_it_is_gated_and_never_stuck(
    moves: list[tuple[float, Outcome, int, float]], probes: int
) -> None:
    """Never more probes at once than allowed; a server that is well is always found again."""
    breaker, now_s = make_breaker(probes=probes), 0.0
    under_way: list[Permit] = []
    for gap_s, outcome, keep, draw in moves:
        now_s += gap_s
        wait_s, permit = breaker.wait_s(now_s), breaker.admit(now_s)
        assert (wait_s > 0) == (permit is None)
        if permit is not None:
            under_way.append(permit)
        newest = max((each.era for each in under_way), default=0)
        assert sum(each.probe and each.era == newest for each in under_way) <= probes
        while len(under_way) > keep:
            breaker.settle(under_way.pop(0), outcome, now_s, draw)

    for permit in under_way:
        breaker.settle(permit, SILENT, now_s, 0.0)
    now_s += breaker.open_s * (1 + OPEN_SPREAD)
    assert all(attempt(breaker, PASSED, now_s) for _ in range(probes))
    assert breaker.admit(now_s) == Permit(breaker._era, probe=False)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (errors.ServerError("down", status=503), FAILED),
        (errors.OverloadedError("busy", status=529), FAILED),
        (errors.ConnectionFailedError("reset"), FAILED),
        (errors.AttemptTimeoutError("slow"), FAILED),
        (errors.StreamInterruptedError("cut", partial="Haba"), FAILED),
        (errors.DeadlineExceededError("no answer", ambiguous=True), FAILED),
        (errors.DeadlineExceededError("mid-stream", ambiguous=True, partial="Haba"), SILENT),
        (errors.DeadlineExceededError("in the queue"), SILENT),
        (errors.QueueFullError("full"), SILENT),
        (errors.RateLimitedError("slow down", status=429), PASSED),
        (errors.InvalidRequestError("no", status=400), PASSED),
        (errors.AuthError("no", status=401), PASSED),
        (errors.ServerUnableError("never", status=501), PASSED),
    ],
)
def test_what_counts_as_a_failure(error: PawaError, outcome: Outcome) -> None:
    """The server's own failures, and those of the way there."""
    assert outcome_of(error) is outcome


async def test_a_passage_learns_from_every_ending() -> None:
    """An answer, a failure, and a caller who leaves; how often it opened is counted."""
    clock = iter(range(100))
    breakers = Breakers(lambda: make_breaker(failures=2), clock=lambda: next(clock) / 100)
    target = make_target()

    with breakers.passage(target, lambda: 0.0):
        pass
    for ending in (asyncio.CancelledError, GeneratorExit, ZeroDivisionError):
        with pytest.raises(ending), breakers.passage(target, lambda: 0.0):
            raise ending
    for _ in range(2):
        with pytest.raises(errors.ServerError), breakers.passage(target, lambda: 0.0):
            raise errors.ServerError("down", status=503)

    assert breakers.opened == 1
    with pytest.raises(CircuitOpenError), breakers.passage(target, lambda: 0.0):
        pass


def test_each_model_at_each_address_has_its_own() -> None:
    """One that fails says nothing of its neighbours."""
    breakers = Breakers(make_breaker)
    here, elsewhere = make_target("http://127.0.0.1:9/v1"), make_target("http://127.0.0.1:8/v1")

    assert breakers.of(here) is breakers.of(make_target("http://127.0.0.1:9/v1"))
    assert breakers.of(here) is not breakers.of(elsewhere)
    assert breakers.of(here) is not breakers.of(make_target(model="another"))


def quick(base_url: str, **changes: Any) -> PawaClient:
    """A client whose breaker opens at the third failure, for a fifth of a second."""
    breaker = BreakerSettings(failures=3, window_s=30, open_s=0.2, probes=1)
    return PawaClient(make_settings(base_url, **{"breaker": breaker, **changes}))


async def fail(client: PawaClient, **options: Any) -> PawaError:
    """The error of one call."""
    with pytest.raises(PawaError) as caught:
        await client.chat(REQUEST, **options)
    return caught.value


@pytest.mark.parametrize("script", [fails(503), resets])
async def test_a_dead_server_is_left_alone(script: Script) -> None:
    """Calls fail at once, without a request, with the time until the next try."""
    async with raw_server(script) as server, quick(server.base_url) as client:
        last = await fail(client)
        began_s = time.monotonic()
        refused = [await fail(client) for _ in range(20)]
        took_s = time.monotonic() - began_s
        counted = client.telemetry()

    assert (last.kind != "circuit_open", len(server.requests)) == (True, 3)
    assert {error.kind for error in refused} == {"circuit_open"}
    assert all(error.retry_after_s is not None and error.retry_after_s > 0 for error in refused)
    assert (refused[0].attempts, took_s < 0.2) == (0, True)
    assert (counted["breaker_opened"], counted["retries"], counted["attempts"]) == (1, 2, 3)


async def test_a_circuit_that_opens_ends_the_retries() -> None:
    """The call that opened it does not pause first for an attempt that would be refused."""
    async with raw_server(fails(503)) as server:
        changes = {"max_attempts": 9, "retry_budget_ratio": None}
        async with quick(server.base_url, **changes) as client:
            error = await fail(client)

    assert (error.kind, error.attempts, len(server.requests)) == ("server_error", 3, 3)
    assert error.__notes__ == ["no further attempt: the target keeps failing and is left alone"]


async def test_traffic_shifts_to_the_next_target() -> None:
    """Once the first target is left alone, calls go straight to the second."""
    async with raw_server(fails(503)) as first, raw_server(says("from B")) as second:
        breaker = BreakerSettings(failures=3, window_s=30, open_s=30)
        other = FallbackTarget(second.base_url, "other-key-123")
        async with quick(first.base_url, fallbacks=(other,), breaker=breaker) as client:
            answers = [await client.chat(REQUEST) for _ in range(10)]

    assert [answer.text for answer in answers] == ["from B"] * 10
    assert (len(first.requests), len(second.requests)) == (3, 10)
    assert [answer.attempts for answer in answers] == [4] + [1] * 9
    assert all(answer.degraded for answer in answers)


async def test_a_model_next_door_is_still_asked() -> None:
    """The fallback model at the same address has a breaker of its own."""

    async def by_model(wire: Wire) -> None:
        model = wire.request.json["model"]
        await (fails(503) if model == "big" else says("small one"))(wire)

    changes = {"model": "big", "fallback_models": ("small",)}
    async with raw_server(by_model) as server, quick(server.base_url, **changes) as client:
        answers = [await client.chat(REQUEST) for _ in range(3)]

    assert {answer.text for answer in answers} == {"small one"}


async def test_one_probe_finds_the_server_again() -> None:
    """While it is under way the other calls are refused; after it all get through."""
    go_on = asyncio.Event()

    async def slow(wire: Wire) -> None:
        await go_on.wait()
        await says("back")(wire)

    down = [fails(503)] * 3
    async with raw_server(*down, slow, says("well")) as server, quick(server.base_url) as client:
        await fail(client)
        await asyncio.sleep(0.2 * (1 + OPEN_SPREAD))
        calls = [asyncio.create_task(client.chat(REQUEST)) for _ in range(50)]
        await server.has_requests(4)
        refused = await asyncio.gather(*calls[1:], return_exceptions=True)
        assert len(server.requests) == 4
        go_on.set()

        assert (await calls[0]).text == "back"
        texts = [answer.text for answer in await asyncio.gather(*map(client.chat, [REQUEST] * 9))]

    assert all(isinstance(each, CircuitOpenError) for each in refused)
    assert texts == ["well"] * 9


async def test_a_cancelled_probe_lets_another_try() -> None:
    """The caller's leaving is no verdict."""
    down = [fails(503)] * 3
    async with raw_server(*down, holds, says()) as server, quick(server.base_url) as client:
        await fail(client)
        await asyncio.sleep(0.2 * (1 + OPEN_SPREAD))
        probe = asyncio.create_task(client.chat(REQUEST))
        await server.has_requests(4)
        probe.cancel()
        await asyncio.wait([probe])

        assert (await client.chat(REQUEST)).text == "Habari"


async def test_mistakes_and_departures_do_not_open_it() -> None:
    """Sixty refused requests and sixty cancelled calls, and the next one is sent."""
    async with raw_server(*[fails(400)] * 60, says()) as server, quick(server.base_url) as client:
        for _ in range(60):
            assert (await fail(client)).status == 400
        assert (await client.chat(REQUEST)).text == "Habari"

    async with raw_server(*[holds] * 60, says()) as server, quick(server.base_url) as client:
        calls = [asyncio.create_task(client.chat(REQUEST)) for _ in range(60)]
        await server.has_requests(60)
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)
        assert (await client.chat(REQUEST)).text == "Habari"


async def test_a_deadline_in_mid_stream_says_nothing_of_the_server() -> None:
    """An answer that is longer than its caller's patience is no failure."""

    async def long(wire: Wire) -> None:
        await wire.head(Transfer_Encoding="chunked")
        await wire.chunk(chunk_of("Haba") + b"\n\n")
        await wire.until_client_leaves()

    async with raw_server(*[long] * 4, says()) as server, quick(server.base_url) as client:
        for _ in range(4):
            assert (await fail_stream(client)).kind == "deadline_exceeded"
        assert (await client.chat(REQUEST)).text == "Habari"


async def fail_stream(client: PawaClient) -> PawaError:
    """The error of one stream with a short deadline."""
    with pytest.raises(PawaError) as caught:
        await read_all(client.stream(REQUEST, deadline_s=0.1))
    return caught.value


async def test_a_refusal_does_not_wait_for_a_slot() -> None:
    """Calls behind a hanging one learn at once that the circuit is open."""
    async with raw_server(holds) as server, quick(server.base_url, max_concurrency=1) as client:
        hanging = asyncio.create_task(client.chat(REQUEST))
        await server.has_requests()
        assert client.parts.breakers
        breaker = client.parts.breakers.of(make_target(server.base_url, client.settings.model))
        while attempt(breaker, FAILED, time.monotonic()):
            pass

        assert (await fail(client)).kind == "circuit_open"
        hanging.cancel()
        await asyncio.wait([hanging])


async def test_a_circuit_that_opens_in_the_queue_holds_calls_back() -> None:
    """They wait for a slot when it opens, and are not sent."""
    async with raw_server(fails(503)) as server:
        changes = {"max_concurrency": 1, "max_attempts": 1}
        async with quick(server.base_url, **changes) as client:
            calls = (client.chat(REQUEST) for _ in range(10))
            done = await asyncio.gather(*calls, return_exceptions=True)

    assert len(server.requests) == 3
    assert sum(isinstance(each, CircuitOpenError) for each in done) == 7
