"""What every endpoint is."""

from __future__ import annotations

from collections import Counter

from mockserver.api.routes import ENDPOINTS


def test_names_and_places_are_unique() -> None:
    """One endpoint for each method of a path, each with its own name."""
    places = Counter((endpoint.method, endpoint.path) for endpoint in ENDPOINTS)
    names = Counter(endpoint.name for endpoint in ENDPOINTS)

    assert {place for place, count in places.items() if count > 1} == set()
    assert {name for name, count in names.items() if count > 1} == set()
    assert all(endpoint.path.startswith("/") for endpoint in ENDPOINTS)
