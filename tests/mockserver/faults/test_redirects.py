"""Redirects: where they lead, and when they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from mockserver.faults.redirects import Redirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.facts import RequestFacts

    MakeFacts = Callable[..., RequestFacts]


def location(fault: Redirect, facts: RequestFacts) -> str:
    answer = fault.answer(facts)
    assert answer is not None
    assert answer.status == fault.status
    return dict(answer.headers)["Location"]


def test_it_leads_back_to_the_request_with_a_mark(make_facts: MakeFacts) -> None:
    """What else the query holds stays."""
    facts = make_facts(query="a=1&b=")

    assert location(Redirect(), facts) == "/v1/chat/request?a=1&b=&redirect=1"


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("127.0.0.1:8080", "localhost:8080"),
        ("localhost:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "localhost:8080"),
        ("api.example", "redirected.invalid"),
        ("x:y", "redirected.invalid"),
    ],
)
def test_the_other_origin_is_this_server_by_another_name(
    make_facts: MakeFacts, host: str, other: str
) -> None:
    """So the journal shows what a client takes there; elsewhere there is no such name."""
    facts = make_facts(headers=(("host", host),))

    found = location(Redirect(to="other_origin"), facts)

    assert found == f"//{other}/v1/chat/request?redirect=1"


def test_after_its_hops_it_leaves_the_request_alone(make_facts: MakeFacts) -> None:
    """Each hop counts one further."""
    fault = Redirect(hops=2)

    assert location(fault, make_facts(query="redirect=1")).endswith("redirect=2")
    assert fault.answer(make_facts(query="redirect=2")) is None
    assert location(fault, make_facts(query="redirect=x")).endswith("redirect=1")


def test_a_loop_leads_to_itself_for_ever(make_facts: MakeFacts) -> None:
    """Query and all."""
    facts = make_facts(query="redirect=5")

    assert location(Redirect(to="loop"), facts) == "/v1/chat/request?redirect=5"
    assert location(Redirect(to="loop"), make_facts()) == "/v1/chat/request"


@pytest.mark.parametrize("settings", [{"status": 300}, {"to": "loop", "hops": 2}, {"hops": 0}])
def test_redirects_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    """A status that redirects, and a loop without an end."""
    with pytest.raises(ValidationError):
        Redirect(**settings)
