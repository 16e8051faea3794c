"""The commands that steer a running server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from mockserver.faults.rules import Cycle, Ramp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]

BODY = {"model": "pawa-v1-ember-20240924", "messages": [{"role": "user", "content": "Habari"}]}


def chat(url: str) -> int:
    """The status of one chat."""
    request = urllib.request.Request(  # noqa: S310 - the scheme is the mock's own
        f"{url}/chat/request",
        data=json.dumps(BODY).encode(),
        headers={"Authorization": "Bearer pawa-dev-key"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - as above
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.fixture
def steer(pawa_mock: PawaMock, server: ThreadedMockServer) -> PawaMock:
    """Run a command against the running server."""

    def call(*arguments: str) -> Ran:
        return pawa_mock(*arguments, "--server", server.url)

    return call


def test_a_fault_is_added_and_seen(steer: PawaMock, server: ThreadedMockServer) -> None:
    """From the words of the command to the bytes of the answer."""
    added = steer(
        "fault", "add", "status", "status=503", "retry_after=2",
        "--path", "/chat/request", "--times", "2", "--id", "down",
    )  # fmt: skip

    assert (added.code, added.out) == (0, "added down\n")
    assert [chat(server.url) for _ in range(3)] == [503, 503, 200]
    told = json.loads(steer("rules", "--json").out)
    assert told == [
        {
            "id": "down",
            "match": {"path": "/chat/request"},
            "when": {"times": 2},
            "fault": {"kind": "status", "status": 503, "retry_after": "2"},
            "seen": 3,
            "fired": 2,
            "delivered": 2,
        }
    ]
    assert "down" in steer("rules").out


def test_every_field_of_match_and_when_has_its_option(
    steer: PawaMock, server: ThreadedMockServer
) -> None:
    """All of them at once."""
    added = steer(
        "fault", "add", "noop", "--method", "POST", "--path", "/a*", "--model", "m", "--key", "dev",
        "--project", "staging", "--no-stream", "--header", "X-A=b", "--body", "text",
        "--token", "call-*",
        "--attempt", "2-3", "--times", "1", "--after", "2", "--every", "3", "--probability", "0.5",
        "--seed", "9", "--per", "call", "--from-s", "1", "--until-s", "2.5",
        "--cycle", "60", "5",
    )  # fmt: skip

    assert added.code == 0
    (rule,) = server.sandbox().plan.rules
    assert rule.match.model_fields_set == type(rule.match).model_fields.keys()
    # A ramp stands in place of a probability.
    assert rule.when.model_fields_set == type(rule.when).model_fields.keys() - {"ramp"}
    assert rule.when.cycle == Cycle(period_s=60, on_s=5)
    assert (rule.match.attempt, rule.match.stream) == ((2, 3), False)


def test_a_rule_can_grow_with_time_and_execute(steer: PawaMock, server: ThreadedMockServer) -> None:
    """A brownout whose answers are lost after the work was done."""
    added = steer("fault", "add", "status", "status=503", "--ramp", "0", "0.5", "60", "--execute")

    assert added.code == 0
    (rule,) = server.sandbox().plan.rules
    assert rule.when.ramp == Ramp(from_p=0, to_p=0.5, over_s=60)
    assert rule.execute


def test_rules_are_set_added_removed_and_cleared(
    steer: PawaMock, server: ThreadedMockServer, tmp_path: Path
) -> None:
    """From files."""
    file = tmp_path / "rules.json"
    file.write_text('[{"id": "a", "fault": {"kind": "noop"}}, {"fault": {"kind": "noop"}}]')

    def ids() -> list[str | None]:
        return [rule.id for rule in server.sandbox().plan.rules]

    steer("fault", "add", "noop", "--id", "before")
    assert steer("rules", "--set", str(file)).code == 0
    assert ids() == ["a", "rule-2"]
    assert steer("rules", "--remove", "a").code == 0
    assert ids() == ["rule-2"]
    assert steer("rules", "--add", str(file)).code == 0
    assert ids()[:2] == ["rule-2", "a"]
    assert steer("rules", "--clear").out == "no rules\n"
    assert ids() == []


def test_the_journal_is_shown(steer: PawaMock, server: ThreadedMockServer) -> None:
    """As a table, or everything as JSON Lines; no secret in either."""
    assert steer("journal").out == "no exchanges\n"
    chat(server.url)
    steer("fault", "add", "status", "status=500")
    chat(server.url)

    table = steer("journal")
    lines = [json.loads(line) for line in steer("journal", "--json").out.splitlines()]
    refused = steer("journal", "--status", "500", "--rule", "rule-1", "--json").out.splitlines()

    assert "complete" in table.out
    assert [line["status"] for line in lines] == [200, 500]
    assert len(refused) == 1
    assert "pawa-dev-key" not in table.out + str(lines)


def test_a_reset_forgets(steer: PawaMock, server: ThreadedMockServer) -> None:
    """Rules and journal."""
    steer("fault", "add", "status", "status=500")
    chat(server.url)

    assert steer("reset").out == "reset default\n"
    assert steer("rules").out == "no rules\n"
    assert steer("journal").out == "no exchanges\n"
    assert chat(server.url) == 200


def test_the_server_can_be_named_once_for_all(
    pawa_mock: PawaMock, server: ThreadedMockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the environment."""
    monkeypatch.setenv("PAWA_MOCK_SERVER", server.url)

    assert pawa_mock("rules").out == "no rules\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("fault", "add", "stauts"), "fault 'stauts' is unknown; nearest: status, stall"),
        (
            ("fault", "add", "hold", "seconds=-1"),
            "fault hold: fault.seconds: must be at least 0, not -1",
        ),
        (
            ("fault", "add", "noop", "--times", "0"),
            "fault noop: when.times: must be at least 1, not 0",
        ),
        (("rules", "--sandbox", "other"), "no sandbox 'other'; open are: default"),
        (("rules", "--remove", "x"), "no rule 'x'; there are: none"),
        (
            ("rules", "--clear", "--remove", "x"),
            "give only one of --set, --add, --remove and --clear; see pawa-mock rules --help",
        ),
        (("rules", "--set", "no.toml"), "no.toml: cannot be read: no such file or directory"),
        (("journal", "--status", "5"), "query: status: must be at least 100, not '5'"),
    ],
)
def test_a_mistake_is_one_line(steer: PawaMock, arguments: tuple[str, ...], line: str) -> None:
    """Exit code 2."""
    ran = steer(*arguments)

    assert (ran.code, ran.out, ran.err) == (2, "", f"pawa-mock: {line}\n")


def test_no_server_is_one_line(pawa_mock: PawaMock) -> None:
    """With the command that starts one."""
    ran = pawa_mock("reset", "--server", "http://127.0.0.1:1")

    assert ran.code == 2
    assert ran.err.startswith("pawa-mock: no mock server answers at http://127.0.0.1:1 (")
    assert ran.err.count("\n") == 1
