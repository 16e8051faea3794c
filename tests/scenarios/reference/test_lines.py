"""Bytes into lines, under every split."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.errors import BadResponseError
from scenarios.reference.lines import LONGEST_LINE_BYTES, LineSplitter

line_texts = st.lists(
    st.text(st.characters(exclude_characters="\r\n\ufeff", exclude_categories=["Cs"]), max_size=12),
    max_size=8,
)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])


def feed(*reads: bytes) -> list[str]:
    """The lines of a stream that arrives in these reads, the unfinished one last."""
    splitter = LineSplitter()
    lines = [line for read in reads for line in splitter.feed(read)]
    rest = splitter.finish()
    return [*lines, rest] if rest else lines


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(line_texts, line_ends, st.lists(st.integers(0, 500), max_size=10), st.booleans())
def test_splits(texts: list[str], eol: str, places: list[int], bom: bool) -> None:
    """The same lines come out wherever the bytes are torn apart, with each line end, with a BOM."""
    data = ("\ufeff" if bom else "").encode() + "".join(text + eol for text in texts).encode()

    assert feed(*cut(data, places)) == texts
    assert feed(*(bytes([byte]) for byte in data)) == texts


def test_a_line_comes_with_its_end() -> None:
    """A line is given out as soon as its end has arrived, a lone CR included."""
    splitter = LineSplitter()

    assert splitter.feed(b"one") == []
    assert splitter.feed(b"\r") == ["one"]
    assert splitter.feed(b"\ntwo\n") == ["two"]
    assert splitter.feed(b"\n") == [""]


def test_torn_crlf() -> None:
    """CR at the end of a read and LF at the start of the next are one line end."""
    assert feed(b"a\r", b"\nb\r", b"\n\r", b"\n") == ["a", "b", ""]
    assert feed(b"a\r", b"\r", b"b") == ["a", "", "b"]


def test_torn_characters() -> None:
    """A character in four bytes survives four reads."""
    data = "€豆腐👍\n".encode()

    assert feed(*(bytes([byte]) for byte in data)) == ["€豆腐👍"]


def test_bom() -> None:
    """One BOM at the very start is dropped, even byte by byte; any other is text."""
    assert feed(b"\xef", b"\xbb", b"\xbfa\n") == ["a"]
    assert feed(b"\xef\xbb\xbf\xef\xbb\xbfa\n") == ["\ufeffa"]
    assert feed(b"a\n\xef\xbb\xbfb\n") == ["a", "\ufeffb"]
    assert feed("\ufea0\n".encode()) == ["\ufea0"]


def test_not_utf8() -> None:
    """Bytes that are no UTF-8 are an error, never a replacement character."""
    with pytest.raises(BadResponseError, match="not UTF-8"):
        LineSplitter().feed(b"caf\xe9\n")


def test_endless_lines() -> None:
    """A line without end hits a bound instead of filling the memory."""
    splitter = LineSplitter()
    splitter.feed(b"x" * LONGEST_LINE_BYTES)

    with pytest.raises(BadResponseError, match="longer than"):
        splitter.feed(b"x")


def test_long_lines_in_small_reads() -> None:
    """A line of a megabyte in tiny reads takes time in proportion, not its square."""
    splitter = LineSplitter()
    began_s = time.monotonic()

    for _ in range(150_000):
        splitter.feed(b"seven77")

    assert splitter.feed(b"\n") == ["seven77" * 150_000]
    assert time.monotonic() - began_s < 5
