"""One chat with a running server, for tests of the commands."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

BODY = {"model": "pawa-v1-ember-20240924", "messages": [{"role": "user", "content": "Habari"}]}


def chat(url: str, key: str = "pawa-dev-key") -> int:
    """The status of one chat."""
    request = urllib.request.Request(  # noqa: S310 - the scheme is the mock's own
        f"{url}/chat/request",
        data=json.dumps(BODY).encode(),
        headers={"Authorization": f"Bearer {key}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - as above
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
