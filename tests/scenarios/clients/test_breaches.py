"""The words for what breaks the protocol; test_session.py and test_process.py meet them live."""

from __future__ import annotations

from scenarios.clients.breaches import deaf, ended, line_too_long, misplaced, no_final_answer


def test_an_answer_to_a_request_that_is_over_is_told_from_one_never_asked() -> None:
    """Ids count from 1 up to the last request."""
    assert misplaced(3, last_id=3).code == "second_answer"
    assert misplaced(4, last_id=3).code == "unknown_id"
    assert misplaced(0, last_id=3).code == "unknown_id"


def test_each_says_whose_bug_it_is_in_one_line() -> None:
    """A reader of the report can act on it."""
    for error in (
        line_too_long(),
        misplaced(1, last_id=2),
        misplaced(9, last_id=2),
        deaf("chat", 5.0),
    ):
        assert "adapter's bug" in error.hint
        assert "\n" not in str(error)


def test_the_end_of_a_process_is_told_with_its_last_words() -> None:
    """If it had any."""
    assert ended(3, "") == "the client's process ended with exit code 3"
    assert ended(-9, "out of memory") == (
        "the client's process was ended by SIGKILL; its last words: out of memory"
    )
    assert ended(None, "").endswith("closed its stdout and went on running")


def test_silence_is_told_with_its_length() -> None:
    """In seconds, without needless digits."""
    assert no_final_answer("embed", 2.0) == "the client gave no final answer to embed within 2 s"
