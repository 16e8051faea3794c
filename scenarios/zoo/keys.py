"""Defects in what becomes of the API key."""

from __future__ import annotations

import logging

from scenarios.reference import PawaClient
from scenarios.reference.secrets import Scrubber, Secret
from scenarios.reference.transport import Target, Transport
from scenarios.zoo.defect import defect

logger = logging.getLogger(__name__)


@defect(
    "M61",
    seen="litellm#8075, #15799 and #31342",
    caught_by={
        "KEY-001": "places of the key other than the Authorization header",
        "KEY-011": "keys in what the client wrote",
    },
)
class PutsTheKeyIntoTheUrl(Transport):
    """The key stands in the URL, so that it lands in logs."""

    def url(self, target: Target, path: str) -> str:
        """An address that is worth money."""
        url = f"{super().url(target, path)}?api_key={target.api_key.reveal()}"
        logger.debug("POST %s", url)
        return url


@defect(
    "Z13",
    seen="plausible: a gateway that echoes the request's headers in its error page",
    caught_by={"KEY-011": ("keys in what the client handed out", "keys in what the client wrote")},
)
class RepeatsWhatTheServerSays(Scrubber):
    """What a server wrote goes into errors and logs as it is, the key that it echoed with it."""

    def scrub(self, text: str) -> str:
        """The text."""
        return text


@defect(
    "Z14",
    seen="plausible: a key read from an environment variable that is not set",
    caught_by={"KEY-016": "empty key: arrivals"},
)
class SendsAnEmptyKey(PawaClient):
    """An empty key is sent like any other."""

    def accept_key(self, api_key: str) -> Secret:
        """Whatever was set."""
        return Secret(api_key)
