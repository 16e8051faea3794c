"""The phases of a profile, as a server lives through them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.errors import InputError
from loadtests.world.sandboxes import RUN_BUDGET, servers_of, spent_micro
from loadtests.world.timeline import begin, enter, states_of
from mockserver.sandbox import Sandbox
from scenarios.keyring import Keyring
from tests.loadtests.world.traffic import request_for

if TYPE_CHECKING:
    from mockserver.settings import SandboxSettings

DOWN = {"id": "down", "fault": {"kind": "status", "status": 503}}
SLOW = {"id": "slow", "fault": {"kind": "hold", "seconds": 1.0}, "when": {"from_s": 5.0}}


def states(*phases: dict[str, Any], **changes: Any) -> tuple[SandboxSettings, ...]:
    """What the client's server is in each of these phases."""
    return _states("primary", *phases, **changes)


def _states(which: str, /, *phases: dict[str, Any], **changes: Any) -> tuple[SandboxSettings, ...]:
    named = [{"name": f"p{number}", "length_s": 1.0, **one} for number, one in enumerate(phases)]
    request = request_for(phases=named, **changes)
    opened = {one.server: one for one in servers_of(request, Keyring())}
    return states_of(request.profile, opened[which].settings, which)  # type: ignore[index, arg-type]


def rules(*found: SandboxSettings) -> list[list[str | None]]:
    """The ids of the rules in each state."""
    return [[rule.id for rule in state.rules] for state in found]


def test_a_server_stays_as_the_last_phase_left_it() -> None:
    """Tables are merged; what a phase does not name stays."""
    found = states(
        {},
        {"server": {"latency": {"answer_s": 0.5}}},
        {"server": {"latency": {"factor": 2.0}}},
        {},
        server={"latency": {"answer_s": 0.1}},
    )

    assert [state.latency.answer_s for state in found] == [0.1, 0.5, 0.5, 0.5]
    assert [state.latency.factor for state in found] == [1.0, 1.0, 2.0, 2.0]


def test_rules_of_a_phase_take_the_place_of_all_before() -> None:
    """An empty list ends them; a phase without any keeps them."""
    found = states(
        {},
        {"server": {"rules": [DOWN]}},
        {"server": {"latency": {"answer_s": 0.5}}},
        {"server": {"rules": []}},
        server={"rules": [SLOW]},
    )

    assert rules(*found) == [["slow"], ["down"], ["down"], []]


def test_workers_change_and_freeze() -> None:
    """Each by itself."""
    found = states(
        {},
        {"capacity": {"frozen": True}},
        {"capacity": {"workers": 2}},
        {"capacity": {"frozen": False, "workers": 8}},
        server={"capacity": {"workers": 4, "queue": 9}},
    )
    seen = [(one.capacity.workers, one.capacity.frozen, one.capacity.queue) for one in found]  # type: ignore[union-attr]

    assert seen == [(4, False, 9), (4, True, 9), (2, True, 9), (8, False, 9)]


async def test_a_raised_budget_keeps_what_was_spent() -> None:
    """Only the limit is another."""
    found = states({}, {"budget_to_units": 9.0}, server={"budget": {"limit_units": 1.0}})
    sandbox = Sandbox(found[0])
    accounts = sandbox.ledger.applying("everyone", "default", 0.0)
    reserved = sandbox.ledger.reserve(accounts, 900_000, 10, 0.0)
    sandbox.ledger.settle(reserved, 700_000, 10)  # type: ignore[arg-type]
    enter(sandbox, found[1])
    units = sandbox.ledger.accounts(0.0)[0].period.units

    assert (units.limit, units.spent) == (9_000_000, 700_000)
    assert spent_micro(sandbox) == 700_000


def test_the_budget_of_the_run_outlives_every_patch() -> None:
    """A phase that names budgets of its own does not end the counting."""
    found = states({}, {"server": {"budgets": [{"id": "mine", "limit_units": 1.0}]}}, {})

    assert [[one.id for one in state.budgets] for state in found] == [
        [RUN_BUDGET],
        ["mine", RUN_BUDGET],
        ["mine", RUN_BUDGET],
    ]


def test_the_second_server_has_a_timeline_of_its_own() -> None:
    """What happens to the first one does not touch it."""
    phases = [
        {"server": {"rules": [DOWN]}},
        {"backup": {"rules": [SLOW]}, "server": {"rules": []}},
    ]

    assert rules(*_states("backup", *phases, backup={})) == [[], ["slow"]]
    assert rules(*_states("primary", *phases, backup={})) == [["down"], []]


async def test_rules_that_did_not_change_keep_their_age_and_their_counters() -> None:
    """Other settings may change around them; a rule that is new begins with its phase."""
    found = states(
        {"server": {"rules": [DOWN]}},
        {"server": {"latency": {"answer_s": 0.5}}},
        {"server": {"rules": [DOWN, SLOW]}},
    )
    sandbox = Sandbox(found[0])
    begin(sandbox, time.monotonic_ns() - 60 * 10**9)
    sandbox.plan.mark_delivered("down")
    before = sandbox.plan
    enter(sandbox, found[0])
    assert sandbox.plan is before
    enter(sandbox, found[1])
    enter(sandbox, found[2])
    down, slow = sandbox.plan._entries.values()

    assert sandbox.plan.status()[0].delivered == 1
    assert down.began_s == 0
    assert slow.began_s == pytest.approx(60, abs=30)
    assert sandbox.plan_age_s >= 60


async def test_windows_of_the_first_phase_count_from_the_start_of_the_run() -> None:
    """Which is told a moment before: until then the plan is younger than nothing."""
    (state,) = states({"server": {"rules": [DOWN, SLOW]}})
    sandbox = Sandbox(state)
    begin(sandbox, time.monotonic_ns() + 60 * 10**9)

    assert -60 <= sandbox.plan_age_s < 0
    assert [rule.id for rule in sandbox.plan.rules] == ["down", "slow"]


@given(st.lists(st.sampled_from(["none", "rules", "no rules", "latency", "workers"]), max_size=8))
def test_each_phase_is_a_function_of_those_before(kinds: list[str]) -> None:
    """Adding phases at the end changes none of the earlier states."""
    patches: dict[str, dict[str, Any]] = {
        "none": {},
        "rules": {"server": {"rules": [DOWN]}},
        "no rules": {"server": {"rules": []}},
        "latency": {"server": {"latency": {"answer_s": 0.2}}},
        "workers": {"capacity": {"workers": 3}},
    }
    phases = [patches[kind] for kind in kinds]
    whole = states({}, *phases, server={"capacity": {"workers": 5}})
    first = states({}, *phases[:-1], server={"capacity": {"workers": 5}})
    apart = {"keys"}
    told = [[one.model_dump(exclude=apart) for one in each] for each in (whole, first)]

    assert told[0][: len(told[1])] == told[1]
    assert len(whole) == len(phases) + 1


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"server": {"rules": [{"fault": DOWN["fault"], "when": {"timse": 3}}]}},
            "profile small: phase p1: server: rules[0].when.timse: unknown field; nearest: t",
        ),
        (
            {"server": {"latency": {"factor": 0.0}}},
            "profile small: phase p1: server: latency.factor: must be more than 0, not 0.0",
        ),
        (
            {"server": {"keys": []}},
            (
                "profile small: phase p1: server: keys: the run makes the keys, "
                "one for each tenant; leave it out"
            ),
        ),
        (
            {"server": {"journal": {"max_exchanges": 5}}},
            (
                "profile small: phase p1: server: journal: it is set when the server is opened; "
                "leave it out"
            ),
        ),
        (
            {"capacity": {"frozen": True}},
            (
                "profile small: phase p1: capacity: the server has a worker for everybody; "
                "give it server.capacity"
            ),
        ),
        (
            {"budget_to_units": 5.0},
            (
                "profile small: phase p1: budget_to_units: the server has no budget; "
                "give it server.budget"
            ),
        ),
        (
            {"backup": {"rules": []}},
            "profile small: phase p1: backup: the profile has no backup; give it [backup] first",
        ),
    ],
    ids=lambda value: value[26:50] if isinstance(value, str) else "",
)
def test_what_a_phase_gets_wrong_is_told_before_anything_starts(
    changes: dict[str, Any], line: str
) -> None:
    """The profile, the phase, the place, and the mend, on one line."""
    with pytest.raises(InputError) as caught:
        states({}, changes)

    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
