"""Sound as MPEG frames."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinytag import TinyTag

from mockserver.replies.mpeg import FRAME_BYTES, FRAME_S, HIGHEST_LINE, SILENCE, frame


class Bits:
    """Reads a frame bit by bit, as a decoder does."""

    def __init__(self, data: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in data)
        self.at = 0

    def take(self, count: int) -> int:
        self.at += count
        return int(self._bits[self.at - count : self.at], 2)


def lines_of(data: bytes) -> list[dict[int, int]]:
    """The spectral lines that sound in the two granules of a mono MPEG-1 Layer III frame.

    Written after the standard's syntax (ISO/IEC 11172-3 section 2.4.1), not after the encoder.
    """
    bits = Bits(data)
    assert (bits.take(11), bits.take(2), bits.take(2), bits.take(1)) == (0x7FF, 0b11, 0b01, 1)
    assert (bits.take(4), bits.take(2), bits.take(1), bits.take(1)) == (1, 0b01, 0, 0)
    assert bits.take(2) == 0b11
    bits.take(6)
    assert (bits.take(9), bits.take(5), bits.take(4)) == (0, 0, 0)
    granules = []
    for _ in (0, 1):
        length, pairs, _gain, factors = (bits.take(count) for count in (12, 9, 8, 4))
        assert (factors, bits.take(1)) == (0, 0)
        tables = {bits.take(5) for _ in range(3)}
        assert bits.take(4) + bits.take(3) + 2 <= 22
        bits.take(3)
        assert pairs == 0 or tables == {1}
        granules.append((length, pairs))
    assert bits.at == 8 * (4 + 17)
    found = []
    for length, pairs in granules:
        end = bits.at + length
        lines = {}
        for pair in range(pairs):
            for line, sounds in zip((2 * pair, 2 * pair + 1), _pair(bits), strict=True):
                if sounds:
                    lines[line] = -1 if bits.take(1) else 1
        assert bits.at == end
        found.append(lines)
    assert bits.at <= 8 * len(data)
    return found


def _pair(bits: Bits) -> tuple[int, int]:
    """Huffman table 1: 1, 01, 001 and 000."""
    if bits.take(1):
        return 0, 0
    if bits.take(1):
        return 1, 0
    return (0, 1) if bits.take(1) else (1, 1)


@given(st.integers(1, HIGHEST_LINE), st.integers(0, 10))
def test_a_tone_is_one_line_in_both_granules(line: int, number: int) -> None:
    """Every bit is where a decoder looks for it."""
    data = frame(line, number)

    assert len(data) == FRAME_BYTES
    assert [list(granule) for granule in lines_of(data)] == [[line], [line]]


@pytest.mark.parametrize("line", [4, 5])
def test_a_steady_tone_turns_with_a_period_of_two_frames(line: int) -> None:
    """Two granules of one sign, two of the other: what a cosine between two lines looks like."""
    signs = [granule[line] for number in range(4) for granule in lines_of(frame(line, number))]

    assert signs[:4] == signs[4:]
    assert sorted(signs[:4]) == [-1, -1, 1, 1]
    assert signs[0] != signs[2]


def test_silence_has_no_lines() -> None:
    """A frame of nothing is a frame."""
    assert lines_of(frame(SILENCE, 0)) == [{}, {}]


def test_players_read_rate_and_length() -> None:
    """48 kHz, 32 kbit/s, mono; 24 ms a frame."""
    told = TinyTag.get(file_obj=io.BytesIO(b"".join(frame(7, n) for n in range(50))))

    assert (told.samplerate, told.bitrate, told.channels) == (48_000, 32, 1)
    assert told.duration == pytest.approx(50 * FRAME_S)
