"""Bodies that are huge on the wire, or become so."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.answer import Answer, Ending, EventStream
from mockserver.delivery import Framing, lay_out
from mockserver.faults.bulk import (
    GzipBomb,
    HugeBody,
    HugeChunk,
    accepts_gzip,
    packed_with_space,
)
from mockserver.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.facts import RequestFacts

    MakeAnswer = Callable[..., Answer]
    MakeStream = Callable[..., EventStream]
    MakeFacts = Callable[..., RequestFacts]


def test_a_gigabyte_is_described_without_being_there(make_answer: MakeAnswer) -> None:
    """Every block of it is the same object."""
    huge = HugeBody(bytes=1_000_000_000).shape_delivery(lay_out(make_answer(b"{}")))

    assert huge.body_length == huge.declared_length == 1_000_000_002
    assert len({id(piece) for piece in huge.pieces}) <= 3


def test_without_a_length_it_is_chunked(make_answer: MakeAnswer) -> None:
    """So nobody can know beforehand."""
    huge = HugeBody(bytes=10, declared=False).shape_delivery(lay_out(make_answer(b"{}")))

    assert (huge.framing, huge.content_length) == (Framing.CHUNKED, None)
    assert joined(huge.pieces) == b"{}" + b" " * 10


def test_a_stream_a_cut_and_an_empty_reply_stay(
    make_answer: MakeAnswer, make_stream: MakeStream
) -> None:
    """There is nothing whole to pad."""
    stream = lay_out(make_answer(make_stream(3)))
    cut = replace(lay_out(make_answer()), ending=Ending.RST)

    for delivery in (stream, cut, lay_out(Answer(204)), lay_out(Answer(200))):
        assert HugeBody().shape_delivery(delivery) is delivery


@given(st.binary(max_size=200), st.integers(0, 5_000_000))
def test_a_bomb_unpacks_to_the_body_and_space(body: bytes, space: int) -> None:
    """One gzip member with the right checksum, and at most a five-hundredth of it on the wire."""
    packed = packed_with_space(body, space)

    assert gzip.decompress(packed) == body + b" " * space
    assert len(packed) <= len(body) + space // 500 + 200


@pytest.mark.parametrize(
    ("accepted", "gets"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("br, GZIP ;q=0.1", True),
        ("gzip;q=0", False),
        ("*", True),
        ("*;q=0, gzip", True),
        ("deflate", False),
        ("gzip;q=x", False),
    ],
)
def test_who_accepts_gzip(accepted: str | None, gets: bool) -> None:
    """By its name or by the star, with a weight above nothing."""
    assert accepts_gzip(accepted) is gets


def test_a_bomb_is_labelled_as_what_it_is(make_answer: MakeAnswer, make_facts: MakeFacts) -> None:
    """Content-Encoding says gzip; without leave, or without a body, the answer stays."""
    answer, facts = make_answer(b"{}"), make_facts(headers=(("accept-encoding", "gzip"),))

    bomb = GzipBomb(bytes=1000).shape_reply(answer, facts)

    assert bomb.headers[-1] == ("Content-Encoding", "gzip")
    assert GzipBomb().shape_reply(answer, make_facts()) is answer
    assert GzipBomb(ask=False, bytes=1).shape_reply(answer, make_facts()) is not answer
    empty = Answer(204)
    assert GzipBomb(ask=False).shape_reply(empty, facts) is empty


def test_one_chunk_is_longer_than_any_line_buffer(make_stream: MakeStream) -> None:
    """Where there is no such chunk, the stream stays."""
    stream = make_stream(2)

    huge = HugeChunk(after_chunks=1, bytes=100_000).shape_stream(stream)

    assert huge.events[0] == stream.events[0]
    assert huge.events[1].data == stream.events[1].data + b" " * 100_000
    assert HugeChunk(after_chunks=2).shape_stream(stream) is stream
