"""The mapping file: what a person may write, and how a body and a place are read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scenarios.clients.app_mapping import fill, look_up, names_in, read_mapping, template_fields
from scenarios.clients.errors import ClientStartError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
name = "helpdesk"
claims = ["retry", "streaming"]

[limits]
max_attempts = 4

[chat]
path = "/ask"
body = { question = "{prompt}", options = { tokens = "{max_tokens}" } }
text = "answer.text"
delta = "piece"
error = "problem.message"
kind = "problem.kind"

[embed]
method = "PUT"
path = "/vectors"
body = { inputs = "{sentences}" }
vectors = "items"
"""


def write(folder: Path, text: str) -> Path:
    """A mapping file."""
    path = folder / "app.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_mapping_is_read_from_toml(tmp_path: Path) -> None:
    """Name, claims, limits, and a route for each operation."""
    mapping = read_mapping(write(tmp_path, WHOLE))

    assert (mapping.name, mapping.claims) == ("helpdesk", {"retry", "streaming"})
    assert mapping.limits == {"max_attempts": 4}
    assert mapping.chat is not None
    assert (mapping.chat.method, mapping.chat.path, mapping.chat.text) == (
        *("POST", "/ask", "answer.text"),
    )
    assert mapping.embed is not None
    assert (mapping.embed.method, mapping.embed.vectors) == ("PUT", "items")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[chat", "is not TOML: "),
        ("[chat]\n", "chat.path is missing; it must be given"),
        ('[chat]\npath = "/a"\nbodi = 1', "chat.bodi is unknown; valid: method, path, body, text"),
        ('[chat]\npth = "/a"', "chat.pth is unknown; valid: method, path"),
        ("chats = 1", "chats is unknown; valid: name, claims, limits, chat, embed"),
        ('[chat]\npath = "/a"\nmethod = "PATCH"', "chat.method: Input should be"),
        ('claims = ["retries"]', "claims: unknown 'retries'; valid: backoff_jitter"),
        ("[limits]\nretries = 3", "limits: unknown 'retries'; valid: "),
    ],
)
def test_a_wrong_mapping_is_one_line_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """The file, the field, and what is wrong."""
    path = write(tmp_path, text)

    with pytest.raises(ClientStartError) as caught:
        read_mapping(path)

    assert str(caught.value).startswith(f"mapping {path}")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_mapping_is_named(tmp_path: Path) -> None:
    """With the system's reason."""
    with pytest.raises(ClientStartError, match=r"nowhere\.toml: No such file"):
        read_mapping(tmp_path / "nowhere.toml")


def test_a_body_is_filled_from_its_template() -> None:
    """A whole ``{name}`` keeps its type, inside a text it is text, an absent one goes."""
    template = {
        "all": "{messages}",
        "text": "Q: {prompt}!",
        "tokens": "{max_tokens}",
        "stop": "{stop}",
        "list": ["{prompt}", "{seed}", 3],
        "fixed": True,
    }
    fields = {"messages": [1], "prompt": "hi", "max_tokens": 5}

    assert fill(template, fields) == {
        "all": [1],
        "text": "Q: hi!",
        "tokens": 5,
        "list": ["hi", 3],
        "fixed": True,
    }
    assert names_in(template) == {"messages", "prompt", "max_tokens", "stop", "seed"}


def test_the_prompt_is_the_last_text_of_the_user() -> None:
    """As a string or as Pawa's parts; without messages there is none."""
    messages = [
        {"role": "user", "content": "first"},
        {"role": "user", "content": [{"type": "text", "text": "la"}, {"text": "st"}]},
        {"role": "assistant", "content": "mine"},
    ]

    assert template_fields({"messages": messages, "seed": 1}) == {
        "messages": messages,
        "seed": 1,
        "prompt": "last",
    }
    assert template_fields({"sentences": ["a"]}) == {"sentences": ["a"]}


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("answer.text", "hi"),
        ("items.1.v", 2),
        ("", {"answer": {"text": "hi"}, "items": [{"v": 1}, {"v": 2}]}),
        ("answer.other", None),
        ("items.7", None),
        ("items.x", None),
        ("answer.text.more", None),
        (None, None),
    ],
)
def test_a_place_is_a_dotted_path(place: str | None, found: object) -> None:
    """What is not there is None."""
    answer = {"answer": {"text": "hi"}, "items": [{"v": 1}, {"v": 2}]}

    assert look_up(answer, place) == found
