"""Questions and answers about money and use: closed and strict, open and complete."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import BaseModel, ValidationError

from mockserver.control.spending import (
    BudgetInfo,
    BudgetRaise,
    BudgetReset,
    BudgetsCall,
    BudgetTopUp,
    UsageQuery,
)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (BudgetRaise, {}),
        (BudgetRaise, {"to_units": 1.0, "by_units": 1.0}),
        (BudgetRaise, {"to_units": 1.0, "by_tokens": 1}),
        (BudgetRaise, {"by_units": 0}),
        (BudgetRaise, {"to_units": -1}),
        (BudgetRaise, {"to_units": "5"}),
        (BudgetRaise, {"by_tokens": 1.5}),
        (BudgetTopUp, {}),
        (BudgetTopUp, {"subject": "dev"}),
        (BudgetTopUp, {"units": 0}),
        (BudgetReset, {"subject": 5}),
        (BudgetsCall, {"budgets": [{"id": "a"}]}),
        (UsageQuery, {"by": "colour"}),
        (UsageQuery, {"since": "yesterday"}),
        (UsageQuery, {"since": "0"}),
        (UsageQuery, {"until": "2026-02-30"}),
        (UsageQuery, {"day": "2026-02-01"}),
    ],
)
def test_a_bad_question_is_refused(kind: type[BaseModel], fields: dict[str, object]) -> None:
    """To a limit, or by an amount; not both, not neither; never clamped."""
    with pytest.raises(ValidationError):
        kind.model_validate(fields)


def test_a_query_is_read_from_texts() -> None:
    """As they come in a URL."""
    query = UsageQuery.model_validate({"by": "day,key", "since": "2026-01-31"})

    assert (query.by, query.since, query.until) == (("day", "key"), date(2026, 1, 31), None)
    assert UsageQuery.model_validate({"by": ""}).by == ()


def test_an_answer_of_an_older_or_newer_server_can_be_read() -> None:
    """What it does not say is as if there were none of it."""
    told = {"limit_units": 1.0, "spent_units": 0.0, "reserved_units": 0.0, "spelling": 402}

    assert BudgetInfo.model_validate(told | {"new": 1}).history == ()
