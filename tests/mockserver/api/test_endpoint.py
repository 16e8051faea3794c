"""What every endpoint is."""

from __future__ import annotations

from collections import Counter

from mockserver.api.endpoint import ApiCall
from mockserver.api.routes import ENDPOINTS
from mockserver.api.store import Store
from mockserver.facts import read_facts
from mockserver.settings import SandboxSettings


def test_names_and_places_are_unique() -> None:
    """One endpoint for each method of a path, each with its own name."""
    places = Counter((endpoint.method, endpoint.path) for endpoint in ENDPOINTS)
    names = Counter(endpoint.name for endpoint in ENDPOINTS)

    assert {place for place, count in places.items() if count > 1} == set()
    assert {name for name, count in names.items() if count > 1} == set()
    assert all(endpoint.path.startswith("/") for endpoint in ENDPOINTS)


def test_of_a_field_given_twice_the_last_counts() -> None:
    """And one without a value is there."""
    facts = read_facts(
        method="GET",
        path="/v1/models",
        query="page=1&page=2&search=",
        headers=(),
        body=b"",
        key_id=None,
        project=None,
        wall=0.0,
        count=lambda _: 1,
    )
    call = ApiCall(facts, SandboxSettings(), Store())

    assert call.query == {"page": "2", "search": ""}
