"""`openapi`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mockserver.commands.conftest import Ran

    PawaMock = Callable[..., Ran]


def test_the_document_of_the_api_is_printed(pawa_mock: PawaMock) -> None:
    """As a mock without a file would serve it."""
    ran = pawa_mock("openapi")
    told = json.loads(ran.out)

    assert ran.code == 0
    assert told["servers"][0]["url"] == "http://127.0.0.1:8080/v1"
    assert "/chat/request" in told["paths"]


def test_a_file_is_looked_at(pawa_mock: PawaMock, tmp_path: Path) -> None:
    """Its address and its settings."""
    file = tmp_path / "mock.toml"
    file.write_text('[api]\nextra_chat_models = ["mine"]\n[server]\nport = 9000\n', "utf-8")
    told = json.loads(pawa_mock("openapi", str(file)).out)

    assert told["servers"][0]["url"] == "http://127.0.0.1:9000/v1"
    assert "mine" in str(told["paths"]["/chat/request"])


def test_the_control_api_has_one_too(pawa_mock: PawaMock) -> None:
    """At the address that was told."""
    ran = pawa_mock("openapi", "--control", "--address", "http://mock.test:80/")
    told = json.loads(ran.out)

    assert told["servers"] == [{"url": "http://mock.test:80/_mock"}]
    assert "/sandboxes" in told["paths"]


def test_a_file_that_is_not_there_is_one_line(pawa_mock: PawaMock) -> None:
    """With exit code 2."""
    ran = pawa_mock("openapi", "nowhere.toml")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "pawa-mock: nowhere.toml: cannot be read: no such file or directory\n"
