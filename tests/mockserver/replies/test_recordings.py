"""Files of recorded answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.replies.calls import ToolCall
from mockserver.replies.recordings import Line, recorded, told, wrong_data
from mockserver.settings.reply_rules import ReplyMatch

if TYPE_CHECKING:
    from pathlib import Path

ANY = ReplyMatch()


def as_line(written: Any) -> Line:
    if "text" not in written:
        raise ValueError("text: missing")
    return Line(ANY, written["text"], None)


def test_each_line_is_an_answer(tmp_path: Path) -> None:
    """Empty lines and remarks are passed over."""
    file = tmp_path / "answers.jsonl"
    file.write_text('# two greetings\n{"text": "Habari"}\n\n{"text": "Karibu"}\n', "utf-8")

    assert [line.text for line in recorded(str(file), as_line)] == ["Habari", "Karibu"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "a"}\n{"text": ', ", line 2: is not JSON: "),
        ('{"txt": "a"}', ", line 1: text: missing"),
        ("\n# nothing\n", ": has no answer in it"),
        (None, ": cannot be read: no such file or directory"),
    ],
)
def test_a_broken_file_is_told_in_one_line(
    tmp_path: Path, content: str | None, message: str
) -> None:
    """The file, the line, the reason."""
    file = tmp_path / "answers.jsonl"
    if content is not None:
        file.write_text(content, "utf-8")

    with pytest.raises(ValueError, match=r"answers\.jsonl") as caught:
        recorded(str(file), as_line)

    assert str(caught.value).startswith(f"{file}{message}")
    assert "\n" not in str(caught.value)


def test_a_text_is_told_as_it_is() -> None:
    """Nothing else is known of it."""
    said = told(Line(ANY, "Habari", None), "t")

    assert (said.text, said.calls, said.finish_reason, said.more) == ("Habari", (), None, ())


def test_a_whole_answer_keeps_what_it_had() -> None:
    """Why it ended, its calls and its further fields; parts are joined, and ids made."""
    message = {
        "content": [{"type": "text", "text": "Ha"}, {"type": "text", "text": "bari"}],
        "tool_calls": [
            {"id": "c1", "function": {"name": "f", "arguments": "{}"}},
            {"function": {"name": "g", "arguments": {"a": 1}}},
        ],
    }
    choice = {"finish_reason": "content_filter", "matched_stop": 7, "message": message}
    data = {"request": [choice], "created": "2025-09-09", "usage": {"tokens_out": 9}, "id": 5}

    said = told(Line(ANY, None, data), "abc")

    assert said.text == "Habari"
    assert said.calls == (ToolCall("c1", "f", "{}"), ToolCall("call_abc_1", "g", '{"a":1}'))
    assert (said.finish_reason, said.matched_stop) == ("content_filter", 7)
    assert said.more == (("created", "2025-09-09"), ("id", 5))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "data needs request[0].message, as an answer of the API has it"),
        ({"request": [{}]}, "data needs request[0].message, as an answer of the API has it"),
        (
            {"request": [{"message": {"content": 5}}]},
            "data.request[0].message.content must be a text or a list of parts",
        ),
        (
            {"request": [{"message": {"tool_calls": [{"function": {}}]}}]},
            "data.request[0].message.tool_calls must be a list of calls with function.name",
        ),
        ({"request": [{"message": {"content": None}}]}, None),
    ],
)
def test_what_is_no_answer_is_said(data: dict[str, Any], reason: str | None) -> None:
    """Before it is played."""
    assert wrong_data(data) == reason
