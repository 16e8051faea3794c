"""What a sandbox keeps of what it is given, and how it is searched."""

from __future__ import annotations

from typing import Literal

from mockserver.snapshot import Positive, Snapshot


class StorageSettings(Snapshot):
    """Agents, knowledge bases and their files: how much of them is kept, and how it is found.

    What passes a bound is refused with 413: ``max_agents``, ``max_bases``, ``max_files`` of all
    bases together, ``max_bytes`` of agents and files as they were sent, ``max_chunks`` of the text
    of all files. A chunk has up to ``chunk_words`` words; ``top_k`` of them are found where a
    request does not say how many. ``unknown_ids`` says what becomes of a chat or an agent that
    names an agent or a knowledge base which is not there: answered without it, or refused with 400.
    """

    max_agents: Positive = 1_000
    max_bases: Positive = 1_000
    max_files: Positive = 1_000
    max_bytes: Positive = 32 * 1024 * 1024
    max_chunks: Positive = 5_000
    chunk_words: Positive = 80
    top_k: Positive = 3
    unknown_ids: Literal["ignore", "refuse"] = "ignore"
