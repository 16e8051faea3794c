"""Captured text: bounded, counted, and without keys when it is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.clients.captured import CapturedText, KnownSecrets


@given(st.lists(st.text("ab\n", max_size=40).map(str.encode), max_size=40))
def test_head_and_tail_are_kept_and_the_rest_is_counted(pieces: list[bytes]) -> None:
    """However the text arrives, and however long it is."""
    captured = CapturedText(head_bytes=20, tail_bytes=30)
    for piece in pieces:
        captured.add(piece)

    whole = b"".join(pieces).decode()
    kept = captured.text()
    assert captured.total_bytes == len(whole)
    assert captured.dropped_bytes == max(0, len(whole) - 50)
    if len(whole) <= 50:
        assert kept == whole
    else:
        assert kept.startswith(whole[:20])
        assert kept.endswith(whole[-30:])
        assert f"{len(whole) - 50} bytes dropped" in kept


def test_last_lines_are_one_line() -> None:
    """Blank lines do not count."""
    captured = CapturedText()
    captured.add(b"one\ntwo\n\n  three  \nfour\n\n")

    assert captured.last_lines() == "two | three | four"
    assert CapturedText().last_lines() == ""


def test_keys_are_masked_wherever_settings_hold_them() -> None:
    """The key, a list of keys, the keys of fallbacks; everything else stays."""
    known = KnownSecrets()
    known.learn(
        {
            "api_key": "first-secret",
            "api_keys": ["second-secret"],
            "fallbacks": [{"api_key": "third-secret", "model": "not-a-secret"}],
            "base_url": "http://not-a-secret",
        }
    )
    known.learn({"api_key": "fourth-secret"})

    masked = known.mask("first-secret second-secret third-secret fourth-secret not-a-secret")

    assert masked.count("key#") == 4
    assert masked.endswith(" not-a-secret")
    assert "-secret second" not in masked


def test_a_key_has_the_same_fingerprint_all_along() -> None:
    """Two texts of one run can be compared."""
    known = KnownSecrets()
    known.learn({"api_key": "first-secret"})
    before = known.mask("first-secret")
    known.learn({"api_key": "second-secret"})

    assert known.mask("first-secret") == before
