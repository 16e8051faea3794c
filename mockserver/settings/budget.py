"""How much may be spent, in money and in tokens, and what things cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from mockserver.snapshot import Amount, Count, Name, Share, Snapshot, refuse_twins

if TYPE_CHECKING:
    from mockserver.settings.sandbox import SandboxSettings

Period = Literal["daily", "monthly", "yearly", "lifetime"]
Scope = Literal["sandbox", "project", "key"]
AlertShare = Annotated[float, Field(strict=True, gt=0, le=10, allow_inf_nan=False)]


class PriceSettings(Snapshot):
    """What work costs, in units: for 1,000 tokens read and written, for a request, for an item.

    An item is a sentence of an embedding, a file of a transcription; other work has one. Prices
    are kept to the nearest millionth of a unit.
    """

    in_per_1k: Amount = 1.0
    out_per_1k: Amount = 2.0
    per_request: Amount = 0.0
    per_item: Amount = 0.0


class PricingSettings(Snapshot):
    """The price table of a sandbox.

    ``prices`` are by model (or a glob of models), ``kinds`` by endpoint (``embeddings``,
    ``agents.*``), ``price`` is that of everything else that a model does. An exact model is looked
    for first, then the globs in order, then the kinds in the same way. Work without a model costs
    something only where its kind has a price.
    """

    price: PriceSettings = PriceSettings()
    prices: dict[str, PriceSettings] = Field(default_factory=dict)
    kinds: dict[str, PriceSettings] = Field(default_factory=dict)


class AllowanceSettings(Snapshot):
    """How much may be spent in a period, and what happens then.

    ``limit_units`` is money, ``limit_tokens`` tokens read and written together; at least one of
    them. Periods are those of the calendar in UTC: a day, a month from ``reset_day`` (the last day
    of a shorter month), a year from ``reset_day`` of ``reset_month``, or all of time. A "hard"
    budget refuses what would pass its limit by more than the share ``grace`` of it; a "soft" one
    only alerts. ``alerts`` are shares of the limit; each is told once in a period.
    """

    limit_units: Amount | None = None
    limit_tokens: Count | None = None
    period: Period = "lifetime"
    reset_day: Annotated[int, Field(strict=True, ge=1, le=31)] = 1
    reset_month: Annotated[int, Field(strict=True, ge=1, le=12)] = 1
    mode: Literal["hard", "soft"] = "hard"
    grace: Share = 0.0
    alerts: tuple[AlertShare, ...] = (0.8, 1.0)
    spelling: Literal[402, 403, 429] = 402

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.limit_units is None and self.limit_tokens is None:
            raise ValueError("has no limit; give limit_units, limit_tokens or both")
        if self.reset_day != 1 and self.period not in {"monthly", "yearly"}:
            raise ValueError(f"reset_day is for months and years, and the period is {self.period}")
        if self.reset_month != 1 and self.period != "yearly":
            raise ValueError(f"reset_month is for years, and the period is {self.period}")
        if self.grace and self.mode == "soft":
            raise ValueError("grace is for a hard budget; a soft one never refuses")
        refuse_twins("alert", (f"{share:g}" for share in self.alerts))
        return self


class BudgetSettings(AllowanceSettings):
    """The budget of the whole sandbox, with its prices: the short form for the usual case.

    Its prices are those of the sandbox unless the table ``pricing`` has them.
    """

    price: PriceSettings = PriceSettings()
    prices: dict[str, PriceSettings] = Field(default_factory=dict)
    kinds: dict[str, PriceSettings] = Field(default_factory=dict)


class ScopedBudgetSettings(AllowanceSettings):
    """One of several budgets: of the sandbox, or one for each project or for each key.

    ``only`` keeps it to the projects or key ids that it names; without it, each has its own
    account of this size. Where several budgets apply to a request, all of them must let it in.
    """

    id: Name
    scope: Scope = "sandbox"
    only: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _only_what_is_told_apart(self) -> Self:
        if self.only and self.scope == "sandbox":
            raise ValueError("only is for the scopes project and key")
        if self.id == MAIN:
            raise ValueError(f"the id {MAIN!r} is that of the table budget; take another")
        return self


MAIN = "budget"
"""The id of the budget in the table ``budget``."""

PROJECT_BUDGET = "project:"
"""What the id of a project's own budget begins with; its name follows."""


def check_spending(settings: SandboxSettings) -> None:
    """Raise ValueError for twin budgets, and for prices in more than one place."""
    refuse_twins("budget id", (budget.id for budget in settings.budgets))
    budget = settings.budget
    if budget is not None and settings.pricing is not None and _has_prices(budget):
        raise ValueError("prices stand in pricing and in budget; keep one of the two")
    for project in settings.projects:
        if project.budget is not None and _has_prices(project.budget):
            raise ValueError(
                f"the budget of project {project.id!r} has prices, and a sandbox has one price "
                "table: put them into pricing"
            )


def _has_prices(budget: BudgetSettings) -> bool:
    """Whether it says anything else of prices than what is usual."""
    return bool(budget.price != PriceSettings() or budget.prices or budget.kinds)
