"""What is heard in a sound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.replies.audio import speak
from mockserver.replies.hearing import (
    BYTES_A_SECOND,
    MOST_WORDS,
    Segment,
    length_s,
    seed_of_sound,
    segments_of,
    words_in,
)


@pytest.mark.parametrize("form", ["audio/mpeg", "audio/wav"])
def test_a_sound_tells_its_own_length(form: str) -> None:
    """What text to speech makes is as long as it is to hear."""
    sound = b"".join(speak("a" * 100, "ame", form))  # type: ignore[arg-type]

    assert length_s(sound) == pytest.approx(7.2)


def test_other_bytes_are_measured_by_their_number() -> None:
    """128 kbit/s."""
    assert length_s(b"?" * BYTES_A_SECOND * 3) == 3


@given(
    st.sampled_from([b"", b"RIFF", b"\xff\xfb\x14\xc4", b"OggS", b"fLaC", b"ID3\x03", b"FORM"]),
    st.binary(min_size=1, max_size=300),
)
def test_any_bytes_have_a_length(magic: bytes, rest: bytes) -> None:
    """A broken file is no error, and lasts some time."""
    assert length_s(magic + rest) > 0


def test_noise_is_given_up_soon() -> None:
    """Frames that never begin, for megabytes: measured by their number."""
    noise = b"\xff\xfb" * 1_000_000

    assert length_s(noise) == len(noise) / BYTES_A_SECOND


def test_each_sound_has_its_seed() -> None:
    """The same for the same bytes."""
    assert seed_of_sound(b"a") == seed_of_sound(b"a") != seed_of_sound(b"b")


def test_long_sounds_hold_more_words() -> None:
    """At least one, and never endlessly many."""
    assert [words_in(seconds) for seconds in (0.01, 4, 1e9)] == [1, 10, MOST_WORDS]


def test_speakers_take_turns_sentence_by_sentence() -> None:
    """Each has the share of the time that its sentence has of the text."""
    assert segments_of("Habari yako? Nzuri.", 9.0) == (
        Segment("SPEAKER_00", 0.0, 6.0, "Habari yako?"),
        Segment("SPEAKER_01", 6.0, 9.0, "Nzuri."),
    )
    assert segments_of("", 1.0) == ()


@given(st.text(" ab.?", max_size=60), st.floats(0.001, 10_000))
def test_segments_cover_the_time_without_gaps(transcript: str, seconds: float) -> None:
    """From the beginning to the end, and with every word."""
    segments = segments_of(transcript, seconds)

    assert " ".join(part.text for part in segments).split() == transcript.split()
    if segments:
        assert segments[0].start_s == 0
        assert segments[-1].end_s == round(seconds, 3)
        assert all(a.end_s == b.start_s for a, b in pairwise(segments))


def test_a_segment_as_json() -> None:
    """The shape that answers show."""
    assert Segment("SPEAKER_01", 0.5, 2.0, "Ndiyo.").as_json() == {
        "speaker": "SPEAKER_01",
        "start": 0.5,
        "end": 2.0,
        "text": "Ndiyo.",
    }
