"""Calls about sandboxes as wholes: open, close, reset, settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import WithJsonSchema

from mockserver.configuration.file import ConfigError, check, merge
from mockserver.control.calls import Health, Nothing, SandboxInfo
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.settings import SandboxSettings
from mockserver.webhook import origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def health(call: ControlCall) -> Answer:
    """The server is up."""
    names = [sandbox.name for sandbox in call.server.sandboxes]
    return json_answer({"status": "ok", "sandboxes": names})


async def list_sandboxes(call: ControlCall) -> Answer:
    """Every sandbox."""
    return json_answer([_info(sandbox) for sandbox in call.server.sandboxes])


async def open_sandbox(call: ControlCall) -> Answer:
    """A new sandbox, from settings in the body."""
    sandbox = await call.server.open_sandbox(call.asked(SandboxSettings))
    return json_answer(_info(sandbox), 201)


async def show_sandbox(call: ControlCall) -> Answer:
    """One sandbox."""
    return json_answer(_info(call.sandbox))


async def close_sandbox(call: ControlCall) -> Answer:
    """A sandbox's end: its connections are ended too."""
    await call.server.close_sandbox(call.sandbox.name)
    return json_answer({})


async def reset_sandbox(call: ControlCall) -> Answer:
    """Back to the settings: journal, limits, money, counters and rules begin anew."""
    call.sandbox.reset()
    return json_answer(_info(call.sandbox))


async def show_settings(call: ControlCall) -> Answer:
    """The snapshot in force, keys without their secrets."""
    return json_answer(_shown_settings(call.sandbox.settings))


async def patch_settings(call: ControlCall) -> Answer:
    """Fields to change: tables are merged, everything else is replaced; null takes a limit away."""
    sandbox = call.sandbox
    changed = patched(sandbox.settings, call.table())
    sandbox.replace_settings(changed)
    return json_answer(_shown_settings(sandbox.settings))


def patched(settings: SandboxSettings, patch: Mapping[str, Any]) -> SandboxSettings:
    """The settings with a patch laid over them; raises ConfigError."""
    fixed = {"name", "port"} & patch.keys()
    if fixed:
        raise ConfigError([f"body: {min(fixed)}: cannot be changed; open another sandbox"])
    if "clock" in patch:
        raise ConfigError(["body: clock: has calls of its own; PUT or POST them to …/clock"])
    if "rules" in patch:
        raise ConfigError(["body: rules: have calls of their own; PUT them to …/rules"])
    current = settings.model_dump(exclude={"rules"})
    changed = check(SandboxSettings, merge(current, patch), "body")
    return changed.model_copy(update={"rules": settings.rules})


def _info(sandbox: Sandbox) -> dict[str, object]:
    return {
        "name": sandbox.name,
        "base_url": sandbox.base_url,
        "key_ids": [key.id for key in sandbox.settings.keys],
        "rules": len(sandbox.plan.rules),
        "in_flight": sandbox.journal.in_flight,
        "dropped": sandbox.journal.dropped,
    }


def _shown_settings(settings: SandboxSettings) -> dict[str, Any]:
    shown = settings.model_dump(mode="json", exclude={"keys": _SECRETS, "rules": True})
    if settings.webhook is not None:
        shown["webhook"] |= {"url": origin_of(settings.webhook.url), "secret": None}
    return shown


_SECRETS: dict[str, Any] = {"__all__": {"key": True, "previous": {"__all__": {"key"}}}}


_FIXED = frozenset({"name", "port", "clock", "rules"})
_SHOWN: dict[str, Any] = {name: {} for name in SandboxSettings.model_fields if name != "rules"}

SettingsPatch = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "properties": {name: {} for name in _SHOWN if name not in _FIXED},
            "additionalProperties": False,
            "description": "Any part of SandboxSettings.",
        }
    ),
]
"""What is told of a patch: its fields; what may stand in them depends on what stands there now."""

SettingsInfo = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "properties": _SHOWN,
            "required": list(_SHOWN),
            "description": "SandboxSettings without rules and secrets.",
        }
    ),
]
"""What is told of settings."""

CALLS: Calls = {
    ("GET", "/healthz"): Call(health, told=Health),
    ("GET", "/sandboxes"): Call(list_sandboxes, told=tuple[SandboxInfo, ...]),
    ("POST", "/sandboxes"): Call(open_sandbox, told=SandboxInfo, asked=SandboxSettings, status=201),
    ("GET", ONE): Call(show_sandbox, told=SandboxInfo),
    ("DELETE", ONE): Call(close_sandbox, told=Nothing),
    ("POST", f"{ONE}/reset"): Call(reset_sandbox, told=SandboxInfo),
    ("GET", f"{ONE}/settings"): Call(show_settings, told=SettingsInfo),
    ("PATCH", f"{ONE}/settings"): Call(patch_settings, told=SettingsInfo, asked=SettingsPatch),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
