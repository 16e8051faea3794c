"""Who asks what, and when: drawn beforehand, the same everywhere."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.profile_file import profile_of
from loadtests.traffic.schedule import MOST_TURNS, THINKS_S, Schedule, schedule_of


def drawn(
    *phases: dict[str, Any], seed: int = 1, quick: bool = False, scale: float = 1.0, **traffic: Any
) -> Schedule:
    table = {
        "name": "mine",
        "note": "",
        "quick_scale": scale,
        "traffic": traffic,
        "phases": [{"name": f"p{n}", **phase} for n, phase in enumerate(phases)],
    }
    return schedule_of(profile_of(table, "mine.toml"), quick=quick, seed=seed)


def test_the_same_seed_gives_the_same_schedule() -> None:
    """And another seed another one."""
    assert drawn({"length_s": 10.0}).arrivals == drawn({"length_s": 10.0}).arrivals
    assert drawn({"length_s": 10.0}).arrivals != drawn({"length_s": 10.0}, seed=2).arrivals


def test_a_constant_rate_keeps_its_beat() -> None:
    """Ten a second for two seconds: every tenth of a second."""
    arrivals = drawn({"length_s": 2.0}, arrivals="constant", rate_per_s=10.0).arrivals

    assert [one.at_s for one in arrivals] == pytest.approx([0.05 + n / 10 for n in range(20)])


def test_a_ramp_brings_what_lies_under_its_line() -> None:
    """From 0 to 20 a second in ten seconds: 100 calls, 75 of them in the second half."""
    phase = {"length_s": 10.0, "traffic": {"rate_per_s": 0.0, "to_rate_per_s": 20.0}}
    arrivals = drawn(phase, arrivals="constant").arrivals

    assert len(arrivals) == 100
    assert sum(one.at_s >= 5 for one in arrivals) == 75


def test_poisson_arrivals_come_at_their_rate() -> None:
    """Within five standard deviations."""
    count = len(drawn({"length_s": 100.0}, rate_per_s=20.0).arrivals)

    assert abs(count - 2000) < 5 * 2000**0.5


def test_a_crowd_comes_at_once() -> None:
    """All at the first moment of the phase."""
    schedule = drawn({"length_s": 1.0}, {"length_s": 1.0, "traffic": {"crowd": 7}}, rate_per_s=0.0)

    assert [one.at_s for one in schedule.arrivals] == [1.0] * 7


def test_each_tenant_has_a_rate_of_its_own() -> None:
    """And its name on its calls."""
    schedule = drawn({"length_s": 50.0}, tenants={"quiet": 2.0, "loud": 20.0}, arrivals="constant")

    assert Counter(one.tenant for one in schedule.arrivals) == {"quiet": 100, "loud": 1000}


def test_the_quick_form_is_shorter_and_smaller() -> None:
    """A third of the length where a phase says nothing else, and the traffic scaled."""
    phases = ({"length_s": 9.0}, {"length_s": 9.0, "quick_s": 2.0})
    schedule = drawn(*phases, quick=True, scale=0.5, arrivals="constant", rate_per_s=20.0)

    assert [span.end_s for span in schedule.spans] == [3.0, 5.0]
    assert len(schedule.arrivals) == 50


def test_repeats_share_prompt_and_token() -> None:
    """The commonest is asked far more often than the rarest."""
    schedule = drawn({"length_s": 100.0}, repeats={"prompts": 10, "zipf": 1.0}, rate_per_s=20.0)
    counts = Counter(one.prompt for one in schedule.arrivals)

    assert len(counts) == len(schedule.by_token) == 10
    assert counts["again-chat-0"] > 4 * counts["again-chat-9"]
    assert all(one.repeated for one in schedule.arrivals)


def test_conversations_go_on_after_a_while() -> None:
    """Each turn once, in order, with time to think, in one kind of chat or the other."""
    schedule = drawn({"length_s": 60.0}, rate_per_s=20.0, mix={"chat": 1.0, "stream": 1.0})
    talks: dict[int, list[Any]] = {}
    for one in schedule.arrivals:
        talks.setdefault(one.conversation, []).append(one)

    assert max(len(turns) for turns in talks.values()) == MOST_TURNS
    for turns in talks.values():
        assert [one.turn for one in turns] == list(range(1, len(turns) + 1))
        pauses = [b.at_s - a.at_s for a, b in pairwise(turns)]
        assert all(pause >= THINKS_S - 1e-9 for pause in pauses)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**31),
    workers=st.integers(1, 5),
    rate=st.floats(0, 60),
    last=st.floats(0, 60) | st.none(),
)
def test_the_shares_of_all_workers_are_the_schedule(
    seed: int, workers: int, rate: float, last: float | None
) -> None:
    """Nothing is made twice and nothing is left out; every moment lies in its phase."""
    traffic = {"rate_per_s": rate} | ({} if last is None else {"to_rate_per_s": last})
    schedule = drawn({"length_s": 3.0}, {"length_s": 2.0, "traffic": traffic}, seed=seed)
    shared = [one for n in range(workers) for one in schedule.share(n, workers)]

    assert sorted(one.index for one in shared) == list(range(len(schedule.arrivals)))
    assert [one.at_s for one in schedule.arrivals] == sorted(o.at_s for o in schedule.arrivals)
    for one in schedule.arrivals:
        span = schedule.spans[one.phase]
        assert span.start_s <= one.at_s < span.end_s
