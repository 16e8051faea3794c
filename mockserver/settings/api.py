"""What the API accepts."""

from __future__ import annotations

from typing import Literal

from mockserver.snapshot import Positive, Snapshot, SomeSeconds, Switch


class ApiSettings(Snapshot):
    """What the API accepts.

    ``unknown_fields`` "refuse" answers 400 to a field that pawa-api.md does not know;
    ``enforce_capabilities`` answers 400 to pictures and tools for a model that has neither;
    a request that is not whole ``receive_s`` seconds after its first byte is ended (408);
    ``extra_chat_models`` and ``extra_embedding_models`` are accepted beside the documented ones.
    """

    max_body_bytes: Positive = 10 * 1024 * 1024
    receive_s: SomeSeconds = 60.0
    unknown_fields: Literal["ignore", "refuse"] = "ignore"
    enforce_capabilities: Switch = False
    extra_chat_models: tuple[str, ...] = ()
    extra_embedding_models: tuple[str, ...] = ()
