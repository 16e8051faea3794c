"""Contexts speak the versions they are told to, and tell what a handshake came to."""

from __future__ import annotations

import ssl
import warnings

import pytest

from mockserver.records import TlsFacts
from mockserver.settings import TlsSettings
from mockserver.tls.certificates import authority, chain_of
from mockserver.tls.contexts import facts_of, failure_of, server_context

CHAIN = chain_of("good", ("localhost",))


def client_context(*, old: bool = False) -> ssl.SSLContext:
    """A client that trusts the authority; an old one still speaks the old versions."""
    context = ssl.create_default_context(cadata=authority().pem.decode())
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def shake(protocol: str, *, old: bool = False) -> ssl.SSLObject:
    """The server's side after a handshake in memory; raises what the client complains of."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client_context(old=old).wrap_bio(back, there, server_hostname="localhost")
    settings = TlsSettings.model_validate({"protocol": protocol})
    serving = server_context(settings, CHAIN).wrap_bio(there, back, server_side=True)
    for side in (asking, serving, asking, serving, asking):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError:
            if side is asking:
                raise
    return serving


@pytest.mark.parametrize(
    ("protocol", "old", "version"),
    [
        ("modern", False, "TLSv1.3"),
        ("modern", True, "TLSv1.3"),
        ("tls1.3", False, "TLSv1.3"),
        ("tls1.2", False, "TLSv1.2"),
        ("tls1.1", True, "TLSv1.1"),
        ("tls1.0", True, "TLSv1"),
    ],
)
def test_a_protocol_is_spoken(protocol: str, old: bool, version: str) -> None:
    """The newest of `modern`, or the one that was asked for."""
    facts = facts_of(shake(protocol, old=old))

    assert (facts.version, facts.server_name, facts.failure) == (version, "localhost", None)
    assert facts.cipher


@pytest.mark.parametrize("protocol", ["tls1.0", "tls1.1"])
def test_a_modern_client_does_not_speak_an_old_protocol(protocol: str) -> None:
    """It is told so by an alert, and nothing else is wrong."""
    with pytest.raises(ssl.SSLError) as caught:
        shake(protocol)

    assert caught.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_a_failure_has_a_reason_and_no_cipher() -> None:
    """The name that was asked for is known all the same."""
    facts = facts_of(shake("modern"), failure="tlsv1 alert unknown ca")

    assert facts == TlsFacts(None, None, "localhost", "tlsv1 alert unknown ca")


def test_reasons_are_told_in_words() -> None:
    """OpenSSL's own where there are any."""
    alert = ssl.SSLError(1, "…")
    alert.reason = "TLSV1_ALERT_UNKNOWN_CA"

    assert failure_of(alert) == "tlsv1 alert unknown ca"
    assert failure_of(ConnectionAbortedError()) == "the handshake took too long"
    assert failure_of(ConnectionResetError()) == "the connection ended in the handshake"
    assert failure_of(None) == "the connection ended in the handshake"
