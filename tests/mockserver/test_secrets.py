"""Keys are found wherever they were put, and never kept."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.secrets import SecretMask

KEY = "pawa-5f/3+kijiji=e9"
MASK = SecretMask([KEY], salt=b"test")

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


class TestFinding:
    @pytest.mark.parametrize(
        ("form", "text"),
        [
            ("raw", KEY),
            ("percent-encoded", quote(KEY, safe="")),
            ("percent-encoded in lower case", "pawa-5f%2f3%2bkijiji%3de9"),
            ("as a form field", quote_plus(KEY)),
            ("in JSON", json.dumps({"key": KEY})),
            ("base64", base64.b64encode(KEY.encode()).decode()),
            ("base64 of user:key", base64.b64encode(f"me:{KEY}".encode()).decode()),
            ("base64 of a sentence", base64.b64encode(f"k is {KEY}!".encode()).decode()),
            ("hex", KEY.encode().hex()),
            ("HEX", KEY.encode().hex().upper()),
            ("URL-safe base64", base64.urlsafe_b64encode(KEY.encode()).decode()),
        ],
    )
    def test_a_key_is_found_and_masked_in_every_form(self, form: str, text: str) -> None:
        """Encoding a key does not hide it."""
        data = f"before {text} after".encode()

        masked = MASK.mask_bytes(data)

        assert MASK.found_in(data)
        assert not MASK.found_in(masked)
        assert masked.startswith(b"before ")
        assert masked.endswith(b" after")
        assert MASK.fingerprint(KEY).encode() in masked

    @given(key=keys, before=st.binary(max_size=20), after=st.binary(max_size=20))
    def test_no_surroundings_hide_a_key(self, key: str, before: bytes, after: bytes) -> None:
        """Wherever it stands, a key is masked, as it is and inside base64."""
        mask = SecretMask([key], salt=b"test")
        plain = before + key.encode() + after

        assert key.encode() not in mask.mask_bytes(plain)
        assert mask.found_in(base64.b64encode(plain))
        assert mask.found_in(base64.urlsafe_b64encode(plain))

    def test_places_are_named(self) -> None:
        """Where a key was seen is told without the key."""
        places = MASK.places(
            headers=(("Authorization", f"Bearer {KEY}"), ("x-debug", KEY), ("accept", "*/*")),
            path=f"/v1/{quote(KEY, safe='')}",
            query=f"key={quote_plus(KEY)}",
            body=json.dumps({"k": KEY}).encode(),
        )

        assert places == ("header:authorization", "header:x-debug", "path", "query", "body")

    def test_a_mask_without_secrets_finds_nothing(self) -> None:
        """Nothing known, nothing found."""
        nothing = SecretMask()

        assert nothing.places(headers=(("a", "b"),), path="/", query="", body=b"x") == ()
        assert nothing.mask_text("abc") == "abc"

    def test_a_secret_of_a_few_letters_is_not_searched_for(self) -> None:
        """It would be found in every text."""
        assert SecretMask(["abc"]).mask_text("abcdef") == "abcdef"


class TestMasking:
    def test_a_longer_key_is_found_before_the_one_it_begins_with(self) -> None:
        """No tail of a key is left behind."""
        mask = SecretMask(["pawa-key", "pawa-key-two"], salt=b"test")

        assert mask.mask_text("pawa-key-two") == mask.fingerprint("pawa-key-two")

    def test_an_unknown_credential_is_masked_too(self) -> None:
        """The Authorization header never shows a key, known or not; its scheme stays."""
        masked = dict(MASK.mask_headers((("authorization", "Bearer nobody-knows-me"),)))

        assert masked["authorization"] == "Bearer " + MASK.fingerprint("nobody-knows-me")

    def test_a_bare_credential_is_masked_whole(self) -> None:
        """A key without a scheme is not taken for one."""
        masked = dict(MASK.mask_headers((("X-Api-Key", "nobody-knows-me"),)))

        assert masked["X-Api-Key"] == MASK.fingerprint("nobody-knows-me")

    def test_other_headers_stay(self) -> None:
        """What holds no key is left as it was, byte for byte."""
        headers = (("accept", "*/*"), ("user-agent", "soko/1.0 \udcff"))

        assert MASK.mask_headers(headers) == headers

    def test_fingerprints_need_the_salt(self) -> None:
        """The same key looks the same within a mask, and different in another."""
        other = SecretMask([KEY])

        assert MASK.fingerprint(KEY) == MASK.fingerprint(KEY)
        assert MASK.fingerprint(KEY) != other.fingerprint(KEY)
        assert len(MASK.fingerprint(KEY)) == len("key#") + 8

    def test_a_mask_that_learns_keeps_its_fingerprints(self) -> None:
        """A rotated key is masked beside the old one."""
        more = MASK.knowing(["pawa-rotated-key"])

        assert more.mask_text(KEY) == MASK.mask_text(KEY)
        assert more.mask_text("pawa-rotated-key") == MASK.fingerprint("pawa-rotated-key")

    def test_a_mask_does_not_print_its_secrets(self) -> None:
        """A mask in a log or a traceback is harmless."""
        assert KEY not in repr(MASK)
