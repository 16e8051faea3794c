"""Which way to a client a spec names; the ways themselves are tested in their own files."""

from __future__ import annotations

from loadtests.errors import InputError
from loadtests.generator.drivers import ClientRefused
from tests.loadtests.generator.lanes import drive


def test_a_refused_client_is_wrong_input() -> None:
    """The command ends with exit code 2."""
    assert issubclass(ClientRefused, InputError)


def test_a_spec_that_names_no_way_is_refused_with_the_valid_forms() -> None:
    """In one line, from the process that Locust would be."""
    done = drive("nobody")

    assert done.refused is not None
    assert done.refused.startswith("unknown client 'nobody'; valid: reference, pawa-sdk")
    assert done.stderr == ""
