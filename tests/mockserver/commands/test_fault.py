"""`pawa-mock fault` against a running server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.faults.rules import Cycle, Ramp
from mockserver.faults.spelling import SHORTCUTS
from tests.mockserver.commands.chatting import chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.threaded import ThreadedMockServer
    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


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


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        (("429", "--retry-after", "2", "--times", "3", "--path", "/v1/chat/*"), [429] * 3 + [200]),
        (("503;retry_after=2;times=1",), [503, 200]),
        (("budget", "--times", "1"), [402, 200]),
        (("server-error", "status=500"), []),
    ],
)
def test_a_fault_is_spelled_shortly(
    steer: PawaMock, server: ThreadedMockServer, words: tuple[str, ...], statuses: list[int]
) -> None:
    """A status, a status with settings, a shortcut; what is none of them is told."""
    added = steer("fault", "add", *words)

    assert added.code == (0 if statuses else 2)
    assert [chat(server.url) for _ in statuses] == statuses


@pytest.mark.parametrize("shortcut", list(SHORTCUTS))
def test_every_shortcut_makes_a_rule(
    steer: PawaMock, server: ThreadedMockServer, shortcut: str
) -> None:
    """Of the fault that it is short for."""
    assert steer("fault", "add", shortcut).out == "added rule-1\n"
    (rule,) = server.sandbox().plan.rules
    assert [fault.kind for fault in rule.all_faults] == [SHORTCUTS[shortcut].kind]


def test_faults_are_listed_removed_and_cleared(steer: PawaMock, server: ThreadedMockServer) -> None:
    """By their ids; the counters of those that stay, stay."""
    for name in ("a", "b", "c", "d"):
        steer("fault", "add", "noop", "--id", name, "--times", "1")
    chat(server.url)

    listed = json.loads(steer("fault", "list", "--json").out)
    assert [(rule["id"], rule["fired"]) for rule in listed[:2]] == [("a", 1), ("b", 0)]
    assert " c " in steer("fault", "list").out
    assert steer("fault", "remove", "b", "d").out == "removed b\nremoved d\n"
    assert [status.fired for status in server.sandbox().plan_status()] == [1, 0]
    assert steer("fault", "clear").out == "default has no rules any more\n"
    assert server.sandbox().plan.rules == ()
    assert len(server.sandbox().journal.exchanges()) == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("add", "stauts"), "fault 'stauts' is unknown; nearest: status, stall"),
        (("add", "hold", "seconds=-1"), "fault hold: fault.seconds: must be at least 0, not -1"),
        (("add", "noop", "--times", "0"), "fault noop: when.times: must be at least 1, not 0"),
        (
            ("add", "noop", "--retry-after", "2"),
            "fault noop: fault.retry_after: unknown field; known: kind",
        ),
        (("remove", "x"), "no rule 'x'; there are: none"),
    ],
)
def test_a_mistake_is_one_line(steer: PawaMock, arguments: tuple[str, ...], line: str) -> None:
    """Exit code 2."""
    ran = steer("fault", *arguments)

    assert (ran.code, ran.out, ran.err) == (2, "", f"pawa-mock: {line}\n")
