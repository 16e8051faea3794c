"""The records between an endpoint and the server."""

from __future__ import annotations

from mockserver.answer import Answer
from mockserver.api.work import Reply


def test_tokens_sent_follow_the_chunks() -> None:
    """Chunks beyond the last count nothing more."""
    reply = Reply(Answer(200), "m", 1, 3, 6, chunk_tokens=(1, 2, 3, 0))

    assert [reply.tokens_sent(n) for n in range(6)] == [0, 1, 3, 6, 6, 6]
