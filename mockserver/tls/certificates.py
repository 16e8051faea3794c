"""Certificates, minted when they are needed and never kept: good ones, and each kind of wrong one.

A certificate is wrong in exactly one way: what is expired has the right name and a known issuer,
what has a wrong name is valid today, and so on. So a client's complaint is about that one thing.
Their dates are those of the real clock: clients look at theirs, not at the sandbox's.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from mockserver.settings.tls import CertificateKind

ORGANIZATION = "pawa-mock test authority"
WRONG_NAME = "another-server.invalid"
"""What a certificate of the wrong name is good for (RFC 6761: such a name never exists)."""

_DAY = dt.timedelta(days=1)
_LIFE = 365 * _DAY


@dataclass(frozen=True, slots=True)
class Chain:
    """What a server shows: its certificate first, then those of its issuers; and its key. PEM."""

    certificates: tuple[bytes, ...]
    key: bytes

    @property
    def pem(self) -> bytes:
        """Key and certificates, as they are loaded."""
        return self.key + b"".join(self.certificates)


class Authority:
    """A root, which clients are told to trust, and an intermediate that issues for servers."""

    def __init__(self) -> None:
        self._root = trustme.CA(organization_name=ORGANIZATION)
        self._issuer = self._root.create_child_ca()

    @property
    def pem(self) -> bytes:
        """The root's certificate."""
        return self._root.cert_pem.bytes()

    def chain(self, kind: CertificateKind, names: tuple[str, ...], now: dt.datetime) -> Chain:
        """A certificate for these names, wrong in the way of its kind."""
        if kind == "self_signed":
            return _self_signed(names, now)
        if kind == "unknown_issuer":
            return _of_a_stranger(names, now)
        begins, ends = _life(kind, now)
        named = (WRONG_NAME,) if kind == "wrong_name" else names
        leaf = self._issuer.issue_cert(
            *named, organization_name=ORGANIZATION, not_before=begins, not_after=ends
        )
        certificates = tuple(blob.bytes() for blob in leaf.cert_chain_pems)
        if kind == "missing_intermediate":
            certificates = certificates[:1]
        return Chain(certificates, leaf.private_key_pem.bytes())


@cache
def authority() -> Authority:
    """The one authority of this process: a client that trusts it can reach all of its sandboxes."""
    return Authority()


@lru_cache(maxsize=64)
def chain_of(kind: CertificateKind, names: tuple[str, ...]) -> Chain:
    """A chain by the authority of this process, minted once."""
    return authority().chain(kind, names, dt.datetime.now(dt.UTC))


def _life(kind: CertificateKind, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    if kind == "expired":
        return now - 30 * _DAY, now - _DAY
    if kind == "not_yet_valid":
        return now + _DAY, now + _LIFE
    return now - _DAY, now + _LIFE


def _of_a_stranger(names: tuple[str, ...], now: dt.datetime) -> Chain:
    """A good certificate by a root that nobody was told to trust, which is shown too."""
    stranger = trustme.CA(organization_name="an authority that nobody knows")
    leaf = stranger.issue_cert(*names, not_before=now - _DAY, not_after=now + _LIFE)
    certificates = (*leaf.cert_chain_pems, stranger.cert_pem)
    return Chain(tuple(blob.bytes() for blob in certificates), leaf.private_key_pem.bytes())


def _self_signed(names: tuple[str, ...], now: dt.datetime) -> Chain:
    """A certificate that vouches for itself: valid today, and for these names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "self-signed")])
    public = key.public_key()
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName([_identity(one) for one in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Chain((certificate.public_bytes(Encoding.PEM),), pem)


def _identity(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
