"""What a listener that speaks TLS is told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mockserver.settings import SandboxSettings, TlsSettings


def test_nothing_is_encrypted_unless_it_is_asked_for() -> None:
    """And then it is as it should be."""
    assert SandboxSettings().tls is None
    assert SandboxSettings.model_validate({"tls": {}}).tls == TlsSettings(
        certificate="good", protocol="modern", handshake="answer"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"certificate": "stale"},
        {"protocol": "ssl3"},
        {"handshake": "slow"},
        {"names": [""]},
        {"ca_file": ""},
        {"certificat": "good"},
    ],
)
def test_what_is_not_known_is_refused(wrong: dict[str, Any]) -> None:
    """Every word is one of a list."""
    with pytest.raises(ValidationError):
        TlsSettings.model_validate(wrong)
