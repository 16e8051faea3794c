"""A client that never asks the server, and claims all that the reference client claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.clients.reference_adapter import ReferenceFactory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.clients.hosted import Emit


class NullClient:
    """Answers out of nothing: :meth:`answer` is all that the null clients differ in."""

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The protocol's ``ok`` object; raises what the caller is to get instead."""
        raise NotImplementedError

    async def chat(
        self,
        request: Mapping[str, Any],
        *,
        emit: Emit,
        deadline_s: float | None,
        fallback: bool | None,
        pace: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """A chat call that goes nowhere."""
        del deadline_s, fallback, pace
        answer = await self.answer(request)
        if request.get("stream"):
            emit(answer["text"])
        return answer

    async def embed(
        self, request: Mapping[str, Any], *, deadline_s: float | None
    ) -> dict[str, Any]:
        """An embedding call that goes nowhere."""
        del deadline_s
        return await self.answer(request)

    async def rotate_key(self, api_key: str, /) -> None:
        """No key is used."""

    async def telemetry(self) -> dict[str, Any]:
        """Nothing is counted."""
        return {}

    async def close(self) -> None:
        """Nothing is held."""


class NullFactory:
    """Opens null clients of one kind; says of itself what the reference client says."""

    def __init__(self, kind: type[NullClient], *, name: str) -> None:
        self._kind = kind
        self._manifest = ReferenceFactory(name=name).manifest()

    def manifest(self) -> Mapping[str, Any]:
        """All claims and limits of the reference client."""
        return self._manifest

    async def open(self, settings: Mapping[str, Any]) -> NullClient:
        """A fresh one, whatever the settings."""
        del settings
        return self._kind()
