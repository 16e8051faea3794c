"""The journal loses nothing in silence, shows what is going on, and can be waited for."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.journal import Journal, to_json_line
from mockserver.secrets import SecretMask
from tests.mockserver.onewire import open_exchange

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.exchange import OpenExchange

KEY = "pawa-dev-key"


def journal(max_exchanges: int = 100, overflow: Path | None = None) -> Journal:
    return Journal("one", SecretMask([KEY]), max_exchanges=max_exchanges, overflow=overflow)


def opened(into: Journal, **fields: object) -> OpenExchange:
    exchange = open_exchange(**fields)
    into.opened(exchange)
    return exchange


def ended(into: Journal, **fields: object) -> OpenExchange:
    exchange = opened(into, **fields)
    exchange.end("complete", 1)
    into.closed(exchange)
    return exchange


class TestExchanges:
    def test_an_exchange_is_seen_from_its_beginning(self) -> None:
        """What is in progress is in the journal, and says so."""
        records = journal()
        exchange = opened(records)

        (during,) = records.exchanges()
        exchange.end("complete", 5)
        records.closed(exchange)
        (after,) = records.exchanges()

        assert (during.ending, during.ended_ns) == ("in_progress", None)
        assert (after.ending, after.ended_ns) == ("complete", 5)

    def test_they_come_in_order_of_arrival(self) -> None:
        """Whichever ends first, the first to arrive is the first."""
        records = journal()
        slow = opened(records)
        ended(records)
        slow.end("complete", 9)
        records.closed(slow)

        assert [record.seq for record in records.exchanges()] == [1, 2]

    def test_each_knows_how_many_were_open_when_it_came(self) -> None:
        """``in_flight`` counts the exchange itself too."""
        records = journal()
        first = opened(records)
        second = opened(records)

        assert (first.in_flight, second.in_flight, records.in_flight) == (1, 2, 2)

    def test_filters_name_fields(self) -> None:
        """Any field can be asked for, and several at once."""
        records = journal()
        ended(records, path="/a", token="call-1", tokens=("call-1", "call-2"))
        ended(records, path="/b", token="sha256:x")

        assert [record.path for record in records.exchanges(path="/b")] == ["/b"]
        assert [record.path for record in records.exchanges(token="call-2")] == ["/a"]
        assert [record.path for record in records.exchanges(token="sha256:x")] == ["/b"]
        assert records.exchanges(path="/a", ending="rst") == ()

    def test_an_unknown_filter_is_a_mistake_and_no_empty_answer(self) -> None:
        """A typing error does not look like silence on the wire."""
        with pytest.raises(TypeError, match="no 'paht'"):
            journal().exchanges(paht="/a")

    def test_a_closed_exchange_is_recorded_once(self) -> None:
        """Reading the journal over and over does not make its records anew."""
        records = journal()
        ended(records)

        assert records.exchanges()[0] is records.exchanges()[0]

    def test_nothing_secret_is_handed_out(self) -> None:
        """Not in any field, nor in the line of JSON."""
        records = journal()
        ended(
            records,
            path=f"/v1/{KEY}",
            query=f"k={KEY}",
            headers=(("authorization", f"Bearer {KEY}"), ("x-k", KEY)),
            body=KEY.encode(),
            model=KEY,
        )
        (record,) = records.exchanges()

        assert KEY not in repr(record)
        assert KEY.encode() not in to_json_line(record)
        assert record.secrets_at == ("header:authorization", "header:x-k", "path", "query", "body")

    def test_a_key_that_becomes_known_later_is_masked_in_old_records_too(self) -> None:
        """A new mask works backwards."""
        records = journal()
        ended(records, body=b"pawa-next-key")
        assert records.exchanges()[0].body == b"pawa-next-key"

        records.mask = records.mask.knowing(["pawa-next-key"])

        assert b"pawa-next-key" not in records.exchanges()[0].body

    def test_clear_forgets_but_numbers_go_on(self) -> None:
        """A cleared journal is empty; an exchange that was open does not come back."""
        records = journal()
        ended(records)
        open_one = opened(records)

        records.clear()
        open_one.end("complete", 1)
        records.closed(open_one)
        later = ended(records)

        assert [record.seq for record in records.exchanges()] == [later.seq] == [3]


class TestBounds:
    @given(total=st.integers(0, 60), bound=st.integers(1, 20))
    def test_what_is_dropped_is_counted(self, total: int, bound: int) -> None:
        """Kept and dropped together are all that came; the newest are kept."""
        records = journal(max_exchanges=bound)
        for _ in range(total):
            ended(records)

        kept = [record.seq for record in records.exchanges()]
        assert kept == list(range(max(1, total - bound + 1), total + 1))
        assert len(kept) + records.dropped == total

    def test_what_is_in_progress_is_never_dropped(self) -> None:
        """A long stream outlives any number of short exchanges."""
        records = journal(max_exchanges=2)
        stream = opened(records)
        for _ in range(10):
            ended(records)

        assert records.exchanges()[0].seq == stream.seq
        assert records.dropped == 8

    def test_dropped_exchanges_go_to_the_overflow_file(self, tmp_path: Path) -> None:
        """One line of JSON each, masked like everything else."""
        path = tmp_path / "overflow.jsonl"
        records = journal(max_exchanges=1, overflow=path)
        for number in range(3):
            ended(records, body=f"{KEY} {number}".encode())

        lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        assert [line["seq"] for line in lines] == [1, 2]
        assert KEY not in path.read_text()

    def test_connections_are_bounded_and_counted_too(self) -> None:
        """The oldest ended connections go first."""
        records = journal(max_exchanges=2)
        for _ in range(5):
            connection = records.accepted()
            records.disconnected(connection)

        assert [connection.id for connection in records.connections()] == [4, 5]
        assert records.dropped_connections == 3


class TestWaiting:
    async def test_it_is_over_as_soon_as_the_condition_holds(self) -> None:
        """A condition that holds already is not waited for."""
        assert await journal().wait_for(lambda _: True, timeout_s=0)

    async def test_each_change_asks_again(self) -> None:
        """The waiter sees the exchange that it waits for."""
        records = journal()
        waiting = asyncio.create_task(
            records.wait_for(lambda seen: len(seen.exchanges()) == 2, timeout_s=5)
        )
        for _ in range(2):
            await asyncio.sleep(0)
            ended(records)

        assert await waiting

    async def test_the_time_is_limited(self) -> None:
        """False when the condition did not come to hold."""
        assert not await journal().wait_for(lambda _: False, timeout_s=0.01)

    async def test_another_thread_may_make_the_change(self) -> None:
        """The waiter's loop is woken from wherever the journal is written."""
        records = journal()
        waiting = asyncio.create_task(
            records.wait_for(lambda seen: bool(seen.exchanges()), timeout_s=5)
        )
        await asyncio.sleep(0)
        thread = threading.Thread(target=lambda: ended(records))
        thread.start()

        assert await waiting
        thread.join()


class TestFollowing:
    def test_what_ends_is_handed_over_in_the_order_of_the_ends(self) -> None:
        """Each once, to everybody who follows, and only while they do."""
        records = journal()
        ended(records)
        with records.following() as one:
            slow = opened(records)
            ended(records)
            with records.following() as other:
                slow.end("complete", 1)
                records.closed(slow)
                assert [records.taken(other).seq] == [2]
                assert not other.waiting
            ended(records)

            assert [records.taken(one).seq for _ in range(3)] == [3, 2, 4]
            assert (len(other.waiting), one.lost) == (0, 0)

    def test_who_is_too_slow_loses_the_oldest_and_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The journal itself loses nothing."""
        monkeypatch.setattr("mockserver.journal.FOLLOWED_AT_MOST", 2)
        records = journal()
        with records.following() as slow:
            for _ in range(5):
                ended(records)

            assert [records.taken(slow).seq for _ in range(len(slow.waiting))] == [4, 5]
            assert slow.lost == 3
        assert len(records.exchanges()) == 5

    def test_what_is_handed_over_is_what_the_journal_shows(self) -> None:
        """Masked in the same way."""
        records = journal()
        with records.following() as following:
            ended(records, body=f"my key is {KEY}".encode())

            assert records.taken(following) == records.exchanges()[0]
