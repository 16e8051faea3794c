"""No key reaches anything that is written: keys are planted, and every file is searched."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import pytest

from scenarios.zoo.defects import DEFECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PLANTED = "pawa-planted/k3y+Zm9vYmFy=0123456789"
HEX = "5ca1ab1e0ddba115" * 3
RUN_KEY = f"pawa-{HEX[:12]}{HEX[:24]}"
"""What a run's keys are when the chance behind them is ``HEX``."""


def spellings(key: str) -> Iterator[bytes]:
    raw = key.encode()
    yield raw
    yield quote(key, safe="").encode()
    for lead in range(3):
        yield base64.b64encode(bytes(lead) + raw)[4 if lead else 0 : -4]
    yield raw.hex().encode()


def leaks(written: dict[str, bytes], key: str) -> list[str]:
    return [
        f"{spelling!r} in {name}"
        for name, data in written.items()
        for spelling in spellings(key)
        if spelling in data
    ]


def files_under(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


CONFIG = f"""
[[keys]]
id = "app"
key = "{PLANTED}"
"""


async def send_the_key_everywhere(url: str) -> None:
    """In the header where it belongs, and in path, query, body, another header, and a wrong key."""
    body = {
        "model": "pawa-v1-ember-20240924",
        "messages": [{"role": "user", "content": f"my key is {PLANTED}"}],
    }
    async with aiohttp.ClientSession() as session:
        for path, headers in (
            ("/chat/request", {"Authorization": f"Bearer {PLANTED}"}),
            (f"/chat/request?key={quote(PLANTED, safe='')}", {"X-Api-Key": PLANTED}),
            (f"/models/{quote(PLANTED, safe='')}", {"Authorization": f"Bearer {PLANTED}"}),
            ("/chat/request", {"Authorization": f"Bearer {PLANTED}-unknown"}),
            ("/chat/request", {"Authorization": f"Basic {base64.b64encode(PLANTED.encode())!r}"}),
        ):
            async with session.post(url + path, json=body, headers=headers) as answer:
                await answer.read()


def test_the_mock_writes_no_key(tmp_path: Path) -> None:
    """Neither its output nor its journal holds a key, wherever a client put it."""
    config = tmp_path / "mock.toml"
    config.write_text(CONFIG, "utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert server.stdout is not None
    try:
        ready = server.stdout.readline()
        url = ready.split()[1].decode()
        server_url = url.removesuffix("/v1")
        asyncio.run(send_the_key_everywhere(url))
        journal = subprocess.run(
            [*(sys.executable, "-m", "mockserver", "journal"), *("--json", "--server", server_url)],
            capture_output=True,
            check=True,
        )
    finally:
        server.send_signal(signal.SIGTERM)
        rest, complaints = server.communicate(timeout=20)

    written = {"stdout": ready + rest, "stderr": complaints, "journal": journal.stdout}
    assert journal.stdout.count(b"/chat/request") >= 3
    assert leaks(written, PLANTED) == []


def leaky_client() -> str:
    """The zoo's client that puts its key into the URL."""
    return DEFECTS["M61"].spec


@pytest.mark.parametrize("spec", ["reference", "pawa-sdk", "the leaky one of the zoo"])
def test_a_run_writes_no_key(spec: str, tmp_path: Path) -> None:
    """Results, page, JUnit and output hold none of the run's keys, not even of a leaky client.

    A run makes its own keys; they are planted by taking chance out of their making.
    """
    spec = leaky_client() if spec.startswith("the leaky") else spec
    out = tmp_path / "out"
    command = (
        "import secrets, types, scenarios.keyring as k;"
        f"k.secrets = types.SimpleNamespace(token_hex=lambda n: {HEX!r}[: 2 * n]);"
        "from scenarios.cli import main; main()"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-c", command, "run", "--client", spec, "--out", str(out)),
            *("--rows", "KEY-*,ERR-001,SSE-013", "--seed", "7"),
        ],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "PAWA_AI_API_KEY": RUN_KEY},
        timeout=120,
        check=False,
    )

    written = {"stdout": done.stdout, "stderr": done.stderr, **files_under(out)}
    assert {"results.json", "junit.xml", "index.html"} <= written.keys(), done.stderr
    assert b"Bearer key#" in written["results.json"]
    assert leaks(written, RUN_KEY) == []
