"""What master and workers agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from loadtests.generator import meeting
from loadtests.generator.meeting import Agreement, Go, machine_id

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WORKERS = ("a", "b", "c")
HELLO = {"client": {"name": "x"}, "control": None}


def test_processes_of_one_machine_share_a_word() -> None:
    """It is the same each time."""
    assert machine_id() == machine_id()


def test_where_nothing_tells_machines_apart_the_word_is_empty(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No two clocks are taken for one."""
    monkeypatch.setattr(meeting, "_BOOT", tmp_path / "boot_id")

    assert machine_id() == ""
    assert Go(1, 0, 1, 50.0, 0.9, machine_id()).start_at(10.0, machine_id()) == 10.9


def test_workers_on_one_machine_start_by_its_clock() -> None:
    """However late they hear of it; on another machine what remained counts."""
    word = Go(run=1, number=0, of=2, t0_s=50.0, remaining_s=0.9, machine="m")

    assert word.start_at(49.7, "m") == 50.0
    assert word.start_at(1000.0, "n") == 1000.9


def test_all_begin_when_all_are_ready() -> None:
    """What the clients said is told by the first worker's word."""
    agreement = Agreement(WORKERS)
    for worker in WORKERS:
        assert not agreement.everyone_ready
        agreement.ready(worker, HELLO)

    assert agreement.everyone_ready
    assert agreement.missing == ()
    assert agreement.clients == HELLO
    assert agreement.deal() == {"a": 0, "b": 1, "c": 2}
    assert agreement.at_work() == WORKERS


def test_one_that_is_lost_before_the_start_has_no_share() -> None:
    """The others make all calls; nothing is lost with it."""
    agreement = Agreement(WORKERS)
    agreement.ready("a", HELLO)
    agreement.ready("c", HELLO)
    assert agreement.missing == ("b",)

    assert agreement.lost("b") is None
    assert agreement.everyone_ready
    assert agreement.deal() == {"a": 0, "c": 1}


def test_one_that_is_lost_later_takes_its_share_along() -> None:
    """It is told once."""
    agreement = Agreement(WORKERS)
    for worker in WORKERS:
        agreement.ready(worker, HELLO)
    agreement.deal()

    assert agreement.lost("b") == 1
    assert agreement.lost("b") is None
    assert agreement.through("b") is None
    assert agreement.through("a") == 0
    assert not agreement.over
    assert agreement.through("c") == 2
    assert agreement.over


def test_nobody_joins_a_run_that_is_under_way() -> None:
    """Whoever comes late, or was never counted on, changes nothing."""
    agreement = Agreement(("a",))
    agreement.ready("stranger", HELLO)
    assert not agreement.everyone_ready
    agreement.ready("a", HELLO)
    agreement.deal()
    agreement.ready("stranger", HELLO)

    assert agreement.at_work() == ("a",)
    assert agreement.through("stranger") is None


def test_without_workers_nobody_is_ready() -> None:
    """And there is nothing to wait for."""
    assert not Agreement(()).everyone_ready
    assert Agreement(()).over


WORDS = st.tuples(st.sampled_from(("ready", "lost", "through")), st.sampled_from((*WORKERS, "z")))


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_every_share_is_dealt_once_and_comes_back_once(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Whatever is said in whatever order, each ends as told or as lost, and then it is over."""
    agreement = Agreement(WORKERS)
    gone = set()
    for word, worker in before:
        if word == "ready":
            agreement.ready(worker, HELLO)
        elif word == "lost":
            assert agreement.lost(worker) is None
            gone.add(worker)
        else:
            assert agreement.through(worker) is None
    shares = agreement.deal()
    assert sorted(shares.values()) == list(range(len(shares)))
    assert not gone & set(shares)

    back = []
    for word, worker in [*after, *(("lost", worker) for worker in WORKERS)]:
        if word == "ready":
            agreement.ready(worker, HELLO)
        else:
            back.append(agreement.lost(worker) if word == "lost" else agreement.through(worker))
        assert agreement.over == (not agreement.at_work())

    told = [number for number in back if number is not None]
    said_before = {worker for word, worker in before if word == "through"} & set(shares)
    assert sorted(told) == sorted(
        number for worker, number in shares.items() if worker not in said_before
    )
    assert agreement.over
