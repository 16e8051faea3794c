"""The shipped profiles: each is sound, short enough for its quick form, and fits on a screen."""

from __future__ import annotations

import pytest

from loadtests.judging.rows import ROWS
from loadtests.profile_file import SHIPPED, load_profile, shipped
from loadtests.request import LoadRequest
from loadtests.traffic.schedule import schedule_of
from loadtests.world.lanes import check_client
from loadtests.world.sandboxes import BACKUP, PRIMARY, servers_of
from loadtests.world.timeline import states_of
from scenarios.keyring import Keyring

NAMES = (
    *("batch", "brownout", "budget", "burst", "cache", "errors", "fallback", "metastable"),
    *("outage", "ramp", "rate-limit", "slow", "soak", "steady", "streams", "tenants"),
)
SCREEN_LINES = 60
QUICK_S = 20.0
QUICK_RATE = (5.0, 45.0)
"""Calls a second, in the mean of a quick form, that two cores hold with room."""


def test_all_sixteen_are_there() -> None:
    """And no others."""
    assert shipped() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_fits_on_a_screen(name: str) -> None:
    """Sixty lines of a hundred characters, with a name and a note of what it is about."""
    lines = (SHIPPED / f"{name}.toml").read_text().splitlines()

    assert len(lines) <= SCREEN_LINES
    assert max(map(len, lines)) <= 100
    assert load_profile(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_form_is_quick(name: str) -> None:
    """Twenty seconds of traffic at most, at a rate that two cores hold."""
    schedule = schedule_of(load_profile(name), quick=True, seed=1)

    assert schedule.end_s <= QUICK_S
    assert QUICK_RATE[0] <= len(schedule.arrivals) / schedule.end_s <= QUICK_RATE[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_full_form_is_long_enough_to_say_more(name: str) -> None:
    """Well over the quick one; ten minutes of soak, and at most two of any other."""
    profile = load_profile(name)
    full, quick = (schedule_of(profile, quick=form, seed=1).end_s for form in (False, True))

    assert full >= 2.5 * quick
    assert full == 600 if name == "soak" else full <= 120


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quick", [True, False], ids=["quick", "full"])
def test_every_phase_has_calls(name: str, quick: bool) -> None:
    """Ten at least; a phase that nobody asks in shows nothing."""
    schedule = schedule_of(load_profile(name), quick=quick, seed=1)
    asked = [sum(one.phase == span.number for one in schedule.arrivals) for span in schedule.spans]

    assert min(asked) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_servers_and_clients_know_every_setting(name: str) -> None:
    """Of the server in each phase, of the second one, and of the client."""
    profile = load_profile(name)
    request = LoadRequest(profile, "reference", seed=1, quick=True)

    check_client(request)
    for server in servers_of(request, Keyring()):
        assert server.server in {PRIMARY, BACKUP}
        assert len(states_of(profile, server.settings, server.server)) == len(profile.phases)


def test_each_row_has_the_profile_that_judges_it() -> None:
    """One and only one, so that it is clear which to run."""
    judged = [row for name in NAMES for row in load_profile(name).rows]

    assert sorted(judged) == sorted(ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_every_target_says_why(name: str) -> None:
    """A number without a reason convinces nobody; a profile without rows has targets."""
    profile = load_profile(name)

    assert all(target.why.endswith(".") for target in profile.targets.values())
    assert profile.targets or profile.rows


@pytest.mark.parametrize("name", NAMES)
def test_rows_find_their_phases(name: str) -> None:
    """A profile with rows has a phase that is judged as the fault, before it a steady one."""
    profile = load_profile(name)
    roles = [phase.role for phase in profile.phases if phase.role != "warm"]

    if profile.rows:
        assert "fault" in roles
    if profile.rows and name != "soak":
        assert roles[:2] == ["steady", "fault"]
