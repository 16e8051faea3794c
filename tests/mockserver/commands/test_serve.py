"""`pawa-mock serve` as a real process: ready line, signals, and mistakes."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mockserver.commands.serve import load
from mockserver.configuration.file import ConfigError

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
    """Lines on stdout, exit code 0, nothing on stderr."""
    slow = tmp_path / "slow.toml"
    slow.write_text("stream = { interval_s = 30 }")
    mock = start_mock("--port", "0", "--config", str(slow))
    assert mock.ready == f"ready {mock.url} key pawa-dev-key"
    assert mock.url.startswith("http://127.0.0.1:")
    assert mock.url.endswith("/v1")

    with send(mock.url, STREAM) as stream, send(mock.url, {**STREAM, "seed": 1}) as other:
        for sock in (stream, other):
            assert b"200 OK" in read_until(sock, b"Chunk completions generated successfully")
        code, out, err = mock.stop(told)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"PAWA_AI_BASE_URL={mock.url}",
        "PAWA_AI_API_KEY=pawa-dev-key",
        f"PAWA_MOCK_SERVER={mock.url.removesuffix('/v1')}",
    ]


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
        (("--ca-file", "ca.pem"), "--ca-file goes with --tls; a file has tls.ca_file"),
        (("--log-level", "loud"), "'loud' is not one of"),
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


def test_options_win_over_the_file_in_what_is_announced(tmp_path: Path) -> None:
    """In every sandbox."""
    quiet = tmp_path / "quiet.toml"
    quiet.write_text('announce_rules = false\n[[sandboxes]]\nname = "other"')

    for announce in (True, False):
        told = load(quiet, announce=announce)
        assert {sandbox.announce_rules for sandbox in told.sandboxes} == {announce}


def test_a_preset_and_a_file_that_do_not_fit_are_told(tmp_path: Path) -> None:
    """A rule id that both have."""
    config = tmp_path / "mine.toml"
    config.write_text('[[rules]]\nid = "outage"\nfault = { kind = "noop" }')

    with pytest.raises(ConfigError, match="rule id 'outage' occurs twice"):
        load(config, "outage", host=None, port=None)


def seed_of(mock: MockProcess, seed: int) -> None:
    """Wait until the server has this seed."""
    root = mock.url.removesuffix("/v1")
    for _ in range(2000):
        with urllib.request.urlopen(f"{root}/_mock/sandboxes/default/settings", timeout=20) as told:  # noqa: S310 - our own mock
            if json.load(told)["seed"] == seed:
                return
        time.sleep(0.01)
    raise AssertionError(f"never had the seed {seed}")


def test_a_saved_file_takes_effect_and_a_bad_one_is_told(
    start_mock: StartMock, tmp_path: Path
) -> None:
    """In one line each, also as JSON; SIGHUP reads it too, and does not end the server."""
    config = tmp_path / "mock.toml"
    config.write_text("seed = 1")
    mock = start_mock("--port", "0", "--config", str(config), "--log-format", "json")

    config.write_text("seed = 22")
    done = json.loads(mock.told("anew"))
    seed_of(mock, 22)
    config.write_text("seed = ")
    refused = json.loads(mock.told("nothing was changed"))
    seed_of(mock, 22)
    config.write_text("seed = 333")
    mock.process.send_signal(signal.SIGHUP)
    seed_of(mock, 333)

    assert (done["level"], done["logger"]) == ("info", "mockserver.configuration.reload")
    assert done["message"] == f"read {config} anew: default: seed changed"
    assert refused["level"] == "warning"
    assert refused["message"].startswith(f"{config}: is not TOML: ")
    assert mock.stop(signal.SIGTERM)[0] == 0


def test_without_reload_only_a_signal_reads_the_file(start_mock: StartMock, tmp_path: Path) -> None:
    """A change alone is not looked for: the log tells of one reading."""
    config = tmp_path / "mock.toml"
    config.write_text("seed = 1")
    mock = start_mock("--port", "0", "--config", str(config), "--no-reload")

    config.write_text("seed = 22")
    mock.process.send_signal(signal.SIGHUP)
    seed_of(mock, 22)

    code, _, err = mock.stop(signal.SIGINT)
    assert (code, err) == (0, f"pawa-mock: read {config} anew: default: seed changed\n")


def test_sandboxes_and_where_to_trust_are_told(start_mock: StartMock, tmp_path: Path) -> None:
    """And a client that trusts the file that was named gets an answer."""
    config, trust, env = (tmp_path / name for name in ("mock.toml", "ca.pem", ".env"))
    config.write_text('[[sandboxes]]\nname = "b"')
    env.write_text("MINE=1\n")

    mock = start_mock(
        "--port", "0", "--config", str(config),
        "--tls", "--ca-file", str(trust), "--env-file", str(env),
    )  # fmt: skip
    told = mock.lines(3)
    context = ssl.create_default_context(cafile=str(trust))
    url = f"{mock.url.removesuffix('/v1')}/_mock/healthz"
    with urllib.request.urlopen(url, timeout=20, context=context) as answer:  # noqa: S310 - our own mock
        assert json.load(answer)["sandboxes"] == ["default", "b"]

    assert mock.ready.startswith("ready https://127.0.0.1:")
    assert told[0].startswith("sandbox b https://127.0.0.1:")
    assert told[1:] == [f"trust {trust}", f"PAWA_AI_BASE_URL={mock.url}"]
    assert mock.stop(signal.SIGTERM)[0] == 0
    assert env.read_text().splitlines()[:3] == [
        "MINE=1",
        f"PAWA_AI_BASE_URL={mock.url}",
        "PAWA_AI_API_KEY=pawa-dev-key",
    ]


def test_beyond_loopback_a_token_is_made_and_said_once(start_mock: StartMock) -> None:
    """With a warning; the control API wants it."""
    mock = start_mock("--host", "0.0.0.0", "--port", "0")
    (line,) = mock.lines(1)
    word, token = line.split()
    root = mock.url.removesuffix("/v1")

    def status(headers: dict[str, str]) -> int:
        request = urllib.request.Request(f"{root}/_mock/sandboxes", headers=headers)  # noqa: S310 - our own mock
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own mock
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    assert word == "control-token"
    assert status({}) == 401
    assert status({"Authorization": f"Bearer {token}"}) == 200
    code, out, err = mock.stop(signal.SIGTERM)
    assert (code, out.count(token), err.count(token)) == (0, 0, 0)
    assert err == "pawa-mock: anybody who reaches 0.0.0.0 can use this server\n"


def test_a_configured_token_is_not_said(start_mock: StartMock, tmp_path: Path) -> None:
    """Neither is the secret of a key, nor in the .env file."""
    config, env = tmp_path / "mock.toml", tmp_path / ".env"
    config.write_text(
        '[server]\nhost = "0.0.0.0"\ncontrol_token = "planted-token"\n'
        '[[keys]]\nid = "app"\nkey = "planted-key"'
    )
    mock = start_mock("--port", "0", "--config", str(config), "--env-file", str(env))

    _, out, err = mock.stop(signal.SIGTERM)

    assert "# PAWA_AI_API_KEY: the secret of key app, as it is configured" in out
    assert "planted" not in mock.ready + out + err + env.read_text()


def test_a_terminal_that_is_closed_ends_the_server(tmp_path: Path) -> None:
    """SIGHUP is a wish to read the file only while there is somebody to wish it."""
    config = tmp_path / "mock.toml"
    config.write_text("seed = 1")
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--config", str(config)],
        preexec_fn=lambda: os.login_tty(theirs),  # noqa: PLW1509 - nothing else makes it a terminal
    )
    os.close(theirs)
    told = b""
    try:
        while b"PAWA_MOCK_SERVER=" not in told:
            told += os.read(ours, 4096)
    finally:
        os.close(ours)

    assert process.wait(timeout=30) == 0
