"""Open exchanges take notes; their records are bounded and masked."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from mockserver.exchange import (
    BODY_KEPT,
    FIRST_SENT_KEPT,
    LAST_SENT_KEPT,
    OpenConnection,
    OpenExchange,
)
from mockserver.secrets import SecretMask
from tests.mockserver.onewire import open_exchange

KEY = "pawa-dev-key"
MASK = SecretMask([KEY])


def wrote(exchange: OpenExchange, *parts: bytes) -> OpenExchange:
    for number, part in enumerate(parts):
        exchange.wrote(number, [("body", part, len(part))], part)
    return exchange


class TestSentBytes:
    @given(st.lists(st.binary(max_size=3000), max_size=12))
    def test_first_and_last_bytes_are_kept(self, parts: list[bytes]) -> None:
        """Short responses are kept whole; of long ones, the first 8 KiB and the last 1 KiB."""
        whole = b"".join(parts)
        kept = wrote(open_exchange(), *parts).record(MASK).sent_bytes

        if len(whole) <= FIRST_SENT_KEPT + LAST_SENT_KEPT:
            assert kept == whole
        else:
            assert kept.startswith(whole[:FIRST_SENT_KEPT])
            assert kept.endswith(whole[-LAST_SENT_KEPT:])
            assert len(kept) < FIRST_SENT_KEPT + LAST_SENT_KEPT + 16

    def test_a_long_stream_does_not_fill_the_memory(self) -> None:
        """Ten megabytes in small parts leave only what is kept."""
        exchange = open_exchange()
        for number in range(10_000):
            chunk = b"%08d" % number * 128
            exchange.wrote(number, [("chunk", chunk, 1024)], chunk)

        kept = exchange.record(MASK).sent_bytes

        assert kept.startswith(b"00000000")
        assert kept.endswith(b"00009999")
        assert len(exchange._last or b"") < 10 * FIRST_SENT_KEPT

    @given(at=st.integers(-len(KEY), len(KEY)), border=st.sampled_from(["first", "last"]))
    def test_a_key_across_a_border_leaves_no_part_behind(self, at: int, border: str) -> None:
        """Masking comes before cutting."""
        length = 40_000
        place = FIRST_SENT_KEPT + at if border == "first" else length - LAST_SENT_KEPT + at
        whole = (b"." * place + KEY.encode()).ljust(length, b".")

        kept = wrote(open_exchange(), whole).record(MASK).sent_bytes

        for start in range(len(KEY) - 5):
            assert KEY[start : start + 6].encode() not in kept


def test_the_first_byte_out_is_known_at_once() -> None:
    """Open and packed, as the record says it."""
    exchange = open_exchange()
    assert exchange.first_byte_out_ns is None
    exchange.wrote(7, [("head", b"HTTP", 0), ("body", b"{}", 2)], b"HTTP{}")
    exchange.wrote(9, [("body", b"{}", 2)], b"{}")

    assert exchange.first_byte_out_ns == exchange.record(MASK).first_byte_out_ns == 7
    assert OpenExchange.unpacked(exchange.packed()).first_byte_out_ns == 7


class TestTheRequest:
    def test_a_long_body_is_cut_but_measured_and_digested_whole(self) -> None:
        """Length and SHA-256 are those of the whole body."""
        body = b"x" * (3 * BODY_KEPT)
        exchange = open_exchange(body=body)
        exchange.end("complete", 1)

        record = exchange.record(MASK)

        assert record.body == body[:BODY_KEPT]
        assert record.body_length == len(body)
        assert record.body_sha256 == hashlib.sha256(body).hexdigest()
        assert len(exchange.body) < len(body)

    def test_the_declared_length_is_kept_apart_from_the_real_one(self) -> None:
        """A lie about the length can be seen; nonsense is None."""
        told = open_exchange(headers=(("content-length", "20"),), body=b"short")
        nonsense = open_exchange(headers=(("content-length", "-2"),))

        assert told.record(MASK).content_length == 20
        assert told.record(MASK).body_length == 5
        assert nonsense.record(MASK).content_length is None

    def test_an_open_exchange_does_not_print_what_it_holds(self) -> None:
        """It has the request as it came, so its repr shows none of it."""
        assert KEY not in repr(open_exchange(body=KEY.encode()))


def test_a_packed_exchange_is_the_same_exchange() -> None:
    """What is put away comes out as it was."""
    exchange = wrote(open_exchange(body=b"x", tokens=("call-1",)), b"one", b"two")
    exchange.end("complete", 1)

    assert OpenExchange.unpacked(exchange.packed()).record(MASK) == exchange.record(MASK)


def test_a_connection_is_recorded_as_it_is_now() -> None:
    """Open first, ended later."""
    connection = OpenConnection(7, "one", 100)
    before = connection.record()
    connection.ended_ns, connection.ended_by, connection.how = 200, "client", "rst"

    assert (before.id, before.ended_ns, before.ended_by) == (7, None, None)
    assert connection.record().how == "rst"
