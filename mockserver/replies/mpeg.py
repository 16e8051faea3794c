"""Sound as MPEG-1 Layer III frames, one tone a frame, written bit by bit (ISO/IEC 11172-3).

A frame here has 48,000 samples and 32,000 bits a second in mono: 24 ms, and 96 bytes without
padding. It says one spectral line at most and leaves the rest of its room unused, which is enough
for any decoder to play it.
"""

from __future__ import annotations

from functools import lru_cache

FRAME_S = 0.024
FRAME_BYTES = 96
LINE_HZ = 48_000 / 2 / 576
"""The distance of two spectral lines."""

SILENCE = 0
HIGHEST_LINE = 17
"""The last line of the lowest subband, where frequencies stand in their natural order."""

_HEADER = bytes((0xFF, 0xFB, 0x14, 0xC4))
"""Sync, MPEG-1, Layer III, no CRC; 32 kbit/s, 48 kHz, no padding; mono, original."""

_GAIN = 202
"""A quarter of full scale, or so: 210 is a line of 1.0, and 4 less is half of it."""


@lru_cache(maxsize=4 * (HIGHEST_LINE + 1))
def frame(line: int, number: int) -> bytes:
    """The frame of a tone at ``(line + 0.5) * LINE_HZ``, or of silence for line 0.

    ``number`` is the frame's place in the sound: a steady tone changes the sign of its line with a
    period of two frames.
    """
    if line == SILENCE:
        return _HEADER.ljust(FRAME_BYTES, b"\0")
    granules = [_tone(line, 2 * number + half) for half in (0, 1)]
    # 9 bits main_data_begin, 5 private bits, 4 scfsi; then the two granules' side information.
    bits = "0" * 18 + "".join(_side(line, len(tone)) for tone in granules) + "".join(granules)
    data = int(bits.ljust(8 * (FRAME_BYTES - len(_HEADER)), "0"), 2)
    return _HEADER + data.to_bytes(FRAME_BYTES - len(_HEADER), "big")


def _tone(line: int, granule: int) -> str:
    """The Huffman codes (table 1) of pairs of lines up to the one that sounds, and its sign.

    A steady tone between two lines turns by ``(line + 0.5) * pi`` a granule; its cosine, begun at
    ``pi / 4``, has always the same size, so that the sign alone is told.
    """
    pair = "001" if line % 2 else "01"
    eighths = (1 + granule * (4 * line + 2)) % 8
    return "1" * (line // 2) + pair + ("1" if eighths in (3, 5) else "0")


def _side(line: int, length: int) -> str:
    """The side information of a granule of long blocks: 59 bits (section 2.4.1.7)."""
    return "".join(
        (
            f"{length:012b}",  # part2_3_length: no scale factors, then the Huffman codes
            f"{line // 2 + 1:09b}",  # big_values: pairs
            f"{_GAIN:08b}",  # global_gain
            "0000",  # scalefac_compress: scale factors of no bits
            "0",  # window_switching_flag
            "00001" * 3,  # table_select, the same in the three regions
            "0111" + "111",  # region0_count, region1_count
            "000",  # preflag, scalefac_scale, count1table_select
        )
    )
