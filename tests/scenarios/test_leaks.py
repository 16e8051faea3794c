"""Secrets are found in whatever form they leaked."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.secrets import SecretMask
from scenarios.leaks import WINDOW, LeakScanner

SHARED = "pawa-0011223344"
KEY = f"{SHARED}aabbccddeeff00112233"
OTHER = f"{SHARED}998877665544ffeeddcc"
MASK = SecretMask([KEY, OTHER], salt=b"salt")
NAME = MASK.fingerprint(KEY)


@pytest.fixture
def scanner() -> LeakScanner:
    """Knows two keys that begin alike."""
    return LeakScanner([KEY, OTHER], MASK, shared=SHARED)


@pytest.mark.parametrize(
    "leaked",
    [
        KEY,
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"user:{KEY}".encode()).decode(),
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
    ],
)
def test_a_whole_key_is_found_in_every_form(scanner: LeakScanner, leaked: str) -> None:
    """And named once, by its fingerprint; its neighbour is not blamed."""
    assert scanner.scan(f"header: {leaked};", "the log") == (f"{NAME} in the log",)


def test_a_shortened_key_is_found(scanner: LeakScanner) -> None:
    """Twelve characters in a row give it away."""
    part = KEY[len(SHARED) + 2 :][:WINDOW]

    assert scanner.scan(f"key=...{part}", "the log") == (f"part of {NAME} in the log",)


def test_the_shared_beginning_names_no_key(scanner: LeakScanner) -> None:
    """A prefix of twelve characters is a leak, of whichever key."""
    assert scanner.scan(KEY[:13], "stderr") == ("part of a key in stderr",)


@pytest.mark.parametrize("text", ["", "nothing here", KEY[: WINDOW - 1], NAME, "f" * 200])
def test_a_clean_text_is_clean(scanner: LeakScanner, text: str) -> None:
    """Eleven characters, fingerprints and look-alikes are no leak."""
    assert scanner.scan(text) == ()


@given(st.binary(max_size=200), st.binary(max_size=200), st.integers(0, len(KEY) - WINDOW))
def test_no_surrounding_hides_a_part(before: bytes, after: bytes, at: int) -> None:
    """Any twelve characters, in any bytes."""
    part = KEY.encode()[at : at + WINDOW]

    assert LeakScanner([KEY, OTHER], MASK, shared=SHARED).scan(before + part + after)


@given(st.text("0123456789abcdef"), st.text("0123456789abcdef"), st.integers(0, 8))
def test_no_digits_around_it_hide_a_part(before: str, after: str, at: int) -> None:
    """In the middle of a long run of hexadecimal digits, at any offset."""
    part = KEY[len(SHARED) :][at : at + WINDOW]

    assert LeakScanner([KEY, OTHER], MASK, shared=SHARED).scan(before + part + after)


def test_no_finding_shows_the_secret(scanner: LeakScanner) -> None:
    """A report of a leak is no leak."""
    for line in scanner.scan(f"{KEY} {OTHER}"):
        assert KEY not in line
        assert OTHER not in line
