"""RETRY-012, judged on clients that send the same bytes again and on others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.results import Verdict
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import judge, missed
from tests.scenarios.catalogue.miniature import Miniature


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


async def test_a_client_that_sends_the_same_bytes_again_passes() -> None:
    """1 KB, 5 MB, many scripts and an embedding."""
    assert (await judge(Miniature, "RETRY-012")).verdict is Verdict.PASS


async def test_a_body_that_is_used_up_is_found_out() -> None:
    """Although the second request has lost the token by which it would be known."""
    assert "requests whose body lost the prompt" in missed(await judge(UsesTheBodyUp, "RETRY-012"))


async def test_a_changed_body_is_found_out() -> None:
    """One byte is enough."""
    found = missed(await judge(CountsInTheBody, "RETRY-012"))

    assert {f"{name}: different bodies" for name in ("1 KB", "5 MB", "embedding")} <= found


async def test_the_prompt_has_to_arrive_as_it_was_given() -> None:
    """The same wrong bytes twice are still wrong."""
    assert missed(await judge(AsciiOnly, "RETRY-012")) == {
        "many scripts: attempts with another prompt"
    }


async def test_a_client_without_embeddings_is_judged_by_its_chat_calls() -> None:
    """What it cannot do is no failure of this row."""
    assert (await judge(WithoutEmbeddings, "RETRY-012")).verdict is Verdict.PASS
