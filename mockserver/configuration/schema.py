"""The configuration file as a JSON Schema, for editors that complete and check while one types.

Named in the first line of a TOML file (``#:schema ./pawa-mock.schema.json``) it is read by taplo
and by what is built on it; a JSON file names it in ``$schema``.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from mockserver.configuration.example import explanations
from mockserver.configuration.file import ConfigFile
from mockserver.configuration.meanings import MEANINGS
from mockserver.settings import LimitHeaderSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, Any]:
    """The schema of :class:`~mockserver.configuration.file.ConfigFile`, in draft 2020-12.

    What a setting means is said in the words of the example file.
    """
    schema = ConfigFile.model_json_schema()
    for model, name, short in SHORT_FORMS:
        at = schema if model is None else schema["$defs"][model]
        add_short_form(at["properties"][name], short)
    schema["properties"]["$schema"] = {"type": "string", "description": "Where this schema is."}
    for (table, name), text in explanations().items():
        place = _table_at(schema, table)
        if text and place is not None and name in place["properties"]:
            place["properties"][name]["description"] = text
    for name, meanings in MEANINGS.items():
        definition = schema if name == ConfigFile.__name__ else schema["$defs"][name]
        for setting, meaning in meanings.items():
            definition["properties"][setting]["description"] = meaning
    for definition in (schema, *schema["$defs"].values()):
        # Docstrings are written for who reads the code.
        told = definition.get("description", "")
        definition["description"] = told.split("\n\n")[0].replace("``", "`").replace("\n", " ")
    # pydantic's name of the class says nothing to who edits a file.
    title = {"title": "pawa-mock configuration", "description": "What a mock Pawa AI server is."}
    return {"$schema": DIALECT, **schema, **title}


def add_short_form(field: dict[str, Any], short: dict[str, Any]) -> None:
    """Let a field's schema take a short form too."""
    longer = field.pop("anyOf", None) or [{"$ref": field.pop("$ref")}]
    field["anyOf"] = [short, *longer]


_FORMATS = {"enum": list(get_args(LimitHeaderSettings.model_fields["format"].annotation))}

SHORT_FORMS: tuple[tuple[str | None, str, dict[str, Any]], ...] = (
    ("Match", "attempt", {"type": "integer", "minimum": 1}),
    ("SandboxSettings", "limit_headers", _FORMATS),
    (None, "limit_headers", _FORMATS),
)
"""What may be written in place of a longer form, which pydantic's schema does not tell."""


def _table_at(schema: dict[str, Any], table: str) -> dict[str, Any] | None:
    """The definition of a table by its name in TOML; None where the schema has none."""
    here = schema
    for part in filter(None, re.split(r"\.(?![^\"]*\"$)", table)):
        inside = here["properties"].get(part) if "properties" in here else None
        if inside is None and "additionalProperties" in here:
            inside = here["additionalProperties"]
        found = _reference_in(inside)
        if found is None:
            return None
        here = schema["$defs"][found] if isinstance(found, str) else found
    return here if "properties" in here else None


def _reference_in(field: Any) -> str | dict[str, Any] | None:
    """What a field holds: the name of a definition, or a table of tables."""
    if not isinstance(field, dict):
        return None
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", maxsplit=1)[-1]
    if isinstance(field.get("additionalProperties"), dict):
        return field
    options = [*field.get("anyOf", ()), field.get("items")]
    found = (_reference_in(option) for option in options)
    return next((each for each in found if each is not None), None)
