"""The examples work, and docs/adapters.md shows them as they are."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from mockserver.faults.rules import Rule
from scenarios.clients import protocol
from scenarios.clients.app_mapping import read_mapping
from scenarios.clients.process import ProcessDriver
from scenarios.clients.spec import FORMS, host_command

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "adapters"
GUIDE = (ROOT / "docs" / "adapters.md").read_text("utf-8")


MODEL = "pawa-v1-ember-20240924"
FAULTS = ({"kind": "status", "status": 503}, {"kind": "rst_before_headers"}, {"kind": "hold"})


def ask(**fields: object) -> dict[str, object]:
    """A chat request."""
    return {"messages": [{"role": "user", "content": "Habari?"}], **fields}


@pytest.mark.parametrize("name", ["minimal_adapter.py", "hosted_client.py", "mapping.toml"])
def test_the_guide_shows_the_file_itself(name: str) -> None:
    """Each example in the guide is the tested file, to the letter."""
    blocks = re.findall(r"```(?:python|toml)\n(.*?)```", GUIDE, re.DOTALL)

    assert (EXAMPLES / name).read_text("utf-8") in blocks


def test_the_guide_names_every_word_of_the_protocol() -> None:
    """Claims, settings, limits, kinds, operations, fields of answers and errors."""
    words = {
        *protocol.CLAIMS,
        *protocol.LIMITS,
        *protocol.ERROR_KINDS,
        *protocol.OPERATIONS,
        *protocol.SOURCES,
        *protocol.BACKOFF_FAMILIES,
        *protocol.ClientAnswer.__slots__,
        *protocol.ClientError.__slots__,
    }

    assert sorted(word for word in words if f"`{word}`" not in GUIDE) == []


def test_the_guide_shows_every_way_to_a_client() -> None:
    """The forms that an error message lists."""
    for form in ("reference", "pawa-sdk", "pawa-sdk-async", "python:package.module:factory"):
        assert form in FORMS
        assert f"`{form}`" in GUIDE
    assert "cmd:COMMAND" in GUIDE
    assert "#mapping.toml" in GUIDE


def test_every_example_stands_in_the_readme() -> None:
    """With the command that runs it."""
    readme = (EXAMPLES / "README.md").read_text("utf-8")

    for path in EXAMPLES.iterdir():
        assert path.name in readme or path.name in ("README.md", "__pycache__")


def test_the_mapping_is_a_mapping() -> None:
    """It can be read as it stands."""
    mapping = read_mapping(EXAMPLES / "mapping.toml")

    assert mapping.chat is not None
    assert mapping.embed is not None


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        ((sys.executable, str(EXAMPLES / "minimal_adapter.py")), {}),
        (host_command("hosted_client:factory"), {"PYTHONPATH": str(EXAMPLES)}),
    ],
    ids=["minimal_adapter", "hosted_client"],
)
async def test_an_example_drives_its_client(
    connect, sandbox, command: tuple[str, ...], environment: dict[str, str]
) -> None:
    """Answers, vectors, refusals, errors with their kinds, a clean exit."""
    driver = await ProcessDriver.start(command, environment=environment)
    address = {
        "base_url": sandbox.base_url,
        "api_key": sandbox.key,
        "model": "pawa-v1-ember-20240924",
    }
    client = await driver.open({**address, "timeout_s": 0.5})

    chat, vectors = await client.chat(ask()), await client.embed(["a", "b"])
    streamed = await client.chat(ask(stream=True))
    kinds = []
    for fault in (
        {"kind": "status", "status": 503},
        {"kind": "rst_before_headers"},
        {"kind": "hold"},
    ):
        sandbox.replace_rules([Rule.model_validate({"fault": fault})])
        kinds.append((await client.chat(ask())).kind)
    await client.close()
    await driver.close()

    assert chat.ok
    assert chat.text
    assert len(vectors.answer.vectors) == 2
    assert streamed.kind == "unsupported"
    assert kinds == ["server_error", "connection", "timeout"]
    assert (driver.restarts, driver.slow_exit) == (0, None)
