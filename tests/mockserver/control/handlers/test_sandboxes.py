"""Calls about sandboxes as wholes."""

from __future__ import annotations

from mockserver.control.handlers.sandboxes import patched
from mockserver.settings import KeySettings, RateLimitSettings, SandboxSettings


def test_a_patch_keeps_what_it_does_not_name() -> None:
    """Keys with their secrets, rules, and the rest of a table."""
    settings = SandboxSettings.model_validate(
        {
            "keys": [{"id": "a", "key": "secret-1"}],
            "rules": [{"fault": {"kind": "noop"}}],
            "rate_limit": {"requests_per_minute": 5, "scope": "project"},
        }
    )

    changed = patched(settings, {"rate_limit": {"requests_per_minute": 9}, "seed": 4})

    assert changed.keys == (KeySettings(id="a", key="secret-1"),)
    assert changed.rules == settings.rules
    assert changed.rate_limit == RateLimitSettings(requests_per_minute=9, scope="project")
    assert changed.seed == 4
    assert patched(changed, {"rate_limit": None}).rate_limit is None
