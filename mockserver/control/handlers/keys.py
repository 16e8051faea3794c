"""Calls about API keys. A secret is told once, to whoever had it made, and never again."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mockserver.admission.keys import is_reached
from mockserver.clock import NS_PER_S
from mockserver.configuration.file import check
from mockserver.control.calls import KeyBlock, KeyInfo, KeyMade, KeyRotation
from mockserver.control.handlers.call import ONE, Call, Calls, ControlCall, json_answer
from mockserver.control.handlers.sandboxes import patched
from mockserver.errors import KeyExistsError, UnknownKeyError
from mockserver.settings import KeySettings, PreviousSecret

if TYPE_CHECKING:
    from mockserver.answer import Answer
    from mockserver.sandbox import Sandbox


async def show_keys(call: ControlCall) -> Answer:
    """Every key with its state now, without secrets."""
    sandbox = call.sandbox
    return json_answer([_told(sandbox, key) for key in sandbox.settings.keys])


async def add_key(call: ControlCall) -> Answer:
    """A key with these settings; without a secret of the caller's, one is made."""
    sandbox, asked = call.sandbox, call.table()
    fresh = None if "key" in asked else fresh_secret()
    key = check(KeySettings, asked if fresh is None else asked | {"key": fresh}, "body")
    if any(each.id == key.id for each in sandbox.settings.keys):
        raise KeyExistsError(f"there is a key {key.id!r} already; rotate it, or take another id")
    _replace(sandbox, (*sandbox.settings.keys, key))
    return json_answer({"key": _told(sandbox, key), "secret": fresh}, 201)


async def revoke_key(call: ControlCall) -> Answer:
    """A key that opens nothing any more; those before it neither."""
    return _changed(call.sandbox, _key_of(call), state="revoked")


async def block_key(call: ControlCall) -> Answer:
    """A blocked key: for ``for_s`` seconds, or until it is unblocked."""
    sandbox, key, asked = call.sandbox, _key_of(call), call.asked(KeyBlock)
    if asked.for_s is None:
        return _changed(sandbox, key, state="blocked")
    now_ns = sandbox.clock.monotonic_ns()
    sandbox.access.blocks.block(key.id, now_ns, round(asked.for_s * NS_PER_S))
    return json_answer(_told(sandbox, key))


async def unblock_key(call: ControlCall) -> Answer:
    """A key that is not blocked, whoever or whatever blocked it."""
    sandbox, key = call.sandbox, _key_of(call)
    sandbox.access.blocks.unblock(key.id)
    return _changed(sandbox, key, state="active" if key.state == "blocked" else key.state)


async def rotate_key(call: ControlCall) -> Answer:
    """A new secret for the same key; the one before opens ``overlap_s`` seconds more."""
    sandbox, key, asked = call.sandbox, _key_of(call), call.asked(KeyRotation)
    fresh = fresh_secret() if asked.key is None else None
    wall_s = sandbox.clock.wall_s()
    kept = [before for before in key.previous if not _is_over(sandbox, before, wall_s)]
    if asked.overlap_s:
        until = datetime.fromtimestamp(wall_s + asked.overlap_s, UTC)
        kept.append(PreviousSecret(key=key.key, until=until))
    rotated = key.model_copy(update={"key": asked.key or fresh, "previous": tuple(kept)})
    _put(sandbox, rotated)
    return json_answer({"key": _told(sandbox, rotated), "secret": fresh})


def fresh_secret() -> str:
    """A secret that nobody can guess."""
    return f"pawa-{secrets.token_urlsafe(24)}"


def _key_of(call: ControlCall) -> KeySettings:
    """The key in the path; raises UnknownKeyError."""
    key_id, keys = call.names["key"], call.sandbox.settings.keys
    for key in keys:
        if key.id == key_id:
            return key
    known = ", ".join(key.id for key in keys) or "none"
    raise UnknownKeyError(f"no key {key_id!r}; there are: {known}")


def _changed(sandbox: Sandbox, key: KeySettings, **changes: object) -> Answer:
    changed = key.model_copy(update=changes)
    _put(sandbox, changed)
    return json_answer(_told(sandbox, changed))


def _put(sandbox: Sandbox, changed: KeySettings) -> None:
    """A key in place of the one with its id."""
    keys = sandbox.settings.keys
    _replace(sandbox, tuple(changed if key.id == changed.id else key for key in keys))


def _replace(sandbox: Sandbox, keys: tuple[KeySettings, ...]) -> None:
    """Other keys; raises ConfigError when two share a secret, or one has an unknown project."""
    written = [key.model_dump() for key in keys]
    sandbox.replace_settings(patched(sandbox.settings, {"keys": written}))


def _is_over(sandbox: Sandbox, before: PreviousSecret, wall_s: float) -> bool:
    age_ns = sandbox.access.age_ns(sandbox.clock.monotonic_ns())
    return is_reached(before.until, age_ns, wall_s)


def _told(sandbox: Sandbox, key: KeySettings) -> dict[str, object]:
    """What may be told of a key: everything but its secrets."""
    now_ns, wall_s = sandbox.clock.monotonic_ns(), sandbox.clock.wall_s()
    blocked_ns = sandbox.access.blocks.left_ns(key.id, now_ns)
    told = key.model_dump(mode="json", exclude={"key", "previous"})
    return told | {
        "state": sandbox.access.state(key, now_ns, wall_s),
        "uses_left": sandbox.access.uses_left(key),
        "blocked_s": blocked_ns / NS_PER_S if blocked_ns else None,
        "previous": sum(not _is_over(sandbox, before, wall_s) for before in key.previous),
    }


CALLS: Calls = {
    ("GET", f"{ONE}/keys"): Call(show_keys, told=tuple[KeyInfo, ...]),
    ("POST", f"{ONE}/keys"): Call(
        add_key, told=KeyMade, asked=KeySettings, optional=("key",), status=201
    ),
    ("POST", f"{ONE}/keys/{{key}}/revoke"): Call(revoke_key, told=KeyInfo),
    ("POST", f"{ONE}/keys/{{key}}/block"): Call(block_key, told=KeyInfo, asked=KeyBlock),
    ("POST", f"{ONE}/keys/{{key}}/unblock"): Call(unblock_key, told=KeyInfo),
    ("POST", f"{ONE}/keys/{{key}}/rotate"): Call(rotate_key, told=KeyMade, asked=KeyRotation),
}
"""What this module answers: method, path after ``/_mock``, and the call."""
