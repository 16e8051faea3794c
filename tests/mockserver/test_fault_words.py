"""A rule out of the words of a command line."""

from __future__ import annotations

import pytest

from mockserver.configuration.file import ConfigError
from mockserver.control.calls import written_rule
from mockserver.fault_words import attempts_of, headers_of, rule_of

NOTHING: dict[str, object] = {}


@pytest.mark.parametrize(
    ("kind", "words", "fault"),
    [
        ("status", ["status=503"], {"status": 503}),
        ("status", ["status=429", "retry_after=2"], {"status": 429, "retry_after": "2"}),
        ("status", ["status=400", 'headers={"X-A":"b"}'], {"headers": {"X-A": "b"}}),
        ("hold", ["seconds=1.5"], {"seconds": 1.5}),
        ("hold", ["seconds=null"], NOTHING),
        ("cut_body", ["after_bytes=10", "how=rst"], {"after_bytes": 10}),
        ("error_chunk", ["after_chunks=3", "message=42"], {"message": "42"}),
        ("noop", [], NOTHING),
    ],
)
def test_a_value_is_read_as_its_setting_wants_it(
    kind: str, words: list[str], fault: dict[str, object]
) -> None:
    """Numbers as numbers, texts as texts even when they look like numbers."""
    rule = rule_of(kind, words, match={}, when={})

    assert rule.fault is not None
    told = written_rule(rule)["fault"]
    assert told.items() >= {"kind": kind, **fault}.items()


def test_match_and_when_are_taken_over() -> None:
    """What is None is left out."""
    rule = rule_of(
        "noop",
        [],
        match={"path": "/chat/*", "model": None, "attempt": [1, 2]},
        when={"times": 3, "after": None},
        id="mine",
    )

    assert (rule.id, rule.match.path, rule.match.attempt) == ("mine", "/chat/*", (1, 2))
    assert (rule.when.times, rule.when.after) == (3, 0)


@pytest.mark.parametrize(
    ("kind", "words", "line"),
    [
        ("stauts", [], "fault 'stauts' is unknown; nearest: status, stall"),
        ("hold", ["seconds"], "setting 'seconds' must be written as NAME=VALUE"),
        ("hold", ["seconds=-1"], "fault hold: fault.seconds: must be at least 0, not -1"),
        ("hold", ["secs=1"], "fault hold: fault.secs: unknown field; nearest: seconds"),
        ("hold", ["seconds=soon"], "fault hold: fault.seconds: must be a number, not 'soon'"),
        ("status", [], "fault status: fault.status: missing; it must be given"),
    ],
)
def test_a_mistake_is_one_line(kind: str, words: list[str], line: str) -> None:
    """Place and mend."""
    with pytest.raises(ConfigError) as caught:
        rule_of(kind, words, match={}, when={})

    assert caught.value.lines == (line,)


def test_attempts_are_a_number_or_a_range() -> None:
    """And nothing else."""
    assert attempts_of(None) is None
    assert attempts_of("2") == 2
    assert attempts_of("1-3") == [1, 3]
    for text in ("", "a", "1-", "1-2-3", "-1"):
        with pytest.raises(ConfigError, match="must be a number or a range"):
            attempts_of(text)


def test_headers_are_pairs() -> None:
    """`NAME=GLOB`; a glob may hold `=`."""
    assert headers_of(["X-A=b*", "x-c=d=e"]) == {"X-A": "b*", "x-c": "d=e"}
    for text in ("X-A", "=b", "X-A="):
        with pytest.raises(ConfigError, match="must be written as NAME=GLOB"):
            headers_of([text])


def test_what_a_spelling_says_of_when_goes_to_the_rule() -> None:
    """`503;times=2` is about each call, as it is in a header or a model's name."""
    rule = rule_of("503;times=2;probability=0.5", ["execute=true"], match={}, when={"after": 1})

    assert (rule.when.times, rule.when.per, rule.when.after) == (2, "call", 1)
    assert (rule.when.probability, rule.execute) == (0.5, True)


def test_an_option_and_a_word_for_the_same_are_told() -> None:
    """Which of them would win is anybody's guess."""
    with pytest.raises(ConfigError, match="times is given twice"):
        rule_of("503;times=2", [], match={}, when={"times": 1})
