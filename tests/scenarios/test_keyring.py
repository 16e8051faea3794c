"""The keys of a run are known wherever they turn up."""

from __future__ import annotations

import base64

from mockserver.secrets import SecretMask
from mockserver.settings import KeySettings
from scenarios.checks import equal
from scenarios.keyring import Keyring


def test_every_key_is_new_and_a_key_the_mock_accepts() -> None:
    """One for each sandbox."""
    ring = Keyring()
    keys = {ring.new_key() for _ in range(10)}

    assert len(keys) == 10
    assert all(KeySettings(id="k", key=key) for key in keys)


def test_a_key_is_masked_in_every_form() -> None:
    """Raw and in base64; other text is untouched."""
    ring = Keyring()
    key = ring.new_key()
    token = base64.b64encode(key.encode()).decode()

    masked = ring.mask_text(f"one {key} two {token} three")

    assert key not in masked
    assert token not in masked
    assert masked.startswith("one key#")
    assert ring.mask_text("nothing to hide") == "nothing to hide"


def test_other_secrets_are_masked_too() -> None:
    """The well-known key of a sandbox that an application was started with."""
    assert "pawa-dev-key" not in Keyring(others=["pawa-dev-key"]).mask_text("Bearer pawa-dev-key")


def test_records_are_masked_whole() -> None:
    """What a check measured may be a client's error text."""
    ring = Keyring()
    key = ring.new_key()

    check = ring.mask(equal("message", f"bad key {key}", "no key", advice=f"not {key}"))

    assert key not in repr(check)


def test_masks_of_one_salt_call_a_key_the_same() -> None:
    """On the wire, in the client's output and in a leak."""
    ring = Keyring(salt=b"salt of the run")
    key = ring.new_key()

    names = {
        ring.mask_text(key),
        SecretMask([key], salt=ring.salt).mask_text(key),
        *(leak.split()[0] for leak in ring.scanner().scan(key)),
    }
    assert ring.salt == b"salt of the run"
    assert len(names) == 1, names


def test_the_scanner_knows_every_key_so_far() -> None:
    """Those of all sandboxes, not of one row."""
    ring = Keyring()
    keys = [ring.new_key(), ring.new_key()]

    assert len(ring.scanner().scan(" ".join(keys))) == 2
