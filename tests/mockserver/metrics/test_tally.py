"""Timings and faults are counted once for each request, in whole numbers, within bounds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from mockserver.metrics import tally as module
from mockserver.metrics.tally import BOUNDS_S, OTHER, Tally
from tests.mockserver.rawclient import RawClient, chat, request
from tests.mockserver.talk import ask, last

if TYPE_CHECKING:
    import pytest

    from mockserver.sandbox import Sandbox
    from tests.mockserver.conftest import OpenSandbox

CHAT = ("chat", "pawa-v1-ember-20240924", False)


@dataclass
class Over:
    """What a tally looks at of a request that is over; ``route`` and ``work`` it came to none."""

    took_ns: int = 0
    out_ns: int | None = None
    rule: str | None = None
    faults: tuple[str, ...] = ()
    path: str = "/v1/chat/request"
    stream: bool = False
    method: str = "POST"
    delivered: bool = True
    first_byte_in_ns: int = 1_000
    route: Any = None
    work: Any = None

    @property
    def exchange(self) -> Over:
        return self

    @property
    def ended_ns(self) -> int:
        return self.first_byte_in_ns + self.took_ns

    @property
    def first_byte_out_ns(self) -> int | None:
        return None if self.out_ns is None else self.first_byte_in_ns + self.out_ns


async def test_a_request_is_counted_where_it_came_to(sandbox: Sandbox) -> None:
    """By endpoint, model and whether a stream was asked for; both times lie within the test's."""
    began_ns = time.monotonic_ns()
    await ask(sandbox, request(body=chat()))
    await ask(sandbox, request(body=chat(stream=True)))
    await last(sandbox, 2)
    took_ns = time.monotonic_ns() - began_ns

    plain, stream = sandbox.tally.timings.values()
    assert list(sandbox.tally.timings) == [CHAT, (*CHAT[:2], True)]
    for timing in (plain, stream):
        assert sum(timing.whole) == sum(timing.first) == 1
        assert 0 < timing.first_ns <= timing.whole_ns < took_ns


async def test_a_delay_is_in_the_time_to_the_first_byte(open_sandbox: OpenSandbox) -> None:
    """Never less than it was."""
    delay = {"kind": "hold", "seconds": 0.06}
    sandbox = await open_sandbox(rules=[{"fault": delay}])
    await ask(sandbox, request(body=chat()))
    await last(sandbox)

    (timing,) = sandbox.tally.timings.values()
    assert timing.whole_ns >= timing.first_ns >= 60_000_000
    assert timing.first.index(1) > BOUNDS_S.index(0.05)


async def test_a_request_without_an_answer_has_no_first_byte(open_sandbox: OpenSandbox) -> None:
    """But it did take its time."""
    sandbox = await open_sandbox(rules=[{"fault": {"kind": "close_before_headers"}}])
    async with await RawClient.connect(sandbox.base_url) as client:
        await client.send(request(body=chat()))
        await client.read()
    await last(sandbox)

    (timing,) = sandbox.tally.timings.values()
    assert (sum(timing.whole), sum(timing.first)) == (1, 0)


async def test_faults_are_counted_by_rule_and_outlive_the_plan(open_sandbox: OpenSandbox) -> None:
    """Other rules, and the same ones anew, add to what was; a reset forgets it."""
    rule = {"id": "down", "fault": {"kind": "status", "status": 503}}
    sandbox = await open_sandbox(rules=[rule])
    for number in (1, 2):
        await ask(sandbox, request(body=chat()))
        await last(sandbox, number)
        sandbox.replace_rules(sandbox.plan.rules)

    assert sandbox.tally.faults == {("down", ("status",)): [2, 2]}
    sandbox.reset()
    assert (sandbox.tally.faults, sandbox.tally.timings) == ({}, {})


@given(st.lists(st.integers(0, 400_000_000_000)))
def test_each_time_is_in_the_first_bucket_that_holds_it(times: list[int]) -> None:
    """A time that is a bound is within it, as Prometheus wants it (``le``); sums are exact."""
    tally = Tally()
    for took_ns in times:
        tally.count(Over(took_ns, took_ns))  # type: ignore[arg-type]
    if not times:
        return
    (timing,) = tally.timings.values()

    for number, bound in enumerate(BOUNDS_S):
        within = sum(took_ns <= round(bound * 1e9) for took_ns in times)
        assert sum(timing.whole[: number + 1]) == sum(timing.first[: number + 1]) == within
    assert timing.whole_ns == timing.first_ns == sum(times)


def test_what_is_told_apart_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much is counted together; no request is lost."""
    monkeypatch.setattr(module, "MOST_TIMINGS", 1)
    monkeypatch.setattr(module, "MOST_RULES", 2)
    tally = Tally()
    for number in range(5):
        over = Over(rule=f"r{number}", faults=("status",), stream=bool(number % 2))
        tally.count(over)  # type: ignore[arg-type]

    assert list(tally.timings) == [(CHAT[0], None, False), (OTHER, OTHER, False)]
    assert [sum(timing.whole) for timing in tally.timings.values()] == [3, 2]
    assert tally.faults == {
        ("r0", ("status",)): [1, 1],
        ("r1", ("status",)): [1, 1],
        (OTHER, ("status",)): [3, 3],
    }
