"""What the calls of operators are asked."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mockserver.control.operating import AuditQuery


def test_a_query_is_read_from_words() -> None:
    """As they stand in a URL."""
    asked = AuditQuery.model_validate({"after": "3", "limit": "2", "sandbox": "lab"})

    assert (asked.after, asked.limit, asked.sandbox) == (3, 2, "lab")


@pytest.mark.parametrize("query", [{"after": "-1"}, {"limit": "0"}, {"limit": "x"}, {"who": "me"}])
def test_what_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    """Never clamped."""
    with pytest.raises(ValidationError):
        AuditQuery.model_validate(query)
