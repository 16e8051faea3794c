"""Knowledge bases for the tests of endpoints: forms, and three documents that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.mockserver.api.conftest import Asker

BASES = "/v1/store/knowledge-base"

MARKET = (
    "# Opening hours\n\nThe fish market opens at six in the morning. It is closed on Sunday.\n\n"
    "# Prices\n\nA kilo of tilapia costs 9000 shillings. Prices rise before a holiday."
)
SCHOOL = "Shule ya msingi inafunguliwa Januari. Mwalimu mkuu anapokea wanafunzi wapya."
BUS = "The bus to Dodoma leaves at noon from the main station. Tickets are sold on board."


def base_form(
    name: str | None, *files: tuple[str, str | bytes], field: str = "knowledgeBase", **more: str
) -> httpx.Request:
    """The documented form: a name, and files as pairs of name and content."""
    told = {"name": name, **more} if name is not None else more
    parts: list[Any] = [(key, (None, value)) for key, value in told.items()]
    parts += [(field, file) for file in files]
    return httpx.Request("POST", "http://mock/", files=parts)


def town(ask: Asker, **options: Any) -> Any:
    """A knowledge base of all three documents; its entry."""
    files = (("market.md", MARKET), ("school.txt", SCHOOL), ("bus.txt", BUS))
    return ask.json(BASES, base_form("Town", *files), **options)["data"]
