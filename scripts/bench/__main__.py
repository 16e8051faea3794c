"""``make bench``: the mock with everything on beside a bare aiohttp server, in one run.

The server under load has one core, the load generator the other. Rates are taken in turn, mock and
bare, so that a slow moment of the machine meets both; medians and ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import psutil

from scripts.bench.load import EVERYTHING, load, request_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

LOAD_CORE = 0
SERVER_CORE = 1
CONNECTIONS = 32
HOLD_S = 0.5
SLEEPERS = 500
IDLE_STREAMS = 10_000

PEERS = (
    ("LLMock 0.2.2", "0.85-1.5k", "4-5k"),
    ("aimock 1.43 (Node)", "4-8k", "about 100k"),
    ("WireMock / MockServer", "2-3k / up to 2.3k", "-"),
    ("bare aiohttp", "17-28k", "50-98k"),
)
"""Figures of comparable servers, measured on 2026-11-24 on a like machine: requests and chunks."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server process and its port."""

    process: subprocess.Popen[str]
    port: int

    @property
    def cpu_s(self) -> float:
        """Processor seconds so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    @property
    def memory_bytes(self) -> int:
        """Resident memory now."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one round measured."""

    per_s: float
    cpu_us: float


@contextmanager
def server(name: str) -> Iterator[Server]:
    """A server in a process of its own, on a core of its own, for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "scripts.bench.servers"]
        if name == "mock":
            config = Path(folder) / "bench.json"
            config.write_bytes(orjson.dumps(EVERYTHING))
            command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
            command += ["--no-announce", "--config", str(config)]
        process = subprocess.Popen(  # noqa: S603 - our own words
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            if (os.cpu_count() or 1) > SERVER_CORE:
                os.sched_setaffinity(process.pid, {SERVER_CORE})
            yield Server(process, port_of(process))
        finally:
            process.kill()
            process.wait()


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that a server says: alone on a line, or in the address of the ready line."""
    for line in process.stdout or ():
        found = re.search(r"^(\d+)$|^ready http://[^:]+:(\d+)/", line)
        if found is not None:
            return int(found[1] or found[2])
    raise RuntimeError("the server ended before it was ready")


def rate(server: Server, *, stream: bool, duration_s: float) -> Rate:
    """Requests (or chunks of streams) a second, and the server's processor time for each."""
    before_s = server.cpu_s
    tally, elapsed_s = asyncio.run(
        load(server.port, stream=stream, connections=CONNECTIONS, duration_s=duration_s)
    )
    count = tally.chunks if stream else tally.answers
    return Rate(count / elapsed_s, 1e6 * (server.cpu_s - before_s) / max(count, 1))


def compare(mock: Server, bare: Server, *, stream: bool, rounds: int, duration_s: float) -> float:
    """Rounds in turn; prints the medians and gives the ratio of rates, mock to bare."""
    ours: list[Rate] = []
    theirs: list[Rate] = []
    for number in range(rounds + 1):
        for one, rates in ((mock, ours), (bare, theirs)):
            measured = rate(one, stream=stream, duration_s=duration_s if number else 0.3)
            if number:
                rates.append(measured)
    what = "stream chunks/s" if stream else "JSON requests/s"
    ratios = [a.per_s / b.per_s for a, b in zip(ours, theirs, strict=True)]
    ratio = statistics.median(ratios)
    for name, rates in (("mock, everything on", ours), ("bare aiohttp", theirs)):
        say(
            f"  {what:16} {name:20} {statistics.median(r.per_s for r in rates):9,.0f}"
            f"   {statistics.median(r.cpu_us for r in rates):7.1f} us of CPU each"
        )
    say(f"  {what:16} {'ratio':20} {ratio:9.0%}   ({min(ratios):.0%} to {max(ratios):.0%})")
    return ratio


def lateness(mock: Server, bare: Server) -> None:
    """How late a hold ends beyond its length, with 500 of them at once."""
    figures = {}
    for name, one, path, mark in (
        ("mock", mock, "/v1/chat/request", "hold"),
        ("bare", bare, f"/hold/{HOLD_S * 1000:.0f}", ""),
    ):
        tally, _ = asyncio.run(
            load(
                one.port,
                stream=False,
                connections=SLEEPERS,
                duration_s=3.0,
                spread_s=HOLD_S,
                path=path,
                mark=mark,
            )
        )
        late = sorted(1000 * (delay - HOLD_S) for delay in tally.delays_s)
        figures[name] = (late[0], statistics.median(late), late[int(len(late) * 0.99)])
    for name, (first, median, p99) in figures.items():
        say(
            f"  hold of 500 ms   {name:20} early by {max(-first, 0):.2f} ms,"
            f" late by {median:.2f} ms at the median, {p99:.2f} ms at p99"
        )
    say(f"  hold of 500 ms   added at p99         {figures['mock'][2] - figures['bare'][2]:.2f} ms")


async def open_idle(port: int, count: int) -> list[asyncio.StreamWriter]:
    """So many streams that have had their first chunk and wait."""
    asked = request_bytes(stream=True, mark="idle")
    writers = []
    for number in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        await reader.readuntil(b"}\n\n")
        writers.append(writer)
        if number % 500 == 0:
            await asyncio.sleep(0)
    return writers


def idle_memory(mock: Server) -> None:
    """What so many idle streams cost the server."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(IDLE_STREAMS, limit - 200)

    async def measure() -> int:
        before = mock.memory_bytes
        writers = await open_idle(mock.port, count)
        grown = mock.memory_bytes - before
        for writer in writers:
            writer.transport.abort()
        return grown

    grown = asyncio.run(measure())
    say(f"  {count:,} idle streams: {grown / 2**20:.0f} MiB ({grown / count / 1024:.1f} KiB each)")


def journal_memory(mock: Server) -> None:
    """What a journalled exchange costs, body left out."""
    body = len(request_bytes(stream=False).partition(b"\r\n\r\n")[2])
    asyncio.run(load(mock.port, stream=False, connections=CONNECTIONS, duration_s=0.2))
    before = mock.memory_bytes
    tally, _ = asyncio.run(load(mock.port, stream=False, connections=CONNECTIONS, duration_s=2.0))
    kept = body + tally.received_bytes // tally.answers
    grown = mock.memory_bytes - before - kept * tally.answers
    say(
        f"  {tally.answers:,} exchanges: {grown / tally.answers:,.0f} bytes each,"
        f" the {kept} bytes of request body and answer that are kept left out"
    )


def say(line: str = "") -> None:
    """One line of the report."""
    print(line, flush=True)  # noqa: T201 - a script


def main() -> int:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds of each server")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of a round")
    asked = parser.parse_args()
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {LOAD_CORE})
    with server("mock") as mock:
        say("memory")
        journal_memory(mock)
    with server("mock") as mock:
        idle_memory(mock)
    with server("mock") as mock, server("bare") as bare:
        say("rates")
        for stream in (False, True):
            compare(mock, bare, stream=stream, rounds=asked.rounds, duration_s=asked.seconds)
        say("delays")
        lateness(mock, bare)
    say("peers (2026-11-24, a like machine): JSON requests/s, stream chunks/s")
    for name, requests, chunks in PEERS:
        say(f"  {name:24} {requests:18} {chunks}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
