"""The settings as tables of Markdown, for ``docs/config.md``: made from the schema and the example.

The example file gives the order and the headings, the schema names, kinds, bounds and defaults.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockserver.configuration.example import example_text
from mockserver.configuration.schema import config_schema
from mockserver.faults.description import allowed, as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PAGE_MARK = "<!-- settings -->"
"""Stands before and after the tables in the document."""

_TITLE = re.compile(r"^# ---- (.+?)(?: ----)?$")
_TABLE = re.compile(r"^#\[+([^\]]+)\]+$")
_HEAD = ("", "| setting | takes | default | meaning |", "|---|---|---|---|")


def with_settings(document: str) -> str:
    """A document with what stands between its marks written anew (ValueError: not two marks)."""
    before, _, after = document.split(PAGE_MARK)
    return f"{before}{PAGE_MARK}\n{chr(10).join(settings_tables())}\n{PAGE_MARK}{after}"


def settings_tables() -> list[str]:
    """The lines of all tables, in the order of the example file."""
    sections = list(_sections())
    page = _Page(config_schema(), [name for _, names in sections for name in names])
    lines: list[str] = []
    for title, names in sections:
        lines += ["", f"## {title[:1].upper()}{title[1:]}"]
        for name in names:
            lines += page.table(name)
    return lines


def _sections() -> Iterator[tuple[str, list[str]]]:
    """The headings of the example file, each with the tables that are below it."""
    title, names = "", [""]
    for line in example_text().splitlines():
        if found := _TITLE.match(line):
            if title:
                yield title, names
                names = []
            title = found[1]
        elif (found := _TABLE.match(line)) and found[1] not in names:
            names.append(found[1])
    yield title, names


class _Page:
    """Each table is told once, in its own place where it has one, and then pointed to."""

    def __init__(self, schema: dict[str, Any], names: Sequence[str]) -> None:
        self._schema = schema
        self._places = {self._found(name)[1]: self._found(name)[0] for name in names if name}
        self._told: set[str] = set()
        for definition, shown in list(self._places.items()):
            if shown != "sandboxes":
                self._settle(shown, definition)

    def table(self, name: str) -> list[str]:
        """A table of the file, and the ones inside it; the top of the file has the name ""."""
        if not name:
            plain = {
                key: value
                for key, value in self._schema["properties"].items()
                if self._inside(value) is None and key != "$schema"
            }
            # Nowhere written, the port is server.port, whatever the schema says of a sandbox's own.
            plain["port"] = {**plain["port"], "default": None}
            return [*_HEAD, *(self._row(key, plain[key], set()) for key in plain)]
        shown, definition = self._found(name)
        if name == "sandboxes":
            return ["", "Each of `[[sandboxes]]` takes what stands above, but for `server`."]
        return self._tables(shown, definition)

    def _settle(self, shown: str, definition: str) -> None:
        """Give each table inside this one its place, unless it has one."""
        for key, value in self._schema["$defs"][definition]["properties"].items():
            inside = self._inside(value)
            if inside is not None and inside not in self._places:
                self._places[inside] = f"{shown}.{key}"
                self._settle(f"{shown}.{key}", inside)

    def _found(self, name: str) -> tuple[str, str]:
        """A table by its name in TOML: as it is shown, and its definition."""
        place, definition = self._schema, ""
        parts = [part for part in re.split(r"\.(?![^\"]*\"$)", name) if part[0] != '"']
        for part in parts:
            definition = str(self._inside(place["properties"][part]))
            place = self._schema["$defs"][definition]
        return ".".join(parts), definition

    def _tables(self, shown: str, definition: str) -> list[str]:
        """One table, then those inside it that were not told yet."""
        if definition in self._told or self._places[definition] != shown:
            return []
        self._told.add(definition)
        place = self._schema["$defs"][definition]
        required = set(place.get("required", ()))
        level = "#" * min(3 + shown.count("."), 4)
        rows = sorted(place["properties"].items(), key=lambda one: one[0] not in required)
        lines = ["", f"{level} {shown}", *self._written(shown), *_HEAD]
        lines += [self._row(key, value, required) for key, value in rows]
        for key, value in place["properties"].items():
            inside = self._inside(value)
            if inside is not None:
                lines += self._tables(f"{shown}.{key}", inside)
        return lines

    def _written(self, shown: str) -> list[str]:
        """How the table begins in a file, for those at the top."""
        if "." in shown:
            return []
        several = self._schema["properties"][shown].get("type") == "array"
        return ["", f"`[[{shown}]]`, once for each:" if several else f"`[{shown}]`:"]

    def _row(self, name: str, value: Mapping[str, Any], required: set[str]) -> str:
        default = value.get("default")
        inside = self._inside(value)
        if name in required:
            shown = "required"
        elif default in (None, "", [], {}) or isinstance(default, dict) or inside is not None:
            shown = ""
        else:
            shown = f"`{as_toml(default)}`"
        cells = (f"`{name}`", self._takes(value), shown, value.get("description", ""))
        return f"| {' | '.join(map(_escaped, cells))} |"

    def _takes(self, value: Mapping[str, Any]) -> str:
        """What a setting takes, in words; of a fault, where they are told."""
        if "anyOf" in value or _is_fault(value):
            options = [one for one in value.get("anyOf", ()) if one != {"type": "null"}]
            return " or ".join(map(self._takes, options)) if options else "[fault](faults.md)"
        if "$ref" in value:
            name = _name_in(value["$ref"])
            definition = self._schema["$defs"][name]
            return self._linked(name) if "properties" in definition else allowed(definition)
        if value.get("type") == "array" and "items" in value:
            return f"list of {self._takes(value['items'])}"
        if value.get("type") == "object":
            return f"by name, each {self._takes(value['additionalProperties'])}"
        return "instant" if value.get("format") == "date-time" else allowed(value)

    def _linked(self, definition: str) -> str:
        return f"[table](#{self._places[definition].replace('.', '')})"

    def _inside(self, value: Mapping[str, Any]) -> str | None:
        """The definition of the table that a setting holds, if it holds one."""
        if _is_fault(value):
            return None
        if "$ref" in value:
            name = _name_in(value["$ref"])
            return name if "properties" in self._schema["$defs"].get(name, {}) else None
        several = value.get("additionalProperties")
        options = [
            *value.get("anyOf", ()),
            value.get("items", {}),
            several if isinstance(several, dict) else {},
        ]
        return next((found for one in options if one and (found := self._inside(one))), None)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("<", "\\<")


def _name_in(reference: str) -> str:
    return reference.rsplit("/", maxsplit=1)[-1]


def _is_fault(value: Mapping[str, Any]) -> bool:
    """Whether any kind of fault can stand here."""
    options = (value, *value.get("anyOf", ()))
    return any("discriminator" in one for one in options)
