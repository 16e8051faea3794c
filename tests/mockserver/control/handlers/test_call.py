"""The calls themselves: what they take as a body (each is tried over a socket in the client's)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.configuration.file import ConfigError
from mockserver.control.calls import Nothing
from mockserver.control.handlers.call import Call, ControlCall, json_answer
from mockserver.control.operating import AuditQuery
from mockserver.server import MockServer

if TYPE_CHECKING:
    from mockserver.answer import Answer

RULE = {"fault": {"kind": "noop"}}


def call(body: bytes) -> ControlCall:
    return ControlCall(MockServer(), body=body)


@pytest.mark.parametrize("body", [{"rules": [RULE]}, [RULE], RULE])
def test_rules_come_in_a_table_in_a_list_or_alone(body: object) -> None:
    """Whatever is natural to send."""
    assert len(call(orjson.dumps(body)).rules().rules) == 1


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"{", "body: is not JSON: "),
        (b"[]", "body: must be a JSON object"),
        (b"\xff", "body: is not JSON: "),
    ],
)
def test_a_body_that_is_no_table_is_told(body: bytes, line: str) -> None:
    """One line."""
    with pytest.raises(ConfigError, match=f"^{line}"):
        call(body).table()


def test_an_empty_body_is_an_empty_table() -> None:
    """For calls without fields."""
    assert call(b"").table() == {}


async def test_a_call_says_what_it_answers_for() -> None:
    """Its name and first sentence are those of its handler."""

    async def show_nothing(call: ControlCall) -> Answer:
        """Nothing at all.

        Not even this.
        """
        return json_answer({})

    call = Call(show_nothing, told=Nothing)

    assert (call.name, call.summary) == ("show_nothing", "Nothing at all.")


def test_a_query_is_read_as_its_question() -> None:
    """A mistake in it is told with the name of the field."""
    asked = ControlCall(MockServer(), query="after=3&sandbox=a%20b").asked_by_query(AuditQuery)

    assert (asked.after, asked.sandbox) == (3, "a b")
    with pytest.raises(ConfigError, match=r"^query\.?.*after"):
        ControlCall(MockServer(), query="after=x").asked_by_query(AuditQuery)
