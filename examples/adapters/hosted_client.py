"""The smallest Python client for the host: ``--client python:hosted_client:factory``."""

import aiohttp

from scenarios.clients.hosted import HostedError


class Client:
    """One instance of the client under test; here it is plain aiohttp."""

    def __init__(self, settings):
        self.settings = settings
        headers = {"Authorization": f"Bearer {settings['api_key']}"}
        timeout = aiohttp.ClientTimeout(total=settings.get("timeout_s", 20))
        self.http = aiohttp.ClientSession(headers=headers, timeout=timeout)

    async def chat(self, request, **options):
        """A chat call; ``options["emit"](text)`` would hand over a piece of a stream."""
        if request.get("stream") or options["deadline_s"] or options["pace"]:
            raise HostedError("unsupported", "neither streams nor deadlines")
        data = await self._post("/chat/request", {"model": self.settings["model"], **request})
        return {"text": data["request"][0]["message"]["content"], "model": data["model"]}

    async def embed(self, request, **_options):
        """An embedding call."""
        body = {"model": "pawa-embeddings-v1-20241001", "lang": "multi", **request}
        return {"vectors": (await self._post("/vectors/embedding", body))["embeddings"]}

    async def rotate_key(self, _api_key):
        """Not in this client."""
        raise HostedError("unsupported", "the key is given once")

    async def telemetry(self):
        """Not in this client."""
        raise HostedError("unsupported", "nothing is counted")

    async def close(self):
        """Lets the connections go."""
        await self.http.close()

    async def _post(self, path, body):
        try:
            async with self.http.post(self.settings["base_url"] + path, json=body) as answer:
                if answer.status >= 400:
                    kind = "server_error" if answer.status >= 500 else "invalid_request"
                    raise HostedError(kind, answer.reason, status=answer.status)
                return (await answer.json())["data"]
        except TimeoutError as error:
            raise HostedError("timeout", "no answer in time") from error
        except aiohttp.ClientConnectionError as error:
            raise HostedError("connection", str(error)) from error


class Factory:
    """Says what the client is, and opens instances of it."""

    def manifest(self):
        """What it is meant to do: nothing beyond a bounded, honest attempt."""
        return {
            "name": "aiohttp-example",
            "version": "1",
            "language": "python",
            "claims": ["cancellation"],
            "limits": {"max_attempts": 1, "timeout_s": 20, "backoff_family": "none"},
        }

    async def open(self, settings):
        """A fresh instance."""
        if not settings.get("api_key"):
            raise HostedError("config", "an API key is needed")
        return Client(settings)


def factory():
    """What the spec names."""
    return Factory()
