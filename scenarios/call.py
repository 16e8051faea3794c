"""One call of a user: a prompt that carries a token by which its attempts are found again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random


@dataclass(frozen=True, slots=True)
class Call:
    """A request to send, and the token inside it.

    ``request`` is the protocol's chat request (client-protocol.md); ``label`` names the call in
    the report. Sending the same call twice sends the same request twice.
    """

    token: str
    request: Mapping[str, Any] = field(repr=False)
    label: str = ""

    def varied(self, **fields: Any) -> Call:
        """The same prompt and token with other request fields (``temperature=0.9``)."""
        return replace(self, request={**self.request, **fields})


def new_token(rng: Random) -> str:
    """A fresh call token, ``call-`` and 12 hexadecimal digits."""
    return f"call-{rng.getrandbits(48):012x}"


def make_call(
    token: str,
    text: str = "",
    *,
    label: str = "",
    stream: bool = False,
    messages: Sequence[Mapping[str, Any]] | None = None,
    **fields: Any,
) -> Call:
    """A call whose last message carries `token`.

    Without `messages` the prompt is `text`; with them the token is added to the last message's
    text.
    """
    given = list(messages) if messages else [{"role": "user", "content": text or "Habari?"}]
    last = {**given[-1], "content": f"{given[-1]['content']} [{token}]"}
    request = {"messages": [*given[:-1], last], "stream": stream, **fields}
    return Call(token=token, request=request, label=label)
