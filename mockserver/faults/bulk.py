"""Faults of size: bodies that are huge on the wire, or become so when they are unpacked."""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from mockserver.answer import Ending, EventStream
from mockserver.delivery import Framing
from mockserver.faults.base import Count, Fault, Size
from mockserver.faults.script import changed, chunk_places
from mockserver.pieces import padded

if TYPE_CHECKING:
    from mockserver.answer import Answer, Event
    from mockserver.delivery import Delivery
    from mockserver.facts import RequestFacts

BLOCK = b" " * 65_536
"""What bodies are padded with: space behind a JSON text is part of it (RFC 8259 section 2)."""

HugeSize = Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)]

BombSize = Annotated[int, Field(ge=1, le=250_000_000, strict=True)]
"""Bounded because its checksum is counted byte by byte: 250 MB take an eighth of a second."""


class HugeBody(Fault):
    """More body than anybody expects, all of it valid: the reply, and space behind it."""

    summary: ClassVar[str] = "The reply, then so many bytes of space; JSON stays valid."
    example: ClassVar[dict[str, Any]] = {"kind": "huge_body", "bytes": 100_000_000}

    kind: Literal["huge_body"] = "huge_body"
    bytes: HugeSize = Field(default=100_000_000, description="bytes of space")
    declared: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="whether Content-Length tells beforehand; else it is chunked"
    )

    def shape_delivery(self, delivery: Delivery) -> Delivery:
        """Pad the body; a stream, a reply without a body and one that is cut stay."""
        framing, whole = delivery.framing, delivery.ending is Ending.COMPLETE
        if framing is not Framing.CONTENT_LENGTH or not delivery.pieces or not whole:
            return delivery
        return replace(
            delivery,
            pieces=padded(delivery.pieces, BLOCK, self.bytes),
            framing=framing if self.declared else Framing.CHUNKED,
            content_length=delivery.declared_length + self.bytes if self.declared else None,
        )


class GzipBomb(Fault):
    """A small body that becomes a huge one: one part in a thousand and less is sent."""

    summary: ClassVar[str] = "The reply and so many bytes of space behind it, in gzip: a bomb."
    example: ClassVar[dict[str, Any]] = {"kind": "gzip_bomb", "bytes": 100_000_000}

    kind: Literal["gzip_bomb"] = "gzip_bomb"
    bytes: BombSize = Field(default=100_000_000, description="bytes of space, once unpacked")
    ask: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="whether only a client that accepts gzip gets it"
    )

    def shape_reply(self, answer: Answer, facts: RequestFacts) -> Answer:
        """Pack it; a stream, an empty body, and where asked a client without gzip, stay."""
        body = answer.body
        if isinstance(body, EventStream) or not body:
            return answer
        if self.ask and not accepts_gzip(facts.header("accept-encoding")):
            return answer
        packed = replace(answer, body=packed_with_space(body, self.bytes))
        return packed.with_header("Content-Encoding", "gzip")


class HugeChunk(Fault):
    """One chunk of a stream that is longer than a line buffer."""

    summary: ClassVar[str] = "Stream: one chunk with so many bytes of space behind its JSON."
    example: ClassVar[dict[str, Any]] = {
        "kind": "huge_chunk",
        "after_chunks": 2,
        "bytes": 1_000_000,
    }

    kind: Literal["huge_chunk"] = "huge_chunk"
    after_chunks: Count = Field(description="chunks that arrive before it")
    bytes: Size = Field(default=1_000_000, description="bytes of space")

    def shape_stream(self, stream: EventStream) -> EventStream:
        """Pad the chunk after n; where there is none, stay."""
        places = chunk_places(stream)
        if self.after_chunks >= len(places):
            return stream

        def grown(event: Event) -> Event:
            return replace(event, data=event.data + b" " * self.bytes)

        return replace(stream, events=changed(stream, places[self.after_chunks], grown))


def accepts_gzip(accepted: str | None) -> bool:
    """Whether an Accept-Encoding lets gzip in (RFC 9110 section 12.5.3)."""
    weights: dict[str, float] = {}
    for part in (accepted or "").lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        try:
            weights[coding] = float(weight) if weight else 1.0
        except ValueError:
            weights[coding] = 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def packed_with_space(body: bytes, space: int) -> bytes:
    """A body and so many bytes of space behind it as one gzip member (RFC 1952).

    The space is packed once, block by block: no more than a block of it is ever in memory.
    """
    blocks, rest = divmod(space, len(_MEBIBYTE))
    crc = zlib.crc32(body)
    for _ in range(blocks):
        crc = zlib.crc32(_MEBIBYTE, crc)
    tail = _MEBIBYTE[:rest]
    crc = zlib.crc32(tail, crc)
    size = (len(body) + space) & 0xFFFFFFFF
    return b"".join(
        (
            _GZIP_HEAD,
            _deflated(body),
            _packed_block() * blocks,
            _deflated(tail),
            _LAST_BLOCK,
            crc.to_bytes(4, "little"),
            size.to_bytes(4, "little"),
        )
    )


_MEBIBYTE = b" " * 1_048_576
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
"""An empty deflate block that says it is the last (RFC 1951 section 3.2.6)."""


def _deflated(data: bytes) -> bytes:
    """Deflate blocks that end at a byte and look back at nothing: they can be put together."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


@lru_cache(maxsize=1)
def _packed_block() -> bytes:
    return _deflated(_MEBIBYTE)
