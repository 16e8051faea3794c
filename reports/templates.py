"""The jinja2 environment of the pages, and the rules that no template can forget.

Every value that a template prints goes through :func:`reports.text.visible` and is escaped; styles
and scripts are files, inlined into the page and named by their digest in its content security
policy, so that a browser runs nothing that came from a client or a server.
"""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from reports.load_figures import bounds_text, figure_text
from reports.text import anchor, grouped, seconds, shortened, value_text, visible
from reports.timeline import LEFT, RIGHT, WIDTH
from reports.words import SEVERITY_WORDS, VERDICT_WORDS, ending_text, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).with_name("html")
MAX_TEXT = 2_000
"""Characters of any one value on a page, excerpts apart; the rest is counted, never just gone."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is inlined, and how the content security policy names it."""

    source: Markup
    digest: str

    @classmethod
    def of(cls, source: str) -> Script:
        """One of our own, or a library's; never text of a client or a server."""
        return cls(Markup(source), _digest(source))  # noqa: S704 (see above)


def render(template: str, *, scripts: Sequence[str] = (), **values: object) -> str:
    """The page that ``template`` makes of ``values``, with style and scripts inlined.

    ``scripts`` are sources that are run before the page's own.
    """
    style = _source("page.css")
    page: str = (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 (our own file)
            style_digest=_digest(style),
            scripts=[Script.of(source) for source in (*scripts, _source("page.js"))],
            **values,
        )
    )
    return page


def wire(text: str) -> Markup:
    """Text of the wire or of a log, whole: signs drawn, markup escaped, carriage returns dimmed."""
    escaped = html.escape(visible(text), quote=False)
    return Markup(escaped.replace("␍", '<i class="cr">␍</i>'))  # noqa: S704 (escaped above)


def drawn(path: str) -> Markup:
    """An SVG path of :mod:`reports.timeline`, whole: a shortened one would lose attempts."""
    return Markup(html.escape(path))  # noqa: S704 (escaped)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "amount": figure_text,
        "anchor": anchor,
        "bounds": bounds_text,
        "drawn": drawn,
        "ending": ending_text,
        "grouped": grouped,
        "plural": plural,
        "seconds": seconds,
        "value": value_text,
        "wire": wire,
    }
    environment.globals |= {
        "PLOT_LEFT": LEFT,
        "PLOT_RIGHT": RIGHT,
        "PLOT_WIDTH": WIDTH,
        "SEVERITY_WORDS": SEVERITY_WORDS,
        "VERDICT_WORDS": VERDICT_WORDS,
    }
    return environment


def _shown(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return shortened(visible(value), MAX_TEXT)
    return value


@cache
def _source(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def _digest(source: str) -> str:
    """How a content security policy names an inlined source."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
