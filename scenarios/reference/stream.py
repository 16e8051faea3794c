"""An answer as it is made, as its reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scenarios.reference.answers import Answer

if TYPE_CHECKING:
    from scenarios.reference.call import Flow


class AnswerStream:
    """Pieces of text, then the whole answer.

    ::

        async with client.stream(request) as stream:
            async for text in stream:
                print(text, end="")
        print(stream.answer.usage)

    Leaving the ``async with`` early closes the connection at once. Iterating raises the typed
    errors of the client.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The whole answer; raises RuntimeError while the stream has not been read to its end."""
        if self._answer is None:
            raise RuntimeError("the stream has no answer yet; read it to its end first")
        return self._answer

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        async for piece in self._flow:
            if isinstance(piece, str):
                return piece
            if isinstance(piece, Answer):
                self._answer = piece
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Stops reading and lets the connection go."""
        await self._flow.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
