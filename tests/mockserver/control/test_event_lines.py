"""Server-sent events, wherever their bytes are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.control import event_lines
from mockserver.control.event_lines import SentEvent, events_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

TEXT = b": hello\n\ndata: one\n\nevent: lost\ndata: 3\n\n: still here\n\ndata: a\ndata: b\n\nda"
EVENTS = [SentEvent("message", b"one"), SentEvent("lost", b"3"), SentEvent("message", b"a\nb")]


async def pieces(parts: Sequence[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@given(cuts=st.lists(st.integers(min_value=0, max_value=len(TEXT)), max_size=12))
async def test_cuts_make_no_difference(cuts: list[int]) -> None:
    """Comments are passed over, what is not whole at the end too."""
    at = [0, *sorted(cuts), len(TEXT)]
    parts = [TEXT[begin:end] for begin, end in pairwise(at)]

    assert [event async for event in events_in(pieces(parts))] == EVENTS


async def test_an_event_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(event_lines, "LARGEST_EVENT", 10)

    with pytest.raises(ValueError, match="an event of more than 10 bytes"):
        _ = [event async for event in events_in(pieces([b"data: ", b"x" * 20]))]
