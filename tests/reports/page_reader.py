"""Reads a page back, as a browser would: its text, its tags, its anchors and its links."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page(HTMLParser):
    """What is on a page. Text inside ``style`` and ``script`` is kept apart."""

    text: str = ""
    tags: Counter[str] = field(default_factory=Counter)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    inlined: str = ""
    _inside: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("style", "script"):
            self.inlined += data
        else:
            self.text += data

    def values(self, name: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [value for _, found, value in self.attributes if found == name]


def read_page(html: str) -> Page:
    """The page in ``html``."""
    page = Page()
    page.feed(html)
    page.close()
    return page
