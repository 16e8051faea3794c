"""The host's ends of the protocol."""

from __future__ import annotations

import os
import queue
import threading
import time

from scenarios.clients.streams import LineWriter, read_lines


def test_lines_are_handed_over_and_then_the_end() -> None:
    """In order, one call for each line."""
    reading, writing = os.pipe()
    seen: queue.Queue[bytes | None] = queue.Queue()
    read_lines(reading, seen.put, lambda: seen.put(None))

    os.write(writing, b"one\ntw")
    assert seen.get(timeout=5) == b"one\n"
    os.write(writing, b"o\n")
    os.close(writing)

    assert [seen.get(timeout=5), seen.get(timeout=5)] == [b"two\n", None]


def test_writing_never_blocks_the_caller() -> None:
    """Not even when nobody reads and the pipe is full; later everything arrives in order."""
    reading, writing = os.pipe()
    writer = LineWriter(writing)
    lines = [b"%06d " % number + b"x" * 4096 + b"\n" for number in range(200)]

    began = time.monotonic()
    for line in lines:
        writer.write(line)
    elapsed = time.monotonic() - began
    received = bytearray()

    def read() -> None:
        while data := os.read(reading, 65536):
            received.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    writer.close(10)
    os.close(writing)
    reader.join(10)
    os.close(reading)

    assert elapsed < 1
    assert bytes(received) == b"".join(lines)


def test_a_reader_that_has_gone_is_no_error() -> None:
    """The harness may have ended; there is nobody left to tell."""
    reading, writing = os.pipe()
    os.close(reading)
    writer = LineWriter(writing)

    writer.write(b"anyone?\n")
    writer.close(5)
    os.close(writing)
