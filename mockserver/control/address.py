"""Where the control API is: under one prefix of a listener, which may be on loopback."""

from __future__ import annotations

import ipaddress

PREFIX = "/_mock"
"""What every path of the control API begins with."""


def root_of(address: str) -> str:
    """The address of a listener without a path, whichever of its addresses is told."""
    return address.rstrip("/").removesuffix("/v1").removesuffix(PREFIX)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
