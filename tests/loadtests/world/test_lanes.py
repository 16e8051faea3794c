"""The two clients of a run: the one under test, and the one that never retries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadtests.errors import InputError
from loadtests.world.lanes import Address, check_client, client_settings, lanes_of
from scenarios.clients.reference_adapter import client_settings as reference_settings
from tests.loadtests.world.traffic import request_for

if TYPE_CHECKING:
    from loadtests.plan import Lane

CLIENT: dict[str, Any] = {
    "timeout_s": 2.0,
    "connect_timeout_s": 1.0,
    "max_elapsed_s": 9.0,
    "max_attempts": 5,
    "max_concurrency": 3,
    "queue_limit": 2,
    "retry_budget_ratio": 0.5,
    "breaker": {"failures": 5, "window_s": 1.0, "open_s": 1.0, "probes": 1},
    "cache": {"ttl_s": 10.0},
    "batching": {"max_items": 8},
    "budget": {"limit": 5.0},
    "fallback_models": ["pawa-v1-blaze-20250318"],
}


def lanes(
    *,
    keys: tuple[str, ...] = ("everyone",),
    backup: bool = False,
    ca: str | None = None,
    **changes: Any,
) -> dict[str, Lane]:
    """The lanes of a request, at made-up addresses."""
    ca_file = None if ca is None else Path(ca)
    addresses = [
        Address(
            lane, server, f"http://{lane}-{server}/v1", {k: f"{lane}-{k}" for k in keys}, ca_file
        )
        for lane in ("client", "control")
        for server in (("primary", "backup") if backup else ("primary",))
    ]
    return {lane.name: lane for lane in lanes_of(request_for(**changes), addresses)}


def test_the_client_has_what_the_profile_says() -> None:
    """And the address, a key and a model beside it."""
    found = lanes(client=CLIENT)["client"]
    (instance,) = found.instances

    assert found.spec == "reference"
    assert instance.settings == {
        **CLIENT,
        "model": "pawa-v1-ember-20240924",
        "base_url": "http://client-primary/v1",
        "api_key": "client-everyone",
    }


def test_each_tenant_has_an_instance_with_its_key() -> None:
    """In the order of the profile."""
    found = lanes(keys=("bank", "shop"))

    for lane in found.values():
        assert [(one.tenant, one.settings["api_key"]) for one in lane.instances] == [
            ("bank", f"{lane.name}-bank"),
            ("shop", f"{lane.name}-shop"),
        ]


def test_the_second_server_is_the_clients_fallback() -> None:
    """Of the same tenant and model; the control never falls back."""
    found = lanes(backup=True, client={"model": "pawa-v1-blaze-20250318"})

    assert found["client"].instances[0].settings["fallbacks"] == [
        {
            "base_url": "http://client-backup/v1",
            "api_key": "client-everyone",
            "model": "pawa-v1-blaze-20250318",
        }
    ]
    assert "fallbacks" not in found["control"].instances[0].settings


def test_the_control_makes_one_attempt_at_once_whatever_the_client_does() -> None:
    """Its timeouts are the client's; nothing is kept, joined, held back or repeated."""
    found = lanes(client=CLIENT, spec="raw")["control"]
    settings = reference_settings(found.instances[0].settings)

    assert found.spec == "reference"
    assert (settings.max_attempts, settings.fallbacks, settings.fallback_models) == (1, (), ())
    assert (settings.cache, settings.batching, settings.budget, settings.breaker) == (None,) * 4
    assert settings.queue_limit is None
    assert settings.max_concurrency >= 100_000
    assert (settings.timeout_s, settings.connect_timeout_s, settings.max_elapsed_s) == (2, 1, 9)


def test_a_server_with_tls_is_trusted() -> None:
    """The certificate's file is told to both."""
    found = lanes(ca="/run/ca.pem")

    assert {lane.instances[0].settings["ca_file"] for lane in found.values()} == {"/run/ca.pem"}


def test_the_settings_that_are_shown_hold_neither_key_nor_address() -> None:
    """They go into results."""
    profile = request_for(client=CLIENT).profile
    for lane in ("client", "control"):
        assert not {"api_key", "base_url", "fallbacks"} & client_settings(profile, lane).keys()


@pytest.mark.parametrize(
    "spec", ["raw", "reference", "pawa-sdk-async", "cmd:./mine --x", "http://127.0.0.1:8000/app"]
)
def test_each_way_to_a_client_is_taken(spec: str) -> None:
    """Raw is one of load tests alone."""
    check_client(request_for(spec=spec, client=CLIENT))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"spec": "refrence"}, "unknown client 'refrence'; valid: reference, "),
        ({"spec": "cmd:"}, "client 'cmd:' names no command after 'cmd:'"),
        ({"spec": "http://"}, "client 'http://' is no address of an application"),
        (
            {"client": {"timeout": 3}},
            "profile small: client: no setting 'timeout' in the protocol; nearest: timeout_s",
        ),
        (
            {"client": {"api_key": "secret-of-mine"}},
            "profile small: client: api_key: the run's own servers have theirs; leave it out",
        ),
    ],
)
def test_what_is_wrong_with_a_client_is_one_line(changes: dict[str, Any], line: str) -> None:
    """Before anything starts, and never with a key."""
    with pytest.raises(InputError) as caught:
        check_client(request_for(**changes))

    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert "secret-of-mine" not in str(caught.value)


def test_raw_is_named_among_the_ways() -> None:
    """A person learns of it from the error."""
    with pytest.raises(InputError, match=r", raw$"):
        check_client(request_for(spec="nobody"))
