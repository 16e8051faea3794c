"""`pawa-mock serve` as a real process: ready line, signals, and mistakes."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mockserver.commands.serve import load
from mockserver.config import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mockserver.commands.conftest import MockProcess, Ran

    StartMock = Callable[..., MockProcess]
    PawaMock = Callable[..., Ran]

STREAM = {
    "model": "pawa-v1-ember-20240924",
    "messages": [{"role": "user", "content": "Habari"}],
    "stream": True,
}


def send(url: str, body: object, key: str = "pawa-dev-key") -> socket.socket:
    """Send a chat request; the socket to read its answer from."""
    address = urlsplit(url)
    assert address.hostname is not None
    sock = socket.create_connection((address.hostname, address.port), timeout=20)
    data = json.dumps(body).encode()
    head = (
        f"POST /v1/chat/request HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    sock.sendall(head.encode() + data)
    return sock


def read_until(sock: socket.socket, wanted: bytes) -> bytes:
    """Read until the bytes have come."""
    data = b""
    while wanted not in data:
        more = sock.recv(65536)
        assert more, data
        data += more
    return data


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_is_ready_serves_and_ends_with_streams_open(
    start_mock: StartMock, tmp_path: Path, told: int
) -> None:
    """One line on stdout, exit code 0, nothing on stderr."""
    slow = tmp_path / "slow.toml"
    slow.write_text("stream = { interval_s = 30 }")
    mock = start_mock("--port", "0", "--config", str(slow))
    assert mock.ready == f"ready {mock.url} key pawa-dev-key"
    assert mock.url.startswith("http://127.0.0.1:")
    assert mock.url.endswith("/v1")

    with send(mock.url, STREAM) as stream, send(mock.url, {**STREAM, "seed": 1}) as other:
        for sock in (stream, other):
            assert b"200 OK" in read_until(sock, b"Chunk completions generated successfully")
        assert mock.stop(told) == (0, "", "")


def test_a_port_that_is_taken_is_told_in_one_line(start_mock: StartMock) -> None:
    """Exit code 2, no traceback, nothing on stdout."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "mockserver", "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"pawa-mock: cannot listen on 127.0.0.1:{port}: the port is in use; "
        "choose another, or 0 for a free one\n"
    )


def test_rules_of_a_file_are_announced(start_mock: StartMock, tmp_path: Path) -> None:
    """A person who plays sees which rule answered, and only the id of a key that is theirs."""
    config = tmp_path / "mock.json"
    config.write_text(
        json.dumps(
            {
                "keys": [{"id": "app", "key": "app-key-123"}],
                "rules": [{"id": "down", "fault": {"kind": "status", "status": 503}}],
            }
        )
    )
    mock = start_mock("--port", "0", "--config", str(config))

    with send(mock.url, STREAM, key="app-key-123") as sock:
        answer = read_until(sock, b"\r\n\r\n")

    assert mock.ready == f"ready {mock.url} key-id app"
    assert b" 503 " in answer
    assert b"X-Mock-Rule: down\r\n" in answer


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("sedd = 1", ["sedd: unknown field; nearest: seed"]),
        (
            '[[rules]]\nfault = { kind = "hold", seconds = -1 }\n[latency]\nanswer_s = -2',
            [
                "rules[0].fault.seconds: must be at least 0, not -1",
                "latency.answer_s: must be at least 0, not -2",
            ],
        ),
    ],
)
def test_a_bad_file_is_told_line_by_line(
    pawa_mock: PawaMock, tmp_path: Path, text: str, lines: list[str]
) -> None:
    """Exit code 2; every line names file, place and mend."""
    config = tmp_path / "bad.toml"
    config.write_text(text)

    ran = pawa_mock("serve", "--config", str(config))

    assert (ran.code, ran.out) == (2, "")
    assert sorted(ran.err.splitlines()) == sorted(f"pawa-mock: {config}: {line}" for line in lines)


def test_bad_options_are_told_in_one_line(pawa_mock: PawaMock) -> None:
    """A port that is none, an unknown preset, a host that does not exist."""
    for options, told in (
        (("--port", "x"), "'x' is not a valid integer"),
        (("--port", "70000"), "70000 is not in the range"),
        (("--preset", "bad_day"), "preset 'bad_day' is unknown; nearest: bad-day"),
        (("--config", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("--host", "192.0.2.1", "--port", "0"), "cannot listen on 192.0.2.1:0"),
    ):
        ran = pawa_mock("serve", *options)
        lines = [line for line in ran.err.splitlines() if "anybody who reaches" not in line]
        assert (ran.code, ran.out, len(lines)) == (2, "", 1)
        assert told in lines[0]


def test_a_file_wins_over_a_preset(tmp_path: Path) -> None:
    """Its rules come first, its tables are laid over the preset's."""
    config = tmp_path / "mine.toml"
    config.write_text(
        'seed = 5\n[latency]\nanswer_s = 0.1\n[[rules]]\nid = "mine"\nfault = { kind = "noop" }'
    )

    settings = load(config, "bad-day", host=None, port=None)

    (sandbox,) = settings.sandboxes
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (sandbox.seed, sandbox.latency.answer_s) == (5, 0.1)
    assert sandbox.stream.first_token_s > 0
    assert [rule.id for rule in sandbox.rules[:2]] == ["mine", "unavailable"]


def test_rules_are_announced_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    """In every sandbox."""
    quiet = tmp_path / "quiet.toml"
    quiet.write_text('announce_rules = false\n[[sandboxes]]\nname = "other"')

    told = load(None, "outage", host=None, port=0)
    silent = load(quiet, None, host=None, port=0)

    assert [sandbox.announce_rules for sandbox in told.sandboxes] == [True]
    assert [sandbox.announce_rules for sandbox in silent.sandboxes] == [False, True]


def test_a_preset_and_a_file_that_do_not_fit_are_told(tmp_path: Path) -> None:
    """A rule id that both have."""
    config = tmp_path / "mine.toml"
    config.write_text('[[rules]]\nid = "outage"\nfault = { kind = "noop" }')

    with pytest.raises(ConfigError, match="rule id 'outage' occurs twice"):
        load(config, "outage", host=None, port=None)
