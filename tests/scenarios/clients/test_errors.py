"""The errors of the ways to a client."""

from __future__ import annotations

import inspect

import pytest

from scenarios.clients import errors
from scenarios.clients.protocol import ClientError

CLASSES = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if one.__module__ == errors.__name__
]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_of_one_family_and_stands_in_the_drawn_tree(error: type) -> None:
    """A reader of the module's head sees them all."""
    assert issubclass(error, errors.ClientsError)
    assert error.__name__ in (errors.__doc__ or "")


def test_a_protocol_error_says_whose_bug_it_is() -> None:
    """Message and hint in one line; the code is for programs."""
    error = errors.ProtocolError("not_json", "no JSON", hint="the adapter's bug")

    assert str(error) == "no JSON (the adapter's bug)"
    assert (error.code, error.message, error.hint) == ("not_json", "no JSON", "the adapter's bug")


def test_a_failed_operation_keeps_the_client_s_word() -> None:
    """The client's own error is the evidence."""
    error = errors.OperationFailed("telemetry", ClientError("unsupported", "no counters"))

    assert str(error) == "telemetry failed: unsupported: no counters"
    assert error.error.kind == "unsupported"
