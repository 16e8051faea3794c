"""Configuration files: TOML or JSON, read whole, with every mistake on a line of its own.

A file holds the fields of the sandbox ``default`` (:class:`~mockserver.settings.SandboxSettings`)
at its top, a table ``server`` for the listener, and further ``sandboxes``. A JSON file may also be
a bare list of rules.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from mockserver.errors import MockServerError
from mockserver.faults.complaints import complaints
from mockserver.settings import Port, SandboxSettings, ServerSettings, Snapshot, refuse_twins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DEFAULT_PORT = 8080

Written = TypeVar("Written", bound=BaseModel)


class ConfigError(MockServerError):
    """A file (or what stands for one) that cannot be used; ``lines`` says every mistake."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


class ListenSettings(Snapshot):
    """Where the server listens, and the token that its control API asks of strangers."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: Port = DEFAULT_PORT
    control_token: str | None = Field(default=None, min_length=1, repr=False)


class ConfigFile(SandboxSettings):
    """A whole file. ``note`` is for people."""

    note: str = ""
    server: ListenSettings = ListenSettings()
    sandboxes: tuple[SandboxSettings, ...] = ()

    @model_validator(mode="after")
    def _sandboxes_are_told_apart(self) -> Self:
        refuse_twins("sandbox name", (self.name, *(each.name for each in self.sandboxes)))
        return self


def load_config(path: Path) -> ConfigFile:
    """Read and check a file; raises ConfigError with a line for every mistake."""
    return check(ConfigFile, read_table(path), str(path))


def read_table(path: Path) -> dict[str, Any]:
    """The table in a TOML or JSON file; raises ConfigError."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError([f"{path}: cannot be read: {reason}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: byte {error.start} is not UTF-8; save it as UTF-8"]) from error
    return parse_table(text, path.suffix, str(path))


def parse_table(text: str, suffix: str, name: str) -> dict[str, Any]:
    """The table in a text; ``suffix`` (``.toml``, ``.json``) tells its language."""
    try:
        if suffix == ".toml":
            return tomllib.loads(text)
        if suffix == ".json":
            return _as_table(json.loads(text), name)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{name}: is not TOML: {_first_lower(str(error))}"]) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ConfigError([f"{name}: is not JSON: {_first_lower(error.msg)} ({place})"]) from error
    except RecursionError as error:
        raise ConfigError([f"{name}: is nested too deeply"]) from error
    raise ConfigError([f"{name}: give it a name that ends in .toml or .json"])


def check(model: type[Written], data: Mapping[str, Any], name: str) -> Written:
    """``data`` as ``model``; raises ConfigError, each line beginning with ``name`` and place."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(mistakes(error, data, model, name)) from None


def mistakes(
    error: ValidationError, data: object, model: type[BaseModel], name: str
) -> tuple[str, ...]:
    """Each mistake as ``name: place: what and mend``."""
    lines = complaints(error, data, model, "")
    return tuple(f"{name}: {line.removeprefix(': ').lstrip('.')}" for line in lines)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables as one: ``above`` wins key by key, tables inside are merged in the same way.

    Rules of both are kept, those of ``above`` first, since the first rule that fits wins.
    """
    merged = dict(below)
    for key, value in above.items():
        mine = merged.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            merged[key] = merge(mine, value)
        elif key == "rules" and isinstance(mine, list) and isinstance(value, list):
            merged[key] = [*value, *mine]
        else:
            merged[key] = value
    return merged


def server_settings(
    file: ConfigFile, *, host: str | None = None, port: int | None = None
) -> ServerSettings:
    """The server of a file; ``host`` and ``port`` win over the file's."""
    own = {name: getattr(file, name) for name in SandboxSettings.model_fields}
    given = {name: value for name, value in own.items() if name in file.model_fields_set}
    if port is None:
        port = given.get("port", file.server.port)
    return ServerSettings(
        host=host if host is not None else file.server.host,
        port=port,
        control_token=file.server.control_token,
        sandboxes=(SandboxSettings(**given), *file.sandboxes),
    )


def _as_table(value: object, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        # Editors look there for the schema (`pawa-mock schema`).
        return {key: inner for key, inner in value.items() if key != "$schema"}
    if isinstance(value, list):
        return {"rules": value}
    raise ConfigError([f"{name}: must hold a table (or a list of rules)"])


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
