"""The examples of the document are what a real sandbox answers."""

from __future__ import annotations

from mockserver.api.routes import ENDPOINTS
from mockserver.openapi.api import operations, recorded
from mockserver.openapi.recording import SETTINGS, record


async def test_the_document_shows_what_is_answered() -> None:
    """When this fails, the API has changed: ``python -m scripts.answers`` writes the examples."""
    assert await record() == recorded()


def test_every_example_was_answered_well() -> None:
    """With 200, each endpoint at least once."""
    answers = recorded()

    assert list(answers) == [endpoint.name for endpoint in ENDPOINTS]
    for name, operation in operations(SETTINGS).items():
        assert list(answers[name]) == [example.name for example in operation.examples]
        assert {answer["status"] for answer in answers[name].values()} == {200}
