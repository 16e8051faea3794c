"""Files for those who run the mock: a Grafana dashboard, alert rules, a scrape configuration.

``pawa-mock monitoring`` writes them to a folder; ``docs/operations.md`` says what to do with them.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DASHBOARD = "grafana-dashboard.json"
RULES = "prometheus-rules.yml"
SCRAPING = "prometheus.yml"

NAMES = (SCRAPING, RULES, DASHBOARD)
"""Every file."""


def text_of(name: str) -> str:
    """What is in one of :data:`NAMES`."""
    return files(__name__).joinpath(name).read_text("utf-8")


def write_to(folder: Path, *, address: str | None = None) -> tuple[Path, ...]:
    """Write all of them to a folder, which is made where it is not there; where they are now.

    ``address`` is the host and port to scrape in the place of the usual one. Files that are there
    are written over. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        text = text_of(name)
        if name == SCRAPING and address is not None:
            text = text.replace(USUAL_ADDRESS, address)
        (folder / name).write_text(text, "utf-8")
    return tuple(folder / name for name in NAMES)


USUAL_ADDRESS = "127.0.0.1:8080"
"""What the configuration scrapes as it is."""
