"""Bytes of a pipe into lines, however they were torn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator.pipe_lines import PipeLines
from scenarios.clients.errors import ProtocolError


@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=40))
def test_lines_do_not_depend_on_how_the_bytes_were_torn(data: bytes, cuts: list[int]) -> None:
    """What comes out is what a split of the whole gives."""
    lines = PipeLines()
    found: list[bytes] = []
    rest = data
    for cut in cuts:
        found += lines.feed(rest[:cut])
        rest = rest[cut:]
    found += lines.feed(rest)
    found += lines.finish()

    *whole, last = data.split(b"\n")
    assert found == whole + ([last] if last else [])


@pytest.mark.parametrize(
    "parts", [[b"12345", b"678901"], [b"12345678901\n"], [b"12345", b"678901\n"]]
)
def test_a_line_that_grows_too_long_is_refused(parts: list[bytes]) -> None:
    """Before its end has come, so that it cannot fill the memory."""
    lines = PipeLines(longest=10)

    with pytest.raises(ProtocolError, match="line of more than") as refused:
        _ = [lines.feed(part) for part in parts]

    assert refused.value.code == "line_too_long"


def test_many_lines_together_may_be_longer_than_one() -> None:
    """The limit is of a line, not of a read."""
    assert PipeLines(longest=10).feed(b"12345678\n" * 9) == [b"12345678"] * 9
