"""Healthy replies that a fault can carry."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.envelope import CHAT_OK
from scenarios.catalogue.replies import chat_reply, padded_reply


def test_a_reply_is_pawa_s_own_shape() -> None:
    """Envelope, message, and the text where the documentation has it."""
    reply = chat_reply("Habari")

    assert reply["success"] is True
    assert reply["message"] == CHAT_OK
    assert reply["data"]["request"][0]["message"]["content"] == "Habari"


@given(st.integers(min_value=2_000, max_value=9_999))
def test_a_padded_reply_is_whole_wherever_it_is_cut(cut_at: int) -> None:
    """What is left of it after a cut in the spaces is the same document."""
    body = padded_reply("Habari", 10_000)

    assert len(body.encode()) == 10_000
    assert json.loads(body[:cut_at]) == chat_reply("Habari")
