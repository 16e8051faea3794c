"""Records are facts: nobody changes them, and they are compared by what they say."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from mockserver.exchange import OpenExchange
from mockserver.records import Connection, Exchange, Sent


def test_records_cannot_be_changed() -> None:
    """Frozen and slotted."""
    sent = Sent(1, "head", 0, 10)

    with pytest.raises(FrozenInstanceError):
        sent.at_ns = 2  # type: ignore[misc]
    assert not hasattr(sent, "__dict__")
    assert sent == Sent(1, "head", 0, 10)


def test_an_exchange_has_the_fields_that_are_documented() -> None:
    """Those of DESIGN section 6, from sequence to bytes, and what came nearest to a wrong path."""
    names = [field.name for field in fields(Exchange)]

    assert names[0] == "seq"
    assert names[-3:] == ["sent", "sent_bytes", "nearest"]
    assert {"first_byte_in_ns", "client_left_how", "secrets_at", "draw", "in_flight"} <= set(names)


def test_what_is_noted_is_what_is_recorded() -> None:
    """Every field of an open exchange that is not internal has its place in the record."""
    noted = {field.name for field in fields(OpenExchange) if not field.name.startswith("_")}
    recorded = {field.name for field in fields(Exchange)}

    assert noted - recorded == {"sent_length", "body_sent", "chunks_sent"}


def test_a_connection_has_an_end_or_none() -> None:
    """An open one has neither time nor cause."""
    connection = Connection(1, "default", 100, None, None, None, 0)

    assert (connection.ended_ns, connection.ended_by, connection.how) == (None, None, None)
