"""Attempts out of a journal: grouping, order, gaps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.journal import Exchange, Sent
from scenarios.evidence import attempts_of, group_attempts, hands_out, released_ns
from tests.scenarios.makers import MS, TOKEN, make_exchange, make_failure, make_outcome

OTHER = "call-ba9876543210"


def tokens_at(times: list[tuple[int, int]]) -> list[Exchange]:
    """Exchanges of call `which`, arriving at `at` ms, in journal order."""
    return [
        make_exchange(seq, at_ms=at, tokens=(f"call-{which:012x}",), token=f"call-{which:012x}")
        for seq, (which, at) in enumerate(times, start=1)
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1000)), max_size=40), st.randoms())
def test_any_interleaving_groups_right(times: list[tuple[int, int]], random: object) -> None:
    """Whatever the order of the records, each call gets its own attempts in order of arrival."""
    exchanges = tokens_at(times)
    shuffled = list(exchanges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    groups = group_attempts(shuffled)

    assert sum(len(attempts) for attempts in groups.values()) == len(exchanges)
    for token, attempts in groups.items():
        assert {attempt.exchange.token for attempt in attempts} == {token}
        assert [attempt.number for attempt in attempts] == list(range(1, len(attempts) + 1))
        starts = [attempt.start_ns for attempt in attempts]
        assert starts == sorted(starts)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_gaps_are_never_negative_when_attempts_follow_one_another(
    waits: list[tuple[int, int]],
) -> None:
    """One attempt at a time: each gap is exactly the pause before it."""
    at, exchanges = 0, []
    for seq, (pause, lasts) in enumerate(waits, start=1):
        at += pause
        exchanges.append(make_exchange(seq, at_ms=at, lasts_ms=lasts))
        at += lasts

    attempts = attempts_of(exchanges, [TOKEN])

    assert attempts[0].gap_s is None
    assert [attempt.gap_s for attempt in attempts[1:]] == pytest.approx(
        [pause / 1000 for pause, _ in waits[1:]]
    )


def test_overlapping_attempts_have_a_negative_gap() -> None:
    """A hedge starts before the first attempt is over, and the evidence says so."""
    first, second = make_exchange(1, lasts_ms=50), make_exchange(2, at_ms=20)

    assert attempts_of([first, second], [TOKEN])[1].gap_s == pytest.approx(-0.03)


def test_a_batch_is_an_attempt_of_each_of_its_calls() -> None:
    """An exchange with two tokens stands in both groups."""
    batch = make_exchange(1, tokens=(TOKEN, OTHER))

    groups = group_attempts([batch, make_exchange(2, at_ms=20)])

    assert [len(groups[TOKEN]), len(groups[OTHER])] == [2, 1]


def test_traffic_without_a_token_is_grouped_by_its_body() -> None:
    """The journal's digest of path and body stands in for the token."""
    stray = make_exchange(1, tokens=(), token="sha256:00")

    assert list(group_attempts([stray, replace(stray, seq=2)])) == ["sha256:00"]


def test_a_pause_after_a_timeout_begins_when_the_client_left() -> None:
    """Not with the last byte of a stream that had gone quiet long before."""
    stalled = make_exchange(
        1, lasts_ms=10, client_left_ns=500 * MS, ended_ns=500 * MS, ending="client_left"
    )

    assert attempts_of([stalled, make_exchange(2, at_ms=700)], [TOKEN])[1].gap_s == 0.2


def test_a_departure_noticed_after_the_next_attempt_does_not_count() -> None:
    """The server may hear of a closed socket after the next request came in."""
    stalled = make_exchange(1, lasts_ms=10, client_left_ns=701 * MS)

    assert released_ns(stalled, before_ns=700 * MS) == 10 * MS


def test_a_pause_after_silence_begins_with_the_end_of_the_exchange() -> None:
    """A reset before any byte: the moment of the reset."""
    reset = make_exchange(
        1, first_byte_out_ns=None, last_byte_out_ns=None, ended_ns=30 * MS, ending="rst"
    )

    assert attempts_of([reset, make_exchange(2, at_ms=100)], [TOKEN])[1].gap_s == 0.07


def test_an_attempt_in_progress_leaves_no_gap_to_measure() -> None:
    """Nothing sent and not ended: nobody knows when the pause began."""
    silent = make_exchange(1, first_byte_out_ns=None, last_byte_out_ns=None, ended_ns=None)

    assert attempts_of([silent, make_exchange(2, at_ms=100)], [TOKEN])[1].gap_s is None


def test_an_attempt_ends_when_the_client_leaves_or_the_server_is_done() -> None:
    """Whichever comes first."""
    left = make_exchange(1, client_left_ns=5 * MS, ended_ns=9 * MS)

    assert attempts_of([left], [TOKEN])[0].end_ns == 5 * MS
    assert attempts_of([make_exchange(1)], [TOKEN])[0].end_ns == 10 * MS


def test_an_attempt_tells_its_chunks_body_and_headers() -> None:
    """What rows ask for most."""
    stream = make_exchange(
        1,
        body=b'{"max_tokens": 7}',
        max_tokens=7,
        sent=(
            Sent(1 * MS, "head", 0, 1),
            Sent(2 * MS, "comment", 1, 1),
            Sent(3 * MS, "chunk", 2, 1),
            Sent(4 * MS, "chunk", 3, 1),
        ),
    )

    attempt = attempts_of([stream], [TOKEN])[0]

    assert attempt.chunk_times_s == (0.003, 0.004)
    assert attempt.body_json == {"max_tokens": 7}
    assert attempt.header("Content-Type") == "application/json"
    assert attempt.header("x-nothing") is None
    assert attempt.start_s == 0.0


def test_a_body_that_is_no_json_is_none() -> None:
    """A cut body raises nothing."""
    assert attempts_of([make_exchange(1, body=b"{")], [TOKEN])[0].body_json is None


def test_an_answer_is_known_by_its_canary() -> None:
    """A client that answers from a table, or fails, hands out nobody's answer."""
    attempt = attempts_of([make_exchange(1, canary="answer-00")], [TOKEN])[0]

    assert hands_out(make_outcome(text="answer-00 and more"), attempt)
    assert not hands_out(make_outcome(text="All is well."), attempt)
    assert not hands_out(make_failure(), attempt)
    nameless = attempts_of([make_exchange(1, canary=None)], [TOKEN])[0]
    assert not hands_out(make_outcome(), nameless)
    assert not hands_out(make_outcome(), None)
