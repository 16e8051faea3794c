"""The smallest adapter: a client around urllib, without retries, streams or anything else."""

import json
import sys
import threading
import urllib.error
import urllib.request

MANIFEST = {
    "name": "urllib-example",
    "version": "1",
    "language": "python",
    "claims": [],
    "limits": {"max_attempts": 1, "timeout_s": 20, "backoff_family": "none"},
}
KINDS = {401: "auth", 402: "budget_exhausted", 403: "permission", 404: "not_found",
         413: "too_large", 429: "rate_limited"}  # fmt: skip
clients = {}
writing = threading.Lock()


def post(settings, path, body):
    """The client under test: one request, one answer."""
    headers = {
        "Authorization": f"Bearer {settings['api_key']}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(  # noqa: S310 - the harness gives an http address
        settings["base_url"] + path, json.dumps(body).encode(), headers
    )
    timeout_s = settings.get("timeout_s", MANIFEST["limits"]["timeout_s"])
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
        return json.load(answer)["data"]


def chat(message):
    """A chat call; a stream is refused, since this client has none."""
    request = message["request"]
    if request.get("stream"):
        return {"error": {"kind": "unsupported", "message": "this client does not stream"}}
    settings = clients[message["client"]]
    data = post(settings, "/chat/request", {"model": settings["model"], **request})
    return {"ok": {"text": data["request"][0]["message"]["content"], "model": data["model"]}}


def embed(message):
    """An embedding call."""
    body = {"model": "pawa-embeddings-v1-20241001", "lang": "multi", **message["request"]}
    data = post(clients[message["client"]], "/vectors/embedding", body)
    return {"ok": {"vectors": data["embeddings"]}}


def answer_to(message):
    """The final answer to one request."""
    operation, client = message["op"], message.get("client")
    if operation == "hello":
        return {"ok": MANIFEST}
    if operation == "open":
        clients[client] = message["settings"]
        return {"ok": {}}
    if operation == "close":
        clients.pop(client, None)
        return {"ok": {}}
    if operation in ("chat", "embed"):
        return chat(message) if operation == "chat" else embed(message)
    return {"error": {"kind": "unsupported", "message": f"this client has no {operation}"}}


def serve(message):
    """Answers one request, whatever happens, with one line."""
    try:
        answer = answer_to(message)
    except urllib.error.HTTPError as error:
        kind = KINDS.get(error.code, "server_error" if error.code >= 500 else "invalid_request")
        answer = {"error": {"kind": kind, "message": error.reason, "status": error.code}}
    except TimeoutError as error:
        answer = {"error": {"kind": "timeout", "message": str(error)}}
    except OSError as error:
        answer = {"error": {"kind": "connection", "message": str(error)}}
    except Exception as error:  # noqa: BLE001 - a bare exception is `internal`, with its class
        code = type(error).__name__
        answer = {"error": {"kind": "internal", "message": str(error), "code": code}}
    with writing:
        sys.stdout.write(json.dumps({"id": message["id"], **answer}) + "\n")
        sys.stdout.flush()


for line in sys.stdin:
    threading.Thread(target=serve, args=(json.loads(line),), daemon=True).start()
