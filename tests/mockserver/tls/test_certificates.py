"""Certificates are wrong in exactly one way, as OpenSSL sees it."""

from __future__ import annotations

import datetime as dt
import ssl
from typing import TYPE_CHECKING, get_args

import pytest
from cryptography import x509

from mockserver.settings.tls import CertificateKind, TlsSettings
from mockserver.tls.certificates import Authority, authority, chain_of
from mockserver.tls.contexts import server_context

if TYPE_CHECKING:
    from mockserver.tls.certificates import Chain

NOW = dt.datetime.now(dt.UTC)
NAMES = ("localhost", "127.0.0.1", "::1")

COMPLAINTS: dict[CertificateKind, tuple[int, str]] = {
    "good": (0, ""),
    "expired": (10, "certificate has expired"),
    "not_yet_valid": (9, "certificate is not yet valid"),
    "wrong_name": (62, "Hostname mismatch"),
    "self_signed": (18, "self-signed certificate"),
    "unknown_issuer": (19, "self-signed certificate in certificate chain"),
    "missing_intermediate": (20, "unable to get local issuer certificate"),
}
"""OpenSSL's verification error for each kind: X509_V_ERR_…, and its words."""


def verified(chain: Chain, ca: bytes, *, name: str = "localhost", check_name: bool = True) -> int:
    """The code of the error that a client finds in a handshake in memory; 0 where it finds none."""
    client = ssl.create_default_context(cadata=ca.decode())
    client.check_hostname = check_name
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(back, there, server_hostname=name)
    serving = server_context(TlsSettings(), chain).wrap_bio(there, back, server_side=True)
    for side in (asking, serving, asking):
        try:
            side.do_handshake()
        except ssl.SSLCertVerificationError as error:
            return error.verify_code
        except ssl.SSLWantReadError:
            continue
    return 0


@pytest.fixture(scope="module")
def ours() -> Authority:
    return Authority()


@pytest.mark.parametrize("kind", get_args(CertificateKind))
def test_each_kind_has_its_own_complaint(ours: Authority, kind: CertificateKind) -> None:
    """And no two share one."""
    code, _ = COMPLAINTS[kind]

    assert verified(ours.chain(kind, NAMES, NOW), ours.pem) == code
    assert len({code for code, _ in COMPLAINTS.values()}) == len(get_args(CertificateKind))


@pytest.mark.parametrize("kind", get_args(CertificateKind))
def test_what_is_wrong_is_wrong_alone(ours: Authority, kind: CertificateKind) -> None:
    """With the one thing put right, the certificate is good."""
    chain = ours.chain(kind, NAMES, NOW)
    leaf = x509.load_pem_x509_certificate(chain.certificates[0])
    named = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    today = leaf.not_valid_before_utc <= NOW <= leaf.not_valid_after_utc
    root = chain.certificates[-1] if kind in {"self_signed", "unknown_issuer"} else ours.pem

    assert ("localhost" in named.get_values_for_type(x509.DNSName)) is (kind != "wrong_name")
    assert today is (kind not in {"expired", "not_yet_valid"})
    assert (len(chain.certificates) > 1) is (kind not in {"self_signed", "missing_intermediate"})
    if kind in {"self_signed", "unknown_issuer"}:
        assert verified(chain, root) == 0
    if kind == "wrong_name":
        assert verified(chain, ours.pem, check_name=False) == 0


def test_addresses_are_names_too(ours: Authority) -> None:
    """A client that connects to 127.0.0.1 compares addresses."""
    good, wrong = (ours.chain(kind, NAMES, NOW) for kind in ("good", "wrong_name"))

    assert verified(good, ours.pem, name="127.0.0.1") == 0
    assert verified(good, ours.pem, name="::1") == 0
    assert verified(wrong, ours.pem, name="127.0.0.1") == 64


def test_a_process_has_one_authority_and_mints_a_chain_once() -> None:
    """A client that trusts it can reach every sandbox; no other authority will do."""
    good = chain_of("good", NAMES)

    assert chain_of("good", NAMES) is good
    assert verified(good, authority().pem) == 0
    assert verified(good, Authority().pem) == 20
    assert authority().pem != Authority().pem
