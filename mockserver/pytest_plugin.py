"""The pytest fixture ``pawa_mock``: a mock Pawa AI API of its own for every test that asks for it.

    def test_it_tries_again(pawa_mock):
        pawa_mock.fail(503, times=2)
        assert my_app.ask("Habari") == "…"
        pawa_mock.assert_attempts(3, path="/chat/request")

The plugin is loaded in every pytest run of an environment where this project is installed, so it
imports nothing until the fixture is used. Each worker of pytest-xdist has a server of its own.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.testing import PawaMock
    from mockserver.threaded import ThreadedMockServer

MARKER = "pawa_mock"
ENVIRONMENT = ("PAWA_AI_BASE_URL", "PAWA_AI_API_KEY")
"""What is set for a test, so that an application that reads its settings there finds the mock."""

_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**settings): settings of the test's sandbox, as rate_limit or budget",
    )


@pytest.fixture(scope="session")
def pawa_mock_server() -> Iterator[ThreadedMockServer]:
    """The server behind all sandboxes of this process."""
    from mockserver.threaded import ThreadedMockServer  # noqa: PLC0415 - only when it is used

    with ThreadedMockServer() as server:
        yield server


@pytest.fixture
def pawa_mock(
    request: pytest.FixtureRequest,
    pawa_mock_server: ThreadedMockServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[PawaMock]:
    """A mock Pawa AI API for this test alone; ``PAWA_AI_BASE_URL`` and ``PAWA_AI_API_KEY`` name it.

    ``@pytest.mark.pawa_mock(seed=1, budget={"limit_units": 5})`` gives it settings.
    """
    from mockserver.configuration.file import ConfigError, check  # noqa: PLC0415 - only when it is used
    from mockserver.settings import SandboxSettings  # noqa: PLC0415 - only when it is used
    from mockserver.testing import PawaMock  # noqa: PLC0415 - only when it is used

    told = {
        name: value
        for marker in reversed(list(request.node.iter_markers(MARKER)))
        for name, value in marker.kwargs.items()
    }
    told.setdefault("announce_rules", True)
    try:
        settings = check(SandboxSettings, {"name": f"test-{next(_numbers)}", **told}, MARKER)
    except ConfigError as error:
        pytest.fail(str(error), pytrace=False)
    mock = PawaMock(pawa_mock_server, settings)
    for name, value in zip(ENVIRONMENT, (mock.base_url, mock.api_key), strict=True):
        monkeypatch.setenv(name, value)
    try:
        yield mock
    finally:
        mock.close()
