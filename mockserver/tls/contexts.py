"""Server contexts out of settings, and what a handshake came to."""

from __future__ import annotations

import ssl
import warnings
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from mockserver.records import TlsFacts

if TYPE_CHECKING:
    from mockserver.settings.tls import TlsSettings
    from mockserver.tls.certificates import Chain

_VERSIONS = {
    "modern": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
    "tls1.0": (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1),
    "tls1.1": (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1),
    "tls1.2": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    "tls1.3": (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3),
}

_OLD = frozenset({"tls1.0", "tls1.1"})


class ServerSide(ssl.SSLObject):
    """The server's side of a connection; it remembers which name the client asked for (SNI)."""

    server_name: str | None = None


def server_context(settings: TlsSettings, chain: Chain) -> ssl.SSLContext:
    """A context that shows the chain and speaks the versions of the settings."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile(suffix=".pem") as file:  # OpenSSL reads certificates from files alone
        file.write(chain.pem)
        file.flush()
        context.load_cert_chain(file.name)
    low, high = _VERSIONS[settings.protocol]
    with warnings.catch_warnings():
        # Python calls the old versions deprecated, which is why somebody asks for them.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = low, high
    if settings.protocol in _OLD:
        # OpenSSL 3 signs with SHA-1, as the old versions must, on its lowest level alone.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = ServerSide
    context.sni_callback = _note_name
    return context


def _note_name(side: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:  # noqa: ARG001 - OpenSSL's signature
    if isinstance(side, ServerSide):
        side.server_name = name


def facts_of(side: ssl.SSLObject, failure: str | None = None) -> TlsFacts:
    """What the journal keeps of a handshake, whether it came to its end or not."""
    cipher = None if failure else side.cipher()
    return TlsFacts(
        version=None if failure else side.version(),
        cipher=None if cipher is None else cipher[0],
        server_name=side.server_name if isinstance(side, ServerSide) else None,
        failure=failure,
    )


def failure_of(error: BaseException | None) -> str:
    """Why a handshake failed, in a few words: OpenSSL's, where it has any."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, ConnectionAbortedError | TimeoutError):
        return "the handshake took too long"
    return "the connection ended in the handshake"
