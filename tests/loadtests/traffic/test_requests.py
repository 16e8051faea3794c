"""The words of each call."""

from __future__ import annotations

from statistics import median

import pytest

from loadtests.profile_file import profile_of, traffic_of
from loadtests.traffic.requests import Author
from loadtests.traffic.schedule import Schedule, schedule_of

MIX = {"chat": 4.0, "stream": 3.0, "embed": 2.0}
AUTHOR = Author(3)


def drawn(**traffic: object) -> tuple[Schedule, list[object]]:
    table = {
        "name": "m",
        "note": "",
        "traffic": {"rate_per_s": 20.0, "mix": MIX, **traffic},
        "phases": [{"name": "a", "length_s": 30.0}],
    }
    profile = profile_of(table, "m.toml")
    schedule = schedule_of(profile, quick=False, seed=3)
    return schedule, [profile, traffic_of(profile, profile.phases[0])]


SCHEDULE, (_, TRAFFIC) = drawn()


def test_a_call_says_the_same_whoever_writes_it() -> None:
    """Two workers, or a second run of one seed, send the same bytes."""
    other = Author(3)

    for arrival in SCHEDULE.arrivals[:50]:
        assert AUTHOR.asked(arrival, TRAFFIC) == other.asked(arrival, TRAFFIC)


def test_a_chat_ends_with_the_question_and_its_token() -> None:
    """The token is in the last message alone, so that each turn is a call of its own."""
    arrival = next(one for one in SCHEDULE.arrivals if one.kind != "embed" and one.turn == 2)
    asked = AUTHOR.asked(arrival, TRAFFIC, [("Swali?", "Jibu.")])
    assert asked.request is not None
    messages = asked.request["messages"]

    assert [one["role"] for one in messages] == ["system", "user", "assistant", "user"]
    assert messages[-1]["content"] == f"{asked.question} [{arrival.token}]"
    assert arrival.token not in str(messages[:-1])
    assert asked.request["stream"] is (arrival.kind == "stream")


def test_every_sentence_carries_the_token() -> None:
    """So that a batch of several calls still shows whose it is."""
    arrival = next(one for one in SCHEDULE.arrivals if one.kind == "embed")
    asked = AUTHOR.asked(arrival, TRAFFIC)

    assert asked.request is None
    assert asked.sentences
    assert all(text.endswith(f"[{arrival.token}]") for text in asked.sentences)


def test_both_languages_are_spoken() -> None:
    """English and Swahili, each in about half of the conversations."""
    chats = [one for one in SCHEDULE.arrivals if one.kind != "embed" and one.turn == 1]
    told = [AUTHOR.asked(one, TRAFFIC).request for one in chats]
    swahili = sum("Unawasaidia" in one["messages"][0]["content"] for one in told if one)

    assert 0.3 < swahili / len(told) < 0.7


def test_lengths_have_a_heavy_tail() -> None:
    """Most are short, a few are very long."""
    asked = [AUTHOR.asked(one, TRAFFIC) for one in SCHEDULE.arrivals]
    sentences = [len(one.sentences) for one in asked if one.sentences]
    questions = [len(one.question) for one in asked if one.question]

    assert max(sentences) > 4 * median(sentences)
    assert max(questions) > 4 * median(questions)


@pytest.mark.parametrize("kind", ["chat", "embed"])
def test_a_repeated_prompt_is_the_same_request(kind: str) -> None:
    """Byte for byte, and without a bound that would keep its answer out of a cache."""
    schedule, (_, traffic) = drawn(mix={kind: 1.0}, repeats={"prompts": 1})
    first, second = schedule.arrivals[:2]

    assert AUTHOR.asked(first, traffic) == AUTHOR.asked(second, traffic)
    request = AUTHOR.asked(first, traffic).request
    assert request is None or "max_tokens" not in request
