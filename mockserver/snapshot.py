"""The base of what people write, settings and rules: frozen and closed, and its fields' types."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterable


Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
SomeSeconds = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
Amount = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Switch = Annotated[bool, Field(strict=True)]
Port = Annotated[int, Field(strict=True, ge=0, le=65535)]
Glob = Annotated[str, Field(min_length=1, max_length=1000, strict=True)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


def refuse_twins(what: str, names: Iterable[str]) -> None:
    """Raise ValueError when a name occurs twice."""
    twins = sorted(name for name, count in Counter(names).items() if count > 1)
    if twins:
        raise ValueError(f"{what} {twins[0]!r} occurs twice; each needs its own")


class Snapshot(BaseModel):
    """What people write: immutable once read, and closed to fields that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)
