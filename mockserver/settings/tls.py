"""Whether the listener speaks TLS, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mockserver.snapshot import Snapshot

CertificateKind = Literal[
    "good",
    "expired",
    "not_yet_valid",
    "wrong_name",
    "self_signed",
    "unknown_issuer",
    "missing_intermediate",
]
"""What is wrong with a certificate; all but ``good`` are wrong in this way alone."""


class TlsSettings(Snapshot):
    """TLS on the listener, with certificates that are made when it starts.

    ``names`` are host names (or addresses) that the certificate is good for beside localhost,
    127.0.0.1, ::1 and the host that is listened on. ``ca_file`` is where the certificate of the
    authority is written, which clients have to trust; without it, to a temporary file.
    ``protocol`` "modern" is TLS 1.2 and 1.3; each of the others is that version alone.
    ``handshake`` "plain_text" speaks HTTP without TLS at the address of the same scheme, "stall"
    accepts and says nothing, "close" closes when the client has begun.
    """

    certificate: CertificateKind = "good"
    protocol: Literal["modern", "tls1.0", "tls1.1", "tls1.2", "tls1.3"] = "modern"
    handshake: Literal["answer", "plain_text", "stall", "close"] = "answer"
    names: tuple[Annotated[str, Field(min_length=1, max_length=253, strict=True)], ...] = ()
    ca_file: Annotated[str, Field(min_length=1, strict=True)] | None = None
