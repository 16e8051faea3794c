"""RETRY-012, judged on clients that send the same bytes again and on others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reports.results import Verdict
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed
from tests.scenarios.catalogue.miniature import Miniature

if TYPE_CHECKING:
    from collections.abc import Mapping


class UsesTheBodyUp(Miniature):
    """Sends nothing the second time."""

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        return super().bytes_of(body, attempt) if attempt == 1 else b""


class CountsInTheBody(Miniature):
    """Writes the number of the attempt into the body."""

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        return super().bytes_of({**body, "attempt": attempt}, attempt)


class AsciiOnly(Miniature):
    """Loses every character that is not ASCII."""

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        return super().bytes_of(body, attempt).decode().encode("ascii", "replace")


class WithoutEmbeddings(Miniature):
    """Has no embedding calls."""

    async def embed(self, request: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        raise HostedError("unsupported", "no embeddings")


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Miniature: ("RETRY-012",),
            UsesTheBodyUp: ("RETRY-012",),
            CountsInTheBody: ("RETRY-012",),
            AsciiOnly: ("RETRY-012",),
            WithoutEmbeddings: ("RETRY-012",),
        }
    )


def test_a_client_that_sends_the_same_bytes_again_passes(verdicts: Verdicts) -> None:
    """1 KB, 5 MB, many scripts and an embedding."""
    assert verdicts[Miniature]["RETRY-012"].verdict is Verdict.PASS


def test_a_body_that_is_used_up_is_found_out(verdicts: Verdicts) -> None:
    """Although the second request has lost the token by which it would be known."""
    assert "requests whose body lost the prompt" in missed(verdicts[UsesTheBodyUp]["RETRY-012"])


def test_a_changed_body_is_found_out(verdicts: Verdicts) -> None:
    """One byte is enough."""
    found = missed(verdicts[CountsInTheBody]["RETRY-012"])

    assert {f"{name}: different bodies" for name in ("1 KB", "5 MB", "embedding")} <= found


def test_the_prompt_has_to_arrive_as_it_was_given(verdicts: Verdicts) -> None:
    """The same wrong bytes twice are still wrong."""
    assert missed(verdicts[AsciiOnly]["RETRY-012"]) == {
        "many scripts: attempts with another prompt"
    }


def test_a_client_without_embeddings_is_judged_by_its_chat_calls(verdicts: Verdicts) -> None:
    """What it cannot do is no failure of this row."""
    assert verdicts[WithoutEmbeddings]["RETRY-012"].verdict is Verdict.PASS
