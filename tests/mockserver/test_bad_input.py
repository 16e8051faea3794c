"""Bad input: one clear line each, that names the thing and the mend; nothing is half done.

The table is what people read when they mistype. A line that changes is changed here on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
import pytest_asyncio

from mockserver.configuration.file import ConfigError, ConfigFile, check, parse_table
from mockserver.control import dispatch
from mockserver.sandbox import Sandbox
from mockserver.server import MockServer
from mockserver.settings import SandboxSettings
from tests.mockserver.rawclient import RawClient, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONFIGS = (
    ('port = "8080"', "port: must be a whole number, not '8080'"),
    ("port = 70000", "port: must be at most 65535, not 70000"),
    ("prot = 8080", "prot: unknown field; nearest: port, projects, note"),
    ('[server]\nhost = ""', "server.host: must not be empty"),
    ("[server]\nprt = 1", "server.prt: unknown field; nearest: port"),
    ("seed = 1.5", "seed: must be a whole number, not 1.5"),
    ('name = "a b"', "name: must be 1 to 64 letters, digits, '.', '_' and '-'"),
    ('[[keys]]\nid = "a"', "keys[0].key: missing; it must be given"),
    ('[[keys]]\nid = "a"\nkey = "x y"', "keys[0].key: must be ASCII without spaces"),
    (
        '[[keys]]\nid = "a"\nkey = "k"\nstate = "asleep"',
        "keys[0].state: must be 'active', 'revoked', 'blocked' or 'expired', not 'asleep'",
    ),
    (
        '[[keys]]\nid="a"\nkey="k1"\n[[keys]]\nid="a"\nkey="k2"',
        "key id 'a' occurs twice; each needs its own",
    ),
    (
        '[[keys]]\nid="a"\nkey="k"\n[[keys]]\nid="b"\nkey="k"',
        "two keys have the same secret; give each key its own",
    ),
    ('[[keys]]\nid="a"\nkey="k"\nuses=0', "keys[0].uses: must be at least 1, not 0"),
    (
        '[[keys]]\nid="a"\nkey="k"\nexpires_at="tomorrow"',
        "keys[0].expires_at: must be a number, not 'tomorrow', or must be a date as 2026-01-31T12:00:00Z, not 'tomorrow'",
    ),
    (
        "[rate_limit]\nrequests_per_minute = 0",
        "rate_limit.requests_per_minute: must be at least 1, not 0",
    ),
    (
        '[rate_limit]\nrequests_per_minute = "5"',
        "rate_limit.requests_per_minute: must be a whole number, not '5'",
    ),
    (
        '[rate_limit]\nrequests_per_minute=5\nwindow="rolling"',
        "rate_limit.window: must be 'sliding' or 'fixed', not 'rolling'",
    ),
    (
        '[[rate_limits]]\nid="a"\ndimension="bananas"\nlimit=5\nwindow_s=60',
        "rate_limits[0].dimension: must be 'requests', 'tokens', 'tokens_in', 'tokens_out', 'concurrency' or 'slope', not 'bananas'",
    ),
    (
        '[[rate_limits]]\nid="a"\nlimit=5\nwindow_s=0',
        "rate_limits[0].window_s: must be more than 0, not 0",
    ),
    ("[budget]\nlimit_units = -1", "budget.limit_units: must be at least 0, not -1"),
    (
        "[budget]\nlimit_units = 5\nspelling = 500",
        "budget.spelling: must be 402, 403 or 429, not 500",
    ),
    (
        '[budget]\nlimit_units = 5\nperiod = "weekly"',
        "budget.period: must be 'daily', 'monthly', 'yearly' or 'lifetime', not 'weekly'",
    ),
    ("[budget]\nlimit_units=inf", "budget.limit_units: must be a finite number, not inf"),
    ('[stream]\nstyle = "xml"', "stream.style: must be 'json_lines' or 'sse', not 'xml'"),
    ("[stream]\nchunks = 0", "stream.chunks: must be at least 1, not 0"),
    ("[latency]\nanswer_s = -1", "latency.answer_s: must be at least 0, not -1"),
    ("[latency]\nanswer_s = nan", "latency.answer_s: must be a finite number, not nan"),
    ("[replies]\ntokens = 0", "replies.tokens: must be at least 1, not 0"),
    ('[replies]\ntext = ""', "replies.text: must not be empty"),
    ("[embeddings]\ndimension = 0", "embeddings.dimension: must be at least 1, not 0"),
    ("[capacity]\nworkers = -1", "capacity.workers: must be at least 1, not -1"),
    ("[api]\nmax_body_bytes = 0", "api.max_body_bytes: must be at least 1, not 0"),
    ("[api]\nreceive_s = 0", "api.receive_s: must be more than 0, not 0"),
    ("[journal]\nmax_exchanges = 0", "journal.max_exchanges: must be at least 1, not 0"),
    (
        '[tls]\ncertificate = "best"',
        "tls.certificate: must be 'good', 'expired', 'not_yet_valid', 'wrong_name', 'self_signed', 'unknown_issuer' or 'missing_intermediate', not 'best'",
    ),
    ("[triggers]\nheaders = true", "triggers.headers: unknown field; nearest: header"),
    ('[clock]\nfrozen = "yes"', "clock.frozen: must be true or false, not 'yes'"),
    ('[[rules]]\nid = "r"', "rules[0]: needs a fault or a list of faults; give one of the two"),
    (
        '[[rules]]\nfault = { kind = "staus", status = 503 }',
        "rules[0].fault.kind: unknown kind 'staus'; nearest: status, stall",
    ),
    ('[[rules]]\nfault = { kind = "status" }', "rules[0].fault.status: missing; it must be given"),
    (
        '[[rules]]\nfault = { kind = "status", status = 99 }',
        "rules[0].fault.status: must be at least 200, not 99",
    ),
    (
        '[[rules]]\nfault = { kind = "hold", seconds = -1 }',
        "rules[0].fault.seconds: must be at least 0, not -1",
    ),
    (
        '[[rules]]\nfault = { kind = "status", status = 503 }\nwhen = { probability = 1.2 }',
        "rules[0].when.probability: must be at most 1, not 1.2",
    ),
    (
        '[[rules]]\nfault = { kind = "status", status = 503 }\nwhen = { times = 0 }',
        "rules[0].when.times: must be at least 1, not 0",
    ),
    (
        '[[rules]]\nfault = { kind = "status", status = 503 }\nwhen = { from_s = 5, until_s = 2 }',
        "rules[0].when: until_s 2 must be later than from_s 5",
    ),
    (
        '[[rules]]\nfault = { kind = "status", status = 503 }\nmatch = { url = "/chat" }',
        "rules[0].match.url: unknown field; known: method, path, model, key, project, stream, header, body, token, attempt",
    ),
    (
        '[[rules]]\nfault = { kind = "status", status = 503 }\nmatch = { attempt = [3, 1] }',
        "rules[0].match.attempt: ends at 1 before it begins at 3; swap them",
    ),
    (
        '[[rules]]\nid="r"\nfault={kind="noop"}\n[[rules]]\nid="r"\nfault={kind="noop"}',
        "rule id 'r' occurs twice; each needs its own",
    ),
    (
        '[[rules]]\nfault={kind="noop"}\nfaults=[{kind="noop"}]',
        "rules[0]: needs a fault or a list of faults; give one of the two",
    ),
    (
        '[[rules]]\nfaults=[{kind="status",status=500},{kind="html_page"}]',
        "rules[0]: status and html_page would both answer; keep one",
    ),
    ("seed = ", "is not TOML: invalid value (at end of document)"),
    ('[[sandboxes]]\nname = "default"', "sandbox name 'default' occurs twice; each needs its own"),
    ("latency = 3", "latency: must be a table, not 3"),
    ('keys = "k"', "keys: must be a list, not 'k'"),
)
"""What is wrong in a file, and its line behind the name of the file."""

SECRET = 87654321


@pytest.mark.parametrize(
    "written",
    [
        {"keys": [{"id": "a", "key": SECRET}]},
        {"server": {"control_token": SECRET}},
        {"webhook": {"url": "http://127.0.0.1:1", "secret": SECRET}},
    ],
)
def test_a_secret_of_the_wrong_type_is_not_repeated(written: dict[str, object]) -> None:
    """The line says where it is, never what it is."""
    with pytest.raises(ConfigError) as wrong:
        check(ConfigFile, written, "mock.toml")

    assert "must be a text, not what was given" in str(wrong.value)
    assert str(SECRET) not in str(wrong.value)


CALLS = (
    ("GET", "/nothing", "", "", 404, "no such call: /_mock/nothing"),
    ("PUT", "/healthz", "", "", 405, "/_mock/healthz has no PUT; it has GET"),
    ("GET", "/sandboxes/x", "", "", 404, "no sandbox 'x'; open are: default"),
    (
        "POST",
        "/sandboxes",
        "{",
        "",
        400,
        "body: is not JSON: unexpected end of data: line 1 column 2 (char 1)",
    ),
    ("POST", "/sandboxes", "[]", "", 400, "body: must be a JSON object"),
    (
        "POST",
        "/sandboxes",
        '{"name": "default"}',
        "",
        409,
        "a sandbox 'default' is open already; close it or choose another name",
    ),
    (
        "POST",
        "/sandboxes",
        '{"nme": "x"}',
        "",
        400,
        "body: nme: unknown field; nearest: name, media",
    ),
    (
        "POST",
        "/sandboxes",
        '{"name":"x","port":"1"}',
        "",
        400,
        "body: port: must be a whole number, not '1'",
    ),
    (
        "DELETE",
        "/sandboxes/default",
        "",
        "",
        409,
        "sandbox 'default' shares its port with the control API; close the whole server",
    ),
    (
        "PATCH",
        "/sandboxes/default/settings",
        '{"port": 1}',
        "",
        400,
        "body: port: cannot be changed; open another sandbox",
    ),
    (
        "PATCH",
        "/sandboxes/default/settings",
        '{"rules": []}',
        "",
        400,
        "body: rules: have calls of their own; PUT them to …/rules",
    ),
    (
        "PATCH",
        "/sandboxes/default/settings",
        '{"seeed": 1}',
        "",
        400,
        "body: seeed: unknown field; nearest: seed",
    ),
    (
        "POST",
        "/sandboxes/default/rules",
        '{"fault": {"kind": "statu"}}',
        "",
        400,
        "body: rules[0].fault.kind: unknown kind 'statu'; nearest: status, stall",
    ),
    (
        "POST",
        "/sandboxes/default/rules",
        '[{"fault": {"kind":"noop"}, "when": {"every": 0}}]',
        "",
        400,
        "body: rules[0].when.every: must be at least 1, not 0",
    ),
    (
        "POST",
        "/sandboxes/default/rules",
        '{"fault":{"kind":"refuse"}}',
        "",
        409,
        "rule 'rule-1': refuse without duration_s would close the door of the control API too; give it a duration_s, or use a sandbox with its own port",
    ),
    ("DELETE", "/sandboxes/default/rules/r9", "", "", 404, "no rule 'r9'; there are: none"),
    (
        "GET",
        "/sandboxes/default/journal",
        "",
        "limit=0",
        400,
        "query: limit: must be at least 1, not '0'",
    ),
    (
        "GET",
        "/sandboxes/default/journal",
        "",
        "status=abc",
        400,
        "query: status: must be a whole number, not 'abc'",
    ),
    (
        "GET",
        "/sandboxes/default/journal",
        "",
        "statsu=200",
        400,
        "query: statsu: unknown field; nearest: status",
    ),
    (
        "GET",
        "/sandboxes/default/journal",
        "",
        "timeout_s=1e9&at_least=1",
        400,
        "query: timeout_s: must be at most 600, not '1e9'",
    ),
    (
        "PUT",
        "/sandboxes/default/budget",
        "{}",
        "",
        400,
        "body: has no limit; give limit_units, limit_tokens or both",
    ),
    (
        "PUT",
        "/sandboxes/default/budget",
        '{"limit_units":"5"}',
        "",
        400,
        "body: limit_units: must be a number, not '5'",
    ),
    (
        "POST",
        "/sandboxes/default/budget/raise",
        "{}",
        "",
        400,
        "body: give one of to_units, by_units, to_tokens and by_tokens",
    ),
    (
        "POST",
        "/sandboxes/default/budget/raise",
        '{"to_units":1,"by_units":1}',
        "",
        400,
        "body: give one of to_units, by_units, to_tokens and by_tokens",
    ),
    (
        "POST",
        "/sandboxes/default/budget/raise",
        '{"to_units":1}',
        "",
        409,
        "sandbox 'default' has no budget; PUT one to …/budget",
    ),
    (
        "PUT",
        "/sandboxes/default/rate-limit",
        '{"requests_per_minute":0}',
        "",
        400,
        "body: requests_per_minute: must be at least 1, not 0",
    ),
    (
        "PUT",
        "/sandboxes/default/clock",
        '{"frozen":"x"}',
        "",
        400,
        "body: frozen: must be true or false, not 'x'",
    ),
    ("POST", "/sandboxes/default/keys/zz/revoke", "", "", 404, "no key 'zz'; there are: dev"),
    (
        "POST",
        "/sandboxes/default/keys/dev/block",
        '{"for_s":-1}',
        "",
        400,
        "body: for_s: must be more than 0, not -1",
    ),
)
"""Method, path, body and query of a control call; status and line of its answer."""

REQUESTS = (
    ("/v1/chat/request", "{", 400, "body must be a JSON object"),
    ("/v1/chat/request", "[]", 400, "body must be a JSON object"),
    ("/v1/chat/request", "{}", 400, "model is required"),
    ("/v1/chat/request", '{"model":"pawa-v1-ember-20240924"}', 400, "messages is required"),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[]}',
        400,
        "messages must not be empty",
    ),
    (
        "/v1/chat/request",
        '{"model":"gpt-4","messages":[{"role":"user","content":"hi"}]}',
        400,
        "model 'gpt-4' is unknown here; this endpoint has pawa-v1-ember-20240924, pawa-v1-blaze-20250318",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":"hi"}',
        400,
        "messages must be an array",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"robot","content":"x"}]}',
        400,
        "messages[0].role must be one of system, user, assistant, tool",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user"}]}',
        400,
        "messages[0].content must be a string or an array of parts",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":[{"type":"sound"}]}]}',
        400,
        "messages[0].content[0].type must be text or image_url",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"temperature":3}',
        400,
        "temperature must be between 0 and 2",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"temperature":"hot"}',
        400,
        "temperature must be a number",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"max_tokens":0}',
        400,
        "max_tokens must be at least 1",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"stream":"yes"}',
        400,
        "stream must be true or false",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"stop":5}',
        400,
        "stop must be a string or an array of at most 16 strings",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"x"}]}',
        400,
        "tools[0].type must be function or pawa_tool",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"tool_choice":"maybe"}',
        400,
        "tool_choice must be auto, none, required or name one of the tools",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"wolf"}}}}',
        400,
        "response_format.json_schema.schema at type: 'wolf' is not valid under any of the given schemas",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"xml"}}',
        400,
        "response_format.type must be text or json_schema",
    ),
    (
        "/v1/chat/request",
        '{"model":"pawa-v1-ember-20240924","messages":[{"role":"user","content":"hi"}],"reasoning":{"effort":"huge"}}',
        400,
        "reasoning.effort must be low, medium, high",
    ),
    ("/v1/agents/chat/request", "{}", 400, "message is required"),
    ("/v1/agents/create", "{}", 400, "name is required"),
    ("/v1/agents/create", '{"name":5}', 400, "name must be a string"),
    ("/v1/vectors/embedding", "{}", 400, "model is required"),
    (
        "/v1/vectors/embedding",
        '{"model":"x","sentences":["a"]}',
        400,
        "model 'x' is unknown here; this endpoint has pawa-embeddings-v1-20241001, pawa-embedding-v1-20240701",
    ),
    (
        "/v1/vectors/embedding",
        '{"model":"pawa-embeddings-v1-20241001","sentences":[]}',
        400,
        "sentences must not be empty",
    ),
    (
        "/v1/vectors/embedding",
        '{"model":"pawa-embeddings-v1-20241001","sentences":[""]}',
        400,
        "sentences[0] must not be empty",
    ),
    (
        "/v1/store/knowledge-base/semantic-retrieval",
        "{}",
        400,
        "knowledge_base_id (or knowledgeBaseId) is required",
    ),
    ("/v1/voice/text-to-speech", "{}", 400, "model is required"),
    (
        "/v1/voice/text-to-speech",
        '{"model":"pawa-tts-v1-20250704","text":"x","voice":"bob"}',
        400,
        "voice must be one of ame, liora, ayana",
    ),
    ("/v1/voice/speech-to-text", "x", 400, "body must be multipart/form-data"),
    ("/v1/documents/parse", "x", 400, "body must be multipart/form-data"),
    ("/v1/transcribe/workspace", "{}", 400, "name is required"),
    ("/v1/chat/completions", "{}", 404, "Not found: /v1/chat/completions"),
    ("/v1/chat/request/", "{}", 404, "Not found: /v1/chat/request/"),
)
"""Path and body of a request to the API; status and message of its answer."""


def test_the_table_is_long_enough() -> None:
    """Sixty at the least."""
    assert len(CONFIGS) + len(CALLS) + len(REQUESTS) >= 100


@pytest.mark.parametrize(("text", "line"), CONFIGS)
def test_a_file_is_told_what_is_wrong_with_it(text: str, line: str) -> None:
    """One line: file, place, mistake, mend."""
    with pytest.raises(ConfigError) as wrong:
        check(ConfigFile, parse_table(text, ".toml", "mock.toml"), "mock.toml")

    assert wrong.value.lines == (f"mock.toml: {line}",)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server() -> AsyncIterator[MockServer]:
    """One server for all calls: none of them changes anything."""
    async with MockServer() as started:
        yield started


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("method", "path", "body", "query", "status", "line"), CALLS)
async def test_a_control_call_is_told_what_is_wrong_with_it(  # noqa: PLR0917 - a row of the table
    server: MockServer, method: str, path: str, body: str, query: str, status: int, line: str
) -> None:
    """One line, and nothing has changed."""
    before = server.default.settings, server.default.plan.rules, server.sandboxes
    answer = await dispatch.dispatch(
        server, method, f"/_mock{path}", query, body.encode(), (("host", "127.0.0.1:1"),)
    )

    assert isinstance(answer.body, bytes)
    assert (answer.status, orjson.loads(answer.body)) == (status, {"errors": [line]})
    assert (server.default.settings, server.default.plan.rules, server.sandboxes) == before


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_sandbox() -> AsyncIterator[Sandbox]:
    """One sandbox for all requests: none of them is served."""
    sandbox = Sandbox(SandboxSettings())
    await sandbox.open()
    yield sandbox
    await sandbox.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("path", "body", "status", "message"), REQUESTS)
async def test_a_request_is_told_what_is_wrong_with_it(
    shared_sandbox: Sandbox, path: str, body: str, status: int, message: str
) -> None:
    """In the API's envelope, the field at fault named; no work is done."""
    async with await RawClient.connect(shared_sandbox.base_url) as client:
        await client.send(request(path, body=body.encode()))
        received = await client.read_reply()

    assert received.status == status
    assert received.json == {"success": False, "message": message, "data": None}
    assert not shared_sandbox.journal.exchanges()[-1].executed
