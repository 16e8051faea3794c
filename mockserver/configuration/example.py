"""The commented example of a configuration file, which ``pawa-mock init`` writes.

In it every setting is off: a line of a setting begins with ``#`` alone, a line that explains with
``#`` and a space. Taking the one ``#`` away turns a setting on.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE = re.compile(r"^\[+([^\]]+)\]+$")
_SETTING = re.compile(r"^(\w+) = ")
_OFF = re.compile(r"^#(?=[a-z\[])", re.MULTILINE)


def example_text() -> str:
    """The file as it is written."""
    return files("mockserver.configuration").joinpath("example.toml").read_text("utf-8")


def switched_on(text: str) -> str:
    """A text of the example with all its settings on."""
    return _OFF.sub("", text)


def sections() -> Iterator[str]:
    """The parts of the example that can be turned on by themselves, each switched on."""
    for part in re.split(r"\n{2,}", example_text()):
        on = switched_on(part)
        if on != part:
            yield on


def explanations() -> dict[tuple[str, str], str]:
    """What is said of each setting: by its table ("" at the top, ``replies.rules``) and name."""
    told: dict[tuple[str, str], str] = {}
    table, said, fresh = "", "", True
    for line in example_text().splitlines():
        if line.startswith("# "):
            said, fresh = (line[2:] if fresh else f"{said} {line[2:]}"), False
            continue
        fresh = True
        on = line.removeprefix("#")
        if found := _TABLE.match(on):
            table, said = found[1], ""
        elif found := _SETTING.match(on):
            told.setdefault((table, found[1]), said)
    return told
