"""Keys neither show nor leak."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reference.errors import ConfigError
from scenarios.reference.secrets import Scrubber, Secret, check_key

KEY = "pk/test+Zq81xvMlRw73aa=9"
scrubber = Scrubber([Secret(KEY)])


def test_a_secret_does_not_show() -> None:
    """Neither repr nor str nor a format string shows a key."""
    secret = Secret(KEY)

    assert KEY not in f"{secret} {secret!r} {secret!s} { {'key': secret} }"
    assert secret.reveal() == KEY


def test_equal_secrets() -> None:
    """Secrets compare by their key, and by nothing else."""
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


@pytest.mark.parametrize("key", ["", "  ", "\n", "two words", "new\nline", "schlüssel", "nul\0"])
def test_unusable_keys(key: str) -> None:
    """A key that no header can carry is refused, and not quoted."""
    with pytest.raises(ConfigError) as caught:
        check_key(key)

    assert not key.strip() or key not in str(caught.value)


def test_blanks_around_a_key() -> None:
    """Blanks around a key, as environment files leave them, are dropped."""
    assert check_key(" pk-1234\n").reveal() == "pk-1234"


@pytest.mark.parametrize(
    "spelling",
    [
        KEY,
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        base64.urlsafe_b64encode(KEY.encode()).decode(),
        base64.b64encode(f"Bearer {KEY}".encode()).decode()[12:],
        base64.b64encode(f"u:{KEY}".encode()).decode()[4:],
        KEY.encode().hex(),
        KEY.encode().hex().upper(),
        KEY[3:15],
        KEY[:12],
        KEY[-12:],
    ],
)
def test_spellings(spelling: str) -> None:
    """A key is masked in every spelling, and pieces of it too."""
    text = scrubber.scrub(f"wrong header <{spelling}> given")

    assert "[secret]" in text
    assert text.startswith("wrong header <")
    for start in range(len(spelling) - 11):
        assert spelling[start : start + 12] not in text


@given(st.text(max_size=50), st.text(max_size=50))
def test_whatever_stands_around(before: str, after: str) -> None:
    """A key is masked whatever stands around it."""
    assert KEY not in scrubber.scrub(before + KEY + after)


@given(st.text(alphabet="abc xyz.,:", max_size=80))
def test_other_text_stays(text: str) -> None:
    """Text without a key stays as it is."""
    assert scrubber.scrub(text) == text


def test_further_keys() -> None:
    """A key that is added later is masked from then on, and the first one still is."""
    both = Scrubber([Secret(KEY)])
    both.add(Secret("another-key-5678"))

    assert both.scrub(f"{KEY} another-key-5678") == "[secret] [secret]"


def test_tiny_keys_do_not_eat_text() -> None:
    """A key of one or two letters masks nothing: it is no secret, and is everywhere."""
    assert Scrubber([Secret("a")]).scrub("a banana") == "a banana"
