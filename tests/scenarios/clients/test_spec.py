"""The words after --client."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scenarios.clients.errors import ClientSpecError, ClientStartError
from scenarios.clients.spec import FORMS, NAMED_FACTORIES, LaunchPlan, parse_spec

HOST = (sys.executable, "-m", "scenarios.clients.host")


@pytest.mark.parametrize("name", sorted(NAMED_FACTORIES))
def test_the_named_clients_are_hosted_factories(name: str) -> None:
    """Each has a module of this project behind it, which can be found."""
    plan = parse_spec(name)

    assert plan == LaunchPlan(name, command=(*HOST, f"python:{NAMED_FACTORIES[name]}"))


def test_a_python_factory_is_hosted_too() -> None:
    """Dotted module, colon, name."""
    assert parse_spec("python:zoo.m01:factory").command == (*HOST, "python:zoo.m01:factory")


def test_a_command_is_split_as_a_shell_would_and_run_without_one() -> None:
    """Quotes group words; nothing is expanded."""
    plan = parse_spec("cmd:node 'my adapter.mjs' --key=$HOME")

    assert plan.command == ("node", "my adapter.mjs", "--key=$HOME")


def test_an_application_is_an_address_with_an_optional_mapping() -> None:
    """The mapping file stands behind a hash, which never travels."""
    assert parse_spec("http://127.0.0.1:3000/api/").url == "http://127.0.0.1:3000/api"
    mapped = parse_spec("https://app.test#maps/app.toml")
    assert (mapped.url, mapped.mapping) == ("https://app.test", Path("maps/app.toml"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "referense",
        "python:",
        "python:module",
        "python:module:",
        "python:my-module:factory",
        "python:a..b:factory",
        "cmd:",
        "cmd:   ",
        "cmd:node 'unfinished",
        "http://",
        "http://:3000",
        "http://host:port",
        "http://host:0",
        "ftp://host",
    ],
)
def test_what_names_no_client_is_refused_in_one_line(text: str) -> None:
    """The message names what was typed and lists the valid forms."""
    with pytest.raises(ClientSpecError) as caught:
        parse_spec(text)

    assert repr(text) in str(caught.value)
    assert FORMS in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_module_that_is_not_there_is_one_line() -> None:
    """The client is named as it was typed, the reason as Python told it."""
    with pytest.raises(ClientStartError) as caught:
        await parse_spec("python:no_such_module:factory").start()

    assert str(caught.value).startswith("client 'python:no_such_module:factory' did not say hello")
    assert "No module named 'no_such_module'" in str(caught.value)
    assert "Traceback" not in str(caught.value)
