"""Who is told of alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mockserver.snapshot import Positive, Snapshot


class WebhookSettings(Snapshot):
    """An address that alerts are posted to, as JSON.

    With a ``secret`` each message is signed (``X-Mock-Signature``, HMAC-SHA256 of the body). A
    message that is not answered with 2xx within ``timeout_s`` seconds is sent again, up to
    ``attempts`` times in all.
    """

    url: str = Field(pattern=r"^https?://[^\s/?#]+\S*$", repr=False)
    secret: str | None = Field(default=None, min_length=1, repr=False)
    attempts: Positive = 4
    timeout_s: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] = 5.0
