"""The servers of a run, and what a profile may say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loadtests.errors import InputError
from loadtests.world.sandboxes import (
    RUN_BUDGET,
    is_application,
    servers_of,
    spent_micro,
    tenants_of,
)
from mockserver.admission.prices import tariff_of
from mockserver.sandbox import Sandbox
from mockserver.settings.budget import PriceSettings
from scenarios.keyring import Keyring
from scenarios.reference.settings import Price
from tests.loadtests.world.traffic import request_for

if TYPE_CHECKING:
    from loadtests.world.sandboxes import ServerPlan


def servers(**changes: Any) -> dict[str, ServerPlan]:
    """The servers of the small profile with changes, by their names."""
    return {one.settings.name: one for one in servers_of(request_for(**changes), Keyring())}


def test_each_lane_has_servers_of_its_own() -> None:
    """A second one where the profile has a backup, none for a control that is left out."""
    assert list(servers()) == ["client", "control"]
    assert list(servers(backup={})) == ["client", "client-backup", "control", "control-backup"]
    assert list(servers(control=False)) == ["client"]


def test_both_lanes_meet_the_same_server() -> None:
    """Settings, rules and seed are the same; only names and keys differ."""
    rules = [{"fault": {"kind": "status", "status": 503}, "when": {"probability": 0.5}}]
    client, control = servers(server={"rules": rules, "capacity": {"workers": 3}}).values()
    apart = {"name", "keys"}

    assert client.settings.seed == 7
    assert client.settings.model_dump(exclude=apart) == control.settings.model_dump(exclude=apart)


def test_every_key_is_new_and_named_after_its_tenant() -> None:
    """No two servers open to the same key, and the keyring knows them all."""
    keyring = Keyring()
    found = servers_of(
        request_for(traffic={"tenants": {"bank": 1.0, "shop": 2.0}}, backup={}), keyring
    )
    secrets = [key.key for one in found for key in one.settings.keys]

    assert all([key.id for key in one.settings.keys] == ["bank", "shop"] for one in found)
    assert all(one.keys == {key.id: key.key for key in one.settings.keys} for one in found)
    assert len(set(secrets)) == 8
    assert all(secret not in keyring.mask_text(secret) for secret in secrets)


def test_tenants_are_those_of_every_phase() -> None:
    """Those of a later phase too; a phase without any has the one that is everyone."""
    phases = [
        {"name": "a", "length_s": 1.0},
        {"name": "b", "length_s": 1.0, "traffic": {"tenants": {"bank": 1.0}}},
    ]

    assert tenants_of(request_for(phases=phases).profile) == ("everyone", "bank")


async def test_the_ledger_counts_in_the_prices_that_clients_reckon_with() -> None:
    """Without a budget in the profile, too; and the run's own budget refuses nothing."""
    (client, _) = servers().values()
    price = tariff_of(client.settings).price("any", "chat")
    (budget,) = client.settings.budgets

    assert PriceSettings().model_dump(include={"in_per_1k", "out_per_1k"}) == {
        "in_per_1k": Price().in_per_1k,
        "out_per_1k": Price().out_per_1k,
    }
    assert (price.in_per_1k, price.out_per_1k) == (1_000_000, 2_000_000)
    assert (budget.id, budget.mode, budget.alerts) == (RUN_BUDGET, "soft", ())
    assert spent_micro(Sandbox(client.settings)) == 0


def test_the_budgets_of_a_profile_stand_beside_that_of_the_run() -> None:
    """Its own come first: they may refuse."""
    own = [{"id": "mine", "limit_units": 5.0}]
    (client, _) = servers(server={"budgets": own, "budget": {"limit_units": 1.0}}).values()

    assert [budget.id for budget in client.settings.budgets] == ["mine", RUN_BUDGET]
    assert client.settings.budget is not None


def test_a_journal_is_as_long_as_the_profile_says() -> None:
    """Without a word it is short: what ends is taken out at once."""
    (usual, _) = servers().values()
    (own, _) = servers(server={"journal": {"max_exchanges": 7}}).values()

    assert usual.settings.journal.max_exchanges == 1_000
    assert own.settings.journal.max_exchanges == 7


def test_an_application_is_met_at_one_port_with_one_key() -> None:
    """The control beside it has a free port, as always."""
    found = servers(spec="http://127.0.0.1:5000/app", mock_port=9100, backup={})

    assert found["client"].settings.port == 9100
    assert found["client"].keys == {"everyone": "pawa-dev-key"}
    assert {found[name].settings.port for name in ("client-backup", "control")} == {0}
    assert found["control"].keys["everyone"].startswith("pawa-")


def test_an_application_is_told_by_its_address() -> None:
    """Every other client is told a free port."""
    assert is_application("http://127.0.0.1:5000")
    assert is_application("https://app.test")
    assert not any(map(is_application, ("raw", "reference", "cmd:http")))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"server": {"keys": [{"id": "a", "key": "secret-of-mine"}]}},
            (
                "profile small: server: keys: the run makes the keys, one for each tenant; "
                "leave it out"
            ),
        ),
        (
            {"backup": {"seed": 3}},
            "profile small: backup: seed: the seed is the run's (--seed); leave it out",
        ),
        (
            {"server": {"clock": {"frozen": True}}},
            "profile small: server: clock: a load test goes by the real clock; leave it out",
        ),
        (
            {"server": {"announce_rules": True}},
            (
                "profile small: server: announce_rules: the server says nothing of its rules while "
                "a client is judged; leave it out"
            ),
        ),
        (
            {"server": {"rules": [{"fault": {"kind": "status", "status": "x"}}]}},
            "profile small: server: rules[0].fault.status: must be a whole number, not 'x'",
        ),
        (
            {"server": {"rules": [{"fault": {"kind": "stauts"}}]}},
            "profile small: server: rules[0].fault.kind: unknown kind 'stauts'; nearest: status",
        ),
        (
            {"server": {"capacty": {"workers": 1}}},
            "profile small: server: capacty: unknown field; nearest: capacity",
        ),
        (
            {"backup": {"capacity": {"workers": 0}}},
            "profile small: backup: capacity.workers: must be at least 1, not 0",
        ),
        (
            {"server": {"journal": 5}},
            "profile small: server: journal: must be a table, not 5",
        ),
        (
            {"spec": "http://127.0.0.1:5000", "traffic": {"tenants": {"a": 1.0, "b": 1.0}}},
            (
                "profile small: has 2 tenants, each with a key of its own, and an application is "
                "asked with one; choose a profile without tenants"
            ),
        ),
    ],
    ids=lambda value: value.partition(":")[2][:28] if isinstance(value, str) else "",
)
def test_what_a_profile_gets_wrong_is_one_line(changes: dict[str, Any], line: str) -> None:
    """The profile, the place, what is wrong, and never a key."""
    with pytest.raises(InputError) as caught:
        servers(**changes)

    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert "secret-of-mine" not in str(caught.value)
