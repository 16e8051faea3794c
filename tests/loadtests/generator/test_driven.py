"""How the end of a call is told."""

from __future__ import annotations

import pytest

from loadtests.generator.driven import KEPT_CHARACTERS, Heard, driven_of, hello_of, one_line
from scenarios.clients.protocol import ClientAnswer, ClientError, Manifest, Usage
from scenarios.clients.replies import Answered, Broken, Hung, Refused


def as_it_is(text: str) -> str:
    return text


def heard(*pieces: tuple[str, float]) -> Heard:
    one = Heard()
    for text, at_s in pieces:
        one.take(text, at_s)
    return one


def test_a_stream_is_told_by_what_reached_the_user() -> None:
    """First and last piece are stamped; an empty piece is none."""
    stream = heard(("", 1.0), ("Ha", 1.5), ("bari", 2.0), ("", 3.0))

    driven = driven_of(Answered(ClientAnswer(text="Habari")), stream, 3.5, as_it_is)

    assert (driven.outcome, driven.ended_s) == ("ok", 3.5)
    assert (driven.first_s, driven.last_s) == (1.5, 2.0)
    assert (driven.pieces, driven.characters, driven.text) == (2, 6, "Habari")


def test_an_answer_in_one_piece_has_no_first_piece() -> None:
    """Its text is counted all the same, and so is what the client told beside it."""
    answer = ClientAnswer(
        text="Habari",
        source="cache",
        degraded=False,
        usage=Usage(3, 5),
        cost=0.5,
        request_id="req-1",
        attempts=2,
    )

    driven = driven_of(Answered(answer), Heard(), 1.0, as_it_is)

    assert (driven.first_s, driven.last_s, driven.pieces) == (None, None, 0)
    assert (driven.characters, driven.text) == (6, "Habari")
    assert (driven.source, driven.degraded, driven.attempts) == ("cache", False, 2)
    assert (driven.tokens_in, driven.tokens_out, driven.cost) == (3, 5, 0.5)
    assert (driven.request_id, driven.detail) == ("req-1", "")


def test_vectors_are_counted_with_those_that_failed() -> None:
    """An object, nothing, or an empty list in a vector's place is a failed one."""
    answer = ClientAnswer(vectors=([0.5], {"error": {"kind": "internal"}}, None, []))

    driven = driven_of(Answered(answer), Heard(), 1.0, as_it_is)

    assert (driven.vectors, driven.failed_vectors) == (4, 3)


def test_an_error_is_told_by_its_kind() -> None:
    """With its status, its id, and what the user had by then."""
    error = ClientError(
        "stream_interrupted",
        "it broke off",
        status=200,
        code="EOF",
        request_id="req-2",
        attempts=3,
        partial="Hab",
    )

    driven = driven_of(Refused(error), Heard(), 1.0, as_it_is)

    assert (driven.outcome, driven.status, driven.attempts) == ("stream_interrupted", 200, 3)
    assert (driven.text, driven.characters, driven.request_id) == ("Hab", 3, "req-2")
    assert driven.detail == "EOF: it broke off"


@pytest.mark.parametrize(
    ("reply", "outcome"), [(Broken("it is gone"), "crashed"), (Hung("it is silent"), "hung")]
)
def test_a_call_without_an_answer_keeps_what_was_heard(reply: Broken | Hung, outcome: str) -> None:
    """The pieces are facts, whatever became of the call."""
    driven = driven_of(reply, heard(("Ha", 1.0)), 2.0, as_it_is)

    assert (driven.outcome, driven.pieces, driven.first_s) == (outcome, 1, 1.0)
    assert driven.detail.startswith("it is ")


def test_only_the_beginning_of_a_text_is_kept() -> None:
    """All of it is counted, streamed or not."""
    stream = heard(*((("x" * 700), float(number)) for number in range(5)))
    whole = Answered(ClientAnswer(text="y" * 3500))

    streamed = driven_of(Answered(ClientAnswer()), stream, 9.0, as_it_is)
    at_once = driven_of(whole, Heard(), 9.0, as_it_is)

    assert (streamed.characters, streamed.text) == (3500, "x" * KEPT_CHARACTERS)
    assert (at_once.characters, at_once.text) == (3500, "y" * KEPT_CHARACTERS)


def test_stamps_are_put_on_the_clock_of_the_harness() -> None:
    """Both of them; a call without a stream has none to put."""
    stream = heard(("Ha", 1.0), ("bari", 2.0))

    stream.convert(lambda stamped_s: stamped_s + 100)
    Heard().convert(lambda stamped_s: 1 / 0)

    assert (stream.first_s, stream.last_s) == (101.0, 102.0)


def test_a_detail_is_one_line_and_masked_before_it_is_cut() -> None:
    """Half a key would not be found any more."""
    said = one_line("a\nb " + "x" * 290 + "secret", lambda text: text.replace("secret", "key#1"))

    assert said.startswith("a b x")
    assert "sec" not in said
    assert len(said) <= 300


def test_a_hello_is_plain_json() -> None:
    """Claims are sorted, so that two runs say the same."""
    manifest = Manifest("mine", claims=frozenset({"retry", "cache"}), limits={"timeout_s": 3})

    assert hello_of(manifest) == {
        "name": "mine",
        "version": None,
        "language": None,
        "claims": ["cache", "retry"],
        "limits": {"timeout_s": 3},
    }
