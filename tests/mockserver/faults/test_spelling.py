"""One short spelling of a fault, the same for header, URL, model and command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver.faults.catalogue import FAULTS
from mockserver.faults.spelling import (
    SCHEDULE,
    SHORTCUTS,
    SpellingError,
    Timing,
    fault_of,
    parts_of,
    read,
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429", {"kind": "status", "status": 429}),
        (" 503 ", {"kind": "status", "status": 503}),
        ("429;retry_after=2", {"kind": "status", "status": 429, "retry_after": "2"}),
        ("429:retry_after=2", {"kind": "status", "status": 429, "retry_after": "2"}),
        ("status=503;retry_after=soon", {"kind": "status", "status": 503, "retry_after": "soon"}),
        ("status=503; retry_after=2", {"kind": "status", "status": 503, "retry_after": "2"}),
        ("status:status=503", {"kind": "status", "status": 503}),
        (
            '400;headers={"X-A":"b:c"};body=no',
            {"kind": "status", "status": 400, "headers": {"X-A": "b:c"}, "body": "no"},
        ),
        ("hold:seconds=1.5", {"kind": "hold", "seconds": 1.5}),
        ("hold", {"kind": "hold"}),
        ("rst-before-headers", {"kind": "rst_before_headers"}),
        (
            "cut_stream:after_chunks=5;how=fin",
            {"kind": "cut_stream", "after_chunks": 5, "how": "fin"},
        ),
        ("timeout", {"kind": "hold"}),
        ("stall", {"kind": "stall", "after_chunks": 3}),
        ("stall:seconds=2", {"kind": "stall", "after_chunks": 3, "seconds": 2}),
        ("stall:after_chunks=1", {"kind": "stall", "after_chunks": 1}),
        ("error:message=42", {"kind": "error_chunk", "after_chunks": 3, "message": "42"}),
        ("budget:spelling=403", {"kind": "budget_exhausted", "spelling": 403}),
    ],
)
def test_a_text_spells_a_fault(text: str, fault: dict[str, Any]) -> None:
    """A status, settings of a status, a kind with settings, or a shortcut."""
    assert fault_of(text) == FAULTS[fault["kind"]].model_validate(fault)


@pytest.mark.parametrize("name", SHORTCUTS)
def test_every_shortcut_is_a_fault_by_itself(name: str) -> None:
    """It needs no settings, and says what a client sees."""
    assert fault_of(name).kind == SHORTCUTS[name].kind
    assert SHORTCUTS[name].meaning


def test_the_documents_tell_every_shortcut() -> None:
    """In the words of the code."""
    page = (Path(__file__).parents[3] / "docs" / "faults.md").read_text("utf-8")
    told = page.split("<!-- shortcuts -->\n")[1].split("\n\n")[0].splitlines()[2:]

    assert told == [
        f"| `{name}` | `{shortcut.kind}` | {shortcut.meaning} |"
        for name, shortcut in SHORTCUTS.items()
    ]


@pytest.mark.parametrize("kind", FAULTS)
def test_every_kind_can_be_spelled_and_none_has_a_setting_of_the_schedule_s_names(
    kind: str,
) -> None:
    """`times=2` is never a setting of the fault; a kind of a shortcut's name is of its kind."""
    assert parts_of(kind)[0] == kind
    assert set(SCHEDULE).isdisjoint(FAULTS[kind].model_fields)


@pytest.mark.parametrize(
    ("text", "timing"),
    [
        ("503", Timing()),
        ("503;times=2", Timing(times=2)),
        ("503;probability=0.25;times=1", Timing(times=1, probability=0.25)),
        ("rst;execute=true", Timing(execute=True)),
        ("rst:execute=true;times=1", Timing(execute=True, times=1)),
    ],
)
def test_when_it_happens_may_be_spelled_too(text: str, timing: Timing) -> None:
    """The first attempts of each call, a chance, after the work."""
    assert read(text).timing == timing


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "fault '' is unknown; pawa-mock faults lists all"),
        ("stauts", "fault 'stauts' is unknown; nearest: status, stall"),
        ("42", "fault '42' is unknown; pawa-mock faults lists all"),
        ("4290", "fault '4290' is unknown; pawa-mock faults lists all"),
        ("0x1ff", "fault '0x1ff' is unknown"),
        ("429;", "setting '' must be written as NAME=VALUE"),
        ("429;retry_after", "setting 'retry_after' must be written as NAME=VALUE"),
        ("hold:5", "setting '5' must be written as NAME=VALUE"),
        ("hold:secnds=5", "'hold:secnds=5': hold.secnds: unknown field; nearest: seconds"),
        ("hold:seconds=-1", "'hold:seconds=-1': hold.seconds: must be at least 0, not -1"),
        ("099", "'099': status.status: must be at least 200, not 99"),
        ("503;times=0", "'503;times=0': status.times: must be at least 1, not 0"),
        ("503;probability=2", "'503;probability=2': status.probability: must be at most 1, not 2"),
        ("hold;execute=true", "'hold;execute=true': hold lets the work be done anyway"),
        ("cut_stream", "'cut_stream': cut_stream.after_chunks: missing; it must be given"),
    ],
)
def test_a_misspelt_fault_is_one_line(text: str, line: str) -> None:
    """With the word at fault and its mend; numbers are refused, never clamped."""
    with pytest.raises(SpellingError) as caught:
        read(text)

    assert len(caught.value.lines) == 1
    assert caught.value.lines[0].startswith(line)


def test_a_fault_alone_has_no_schedule() -> None:
    """Who has a place for `times` of their own is told to use it."""
    with pytest.raises(SpellingError, match="times, probability, execute are not part of a fault"):
        fault_of("503;times=2")


def test_words_of_a_command_line_are_further_settings() -> None:
    """They win over those of the text."""
    assert parts_of("503", ["retry_after=2"]) == ("status", {"status": 503, "retry_after": "2"})
    assert parts_of("stall:seconds=1", ["seconds=9"])[1] == {"after_chunks": 3, "seconds": 9}
