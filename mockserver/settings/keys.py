"""Who may ask: API keys and the projects that they belong to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mockserver.settings.snapshot import Name, Snapshot

DEFAULT_KEY = "pawa-dev-key"
"""The key of a sandbox that is given none; it opens nothing but this mock."""


class KeySettings(Snapshot):
    """One API key: its public id, its secret, the project that it belongs to, and its state.

    A ``revoked`` key is answered as an unknown one is: 401.
    """

    id: Name
    key: str = Field(min_length=1, pattern=r"^[!-~]+$", repr=False)
    project: Name = "default"
    state: Literal["active", "revoked"] = "active"
