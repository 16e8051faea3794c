"""Ten minutes of mixed load: nothing may leak, and every count must close. Behind ``make prove``.

A mock in a process of its own meets chats, streams, embeddings, clients that leave in the middle,
faults of many kinds, reloads, and sandboxes that come and go. At the end the server must be as it
was after its first minute: no request in flight, no connection, task, file descriptor or sandbox
too many, memory flat; and the journal must have counted what the clients counted, to the unit.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

from mockserver.control.client import ControlClient
from mockserver.faults.rules import Rule, parse_rules
from mockserver.settings import SandboxSettings

KEY = "soak-key"
TASKS = "pawa_mock_asyncio_tasks"
EMBEDDER = "pawa-embeddings-v1-20241001"
CONFIG = """
seed = 1
[[keys]]
id = "soak"
key = "soak-key"
[journal]
max_exchanges = 5000
[budget]
limit_units = 1e9
[rate_limit]
requests_per_minute = 100_000_000
[replies]
tokens = 60
"""
FAULTS = (
    {"kind": "status", "status": 503, "retry_after": "1"},
    {"kind": "status", "status": 429},
    {"kind": "html_page", "status": 502},
    {"kind": "empty_body"},
    {"kind": "cut_body", "after_bytes": 20, "how": "rst"},
    {"kind": "rst_before_headers"},
    {"kind": "close_before_headers"},
    {"kind": "hold", "seconds": 0.05},
    {"kind": "cut_stream", "after_chunks": 5, "how": "fin"},
    {"kind": "stall", "after_chunks": 3, "seconds": 0.1},
    {"kind": "error_chunk", "after_chunks": 4},
    {"kind": "split", "bytes": 7, "interval_s": 0.0},
)


@dataclass(slots=True)
class Seen:
    """What the clients counted."""

    sent: int = 0
    endings: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Vitals:
    """The server's process at one moment."""

    memory_mib: float
    files: int
    threads: int


def vitals(process: psutil.Process) -> Vitals:
    """Read them."""
    with process.oneshot():
        memory = process.memory_info().rss / 2**20
        return Vitals(memory, process.num_fds(), process.num_threads())


def plan(draw: random.Random) -> tuple[Rule, ...]:
    """Some of the faults, each with a small chance."""
    chosen = draw.sample(FAULTS, 6)
    return parse_rules([{"fault": fault, "when": {"probability": 0.04}} for fault in chosen])


async def one_call(
    session: aiohttp.ClientSession, url: str, draw: random.Random, seen: Seen
) -> None:
    """One request of one of the kinds, and perhaps a client that leaves in the middle.

    All are POST: a GET that meets a reset is sent again by the client's library, uncounted.
    """
    kind = draw.choice(("chat", "chat", "stream", "stream", "embed", "agent", "leave"))
    words = f"call-{draw.getrandbits(48):012x} Habari za leo?"
    messages = [{"role": "user", "content": words}]
    chat = {
        "model": "pawa-v1-ember-20240924",
        "messages": messages,
        "stream": kind in {"stream", "leave"},
    }
    seen.sent += 1
    try:
        if kind == "agent":
            agent = {"message": messages[0]}
            async with session.post(f"{url}/agents/chat/request", json=agent) as answer:
                await answer.read()
        elif kind == "embed":
            body = {
                "model": "pawa-embeddings-v1-20241001",
                "lang": "multi",
                "sentences": [words] * 5,
            }
            async with session.post(f"{url}/vectors/embedding", json=body) as answer:
                await answer.read()
        else:
            async with session.post(f"{url}/chat/request", json=chat) as answer:
                if kind == "leave":
                    await answer.content.readany()
                    answer.close()
                else:
                    await answer.read()
        seen.endings[str(answer.status)] += 1
    except (aiohttp.ClientError, ConnectionError) as error:
        seen.endings[type(error).__name__] += 1


async def visitor(url: str, seed: int, until_s: float, seen: Seen) -> None:
    """A client that asks again and again, with a connection pool of its own."""
    draw = random.Random(seed)
    headers = {"Authorization": f"Bearer {KEY}"}
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        while time.monotonic() < until_s:
            await one_call(session, url, draw, seen)
            await asyncio.sleep(draw.random() * 0.02)


async def turmoil(control: ControlClient, config: Path, seed: int, until_s: float) -> int:
    """Plans, the file and sandboxes that change all the time; how many sandboxes came and went."""
    draw, opened = random.Random(seed), 0
    while time.monotonic() < until_s:
        await control.replace_rules(*plan(draw))
        words = f"tokens = {draw.randint(40, 80)}"
        await asyncio.to_thread(config.write_text, CONFIG.replace("tokens = 60", words))
        name = f"guest-{opened}"
        info = await control.open_sandbox(SandboxSettings(name=name))
        opened += 1
        guest = Seen()
        headers = {"Authorization": "Bearer pawa-dev-key"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for _ in range(5):
                await one_call(session, info.base_url, draw, guest)
        await control.close_sandbox(name)
        await asyncio.sleep(0.5)
    return opened


async def tasks_of(url: str) -> int:
    """How many tasks the server's loop has."""
    root = url.removesuffix("/v1")
    async with aiohttp.ClientSession() as session, session.get(f"{root}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return int(float(next(line for line in lines if line.startswith(TASKS)).split()[-1]))


async def soak(url: str, config: Path, process: psutil.Process, duration_s: float) -> list[str]:
    """Load, then look; what is wrong, a line each."""
    tasks = await tasks_of(url)
    seen, started_s = Seen(), time.monotonic()
    until_s, warm_s = started_s + duration_s, min(60.0, duration_s / 4)
    memory: list[float] = []
    async with ControlClient(url) as control:
        work = [asyncio.create_task(visitor(url, n, until_s, seen)) for n in range(24)]
        turning = asyncio.create_task(turmoil(control, config, 99, until_s))
        await asyncio.sleep(warm_s)
        while time.monotonic() < until_s:
            memory.append(vitals(process).memory_mib)
            await asyncio.sleep(duration_s / 100)
        await asyncio.gather(*work)
        opened = await turning
        settled_s = time.monotonic() + 10
        info = await control.sandbox()
        while info.in_flight and time.monotonic() < settled_s:
            await asyncio.sleep(0.05)
            info = await control.sandbox()
        page = await control.journal(limit=1)
        journalled = page.dropped + len((await control.journal()).exchanges)
        sandboxes = (await control.health()).sandboxes
    after = vitals(process)
    say(f"{seen.sent:,} requests in {duration_s:.0f} s: {dict(sorted(seen.endings.items()))}")
    say(f"{opened} sandboxes came and went; at the end {after}")
    quarter = max(len(memory) // 4, 1)
    first, last = statistics.median(memory[:quarter]), statistics.median(memory[-quarter:])
    say(f"memory: {first:.1f} MiB after {warm_s:.0f} s, {last:.1f} MiB at the end")
    wrong = []
    left = await tasks_of(url) - tasks
    if left > 0:
        wrong.append(f"{left} tasks are left over")
    if info.in_flight:
        wrong.append(f"{info.in_flight} requests are still in flight")
    if journalled != seen.sent:
        wrong.append(f"the clients sent {seen.sent} requests, the journal has {journalled}")
    if sandboxes != ("default",):
        wrong.append(f"sandboxes left over: {sandboxes}")
    if last > first * 1.10 + 5:
        wrong.append(f"memory grew from {first:.1f} to {last:.1f} MiB")
    return wrong


def say(line: str) -> None:
    """One line of the report."""
    print(line, flush=True)  # noqa: T201 - a script


def main() -> int:
    """Run the soak; 1 when something leaked or a count did not close."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "soak.toml"
        config.write_text(CONFIG)
        command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
        server = subprocess.Popen(  # noqa: S603 - our own words
            [*command, "--config", str(config), "--log-level", "warning"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            ready = next(line for line in server.stdout or () if line.startswith("ready "))
            process, url = psutil.Process(server.pid), ready.split()[1]
            before = vitals(process)
            wrong = asyncio.run(soak(url, config, process, asked.minutes * 60))
            deadline_s = time.monotonic() + 10
            while vitals(process).files > before.files and time.monotonic() < deadline_s:
                time.sleep(0.05)
            files = vitals(process).files
            if files > before.files:
                wrong.append(f"{files - before.files} file descriptors are left over")
        finally:
            server.terminate()
            server.wait(timeout=20)
    for line in wrong:
        say(f"WRONG: {line}")
    say("soak: " + ("failed" if wrong else "nothing leaked, every count closed"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
