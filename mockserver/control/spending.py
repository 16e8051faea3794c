"""What the control API is asked and what it answers about money and use, as typed models."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from mockserver.control.calls import Asked, Told
from mockserver.settings.budget import ScopedBudgetSettings  # noqa: TC001 - as above
from mockserver.usage import DIMENSIONS

Units = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
MoreUnits = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Tokens = Annotated[int, Field(strict=True, ge=0)]
MoreTokens = Annotated[int, Field(strict=True, gt=0)]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _spelled_out(value: object) -> object:
    """A day, and not the seconds since 1970 that pydantic would take for one."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("must be a day such as 2026-11-24")
    return value


Day = Annotated[date, BeforeValidator(_spelled_out)]
Dimension = Literal["day", "project", "key", "model", "endpoint"]


class BudgetRaise(Asked):
    """A new limit for this period and all that follow: ``to`` so much, or ``by`` so much more."""

    to_units: Units | None = None
    by_units: MoreUnits | None = None
    to_tokens: Tokens | None = None
    by_tokens: MoreTokens | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("give one of to_units, by_units, to_tokens and by_tokens")
        return self


class BudgetTopUp(Asked):
    """So much more for this period alone; of one ``subject`` (a project, a key id), or of all."""

    units: MoreUnits | None = None
    tokens: MoreTokens | None = None
    subject: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.units is None and self.tokens is None:
            raise ValueError("give units, tokens or both")
        return self


class BudgetReset(Asked):
    """A new period, in which nothing is spent; of one ``subject``, or of all."""

    subject: str | None = None


class BudgetsCall(Asked):
    """Budgets to put in force beside the table ``budget``."""

    budgets: tuple[ScopedBudgetSettings, ...]


class UsageQuery(Asked):
    """Which use: summed ``by`` these dimensions, of the days ``since`` to ``until`` (both in)."""

    by: tuple[Dimension, ...] = ("project", "key", "model", "endpoint")
    since: Day | None = None
    until: Day | None = None

    @field_validator("by", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        names = tuple(name for name in value.split(",") if name)
        unknown = next((name for name in names if name not in DIMENSIONS), None)
        if unknown is not None:
            raise ValueError(f"{unknown!r} is unknown; known: {', '.join(DIMENSIONS)}")
        return names


class PeriodInfo(Told):
    """One period of a budget; ``ended`` is None for the present one. Times are ISO 8601, in UTC."""

    start: str
    end: str | None
    ended: str | None
    limit_units: float | None
    spent_units: float
    reserved_units: float
    limit_tokens: int | None
    spent_tokens: int
    reserved_tokens: int
    refused: int
    alerted: tuple[float, ...]


class BudgetInfo(Told):
    """How a budget stands for one subject (a project, a key id; "" for the whole sandbox).

    Limits are those of this period, top-ups included; all of them are None where there is no
    budget. ``refused`` and ``alerts`` count over all periods, ``history`` has those before.
    """

    limit_units: float | None
    spent_units: float
    reserved_units: float
    spelling: int | None
    id: str = "budget"
    scope: str = "sandbox"
    subject: str = ""
    mode: str | None = None
    period: str | None = None
    start: str | None = None
    end: str | None = None
    limit_tokens: int | None = None
    spent_tokens: int = 0
    reserved_tokens: int = 0
    refused: int = 0
    alerts: int = 0
    alerted: tuple[float, ...] = ()
    history: tuple[PeriodInfo, ...] = ()


class UseInfo(Told):
    """The sum of some requests; ``labels`` says which, ``refused`` counts refusals by status."""

    labels: dict[str, str | None]
    requests: int
    refused: dict[int, int]
    unanswered: int
    tokens_in: int
    tokens_out: int
    cost_units: float
    cost_micro: int


class UsagePage(Told):
    """Use by what was asked for, and all of it together."""

    rows: tuple[UseInfo, ...]
    total: UseInfo
