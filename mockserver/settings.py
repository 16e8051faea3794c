"""What a sandbox and a server are told to be: immutable snapshots, checked when they are made.

A request keeps the snapshot it started with; a change swaps the whole of it (DESIGN section 4).
Unknown fields and bad numbers are refused, never clamped. Where pawa-api.md marks a point as
unknown, the switch that decides it stands here and is listed in ``docs/choices.md``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mockserver.answer import StreamStyle
from mockserver.faults.rules import Rule  # noqa: TC001 - pydantic reads the annotation at run time

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_KEY = "pawa-dev-key"
"""The key of a sandbox that is given none; it opens nothing but this mock."""

Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
Amount = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Switch = Annotated[bool, Field(strict=True)]
Port = Annotated[int, Field(strict=True, ge=0, le=65535)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


def refuse_twins(what: str, names: Iterable[str]) -> None:
    """Raise ValueError when a name occurs twice."""
    twins = sorted(name for name, count in Counter(names).items() if count > 1)
    if twins:
        raise ValueError(f"{what} {twins[0]!r} occurs twice; each needs its own")


class Snapshot(BaseModel):
    """The base of everything here: frozen, and closed to fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class KeySettings(Snapshot):
    """One API key: its public id, its secret, the project that it belongs to, and its state.

    A ``revoked`` key is answered as an unknown one is: 401.
    """

    id: Name
    key: str = Field(min_length=1, pattern=r"^[!-~]+$", repr=False)
    project: Name = "default"
    state: Literal["active", "revoked"] = "active"


class RateLimitSettings(Snapshot):
    """Requests in any minute, for one key or for all keys of one project together.

    The documented tiers are 5, 50 and 500 (pawa-api.md section 5). ``window`` "sliding" counts the
    last 60 s, "fixed" each minute of the clock; ``count_refused`` lets refused requests use up the
    limit too; ``retry_after`` says in the answer when the next request will be let in.
    """

    requests_per_minute: Positive
    scope: Literal["key", "project"] = "key"
    window: Literal["sliding", "fixed"] = "sliding"
    count_refused: Switch = False
    retry_after: Switch = True


class PriceSettings(Snapshot):
    """What a model costs, in units of the budget, for 1,000 tokens read and 1,000 written."""

    in_per_1k: Amount = 1.0
    out_per_1k: Amount = 2.0


class BudgetSettings(Snapshot):
    """How much the sandbox may spend in all, and how it says that no more is left.

    ``limit_units`` is in whatever unit the prices are in. ``prices`` holds a model's own price;
    the others cost ``price``.
    """

    limit_units: Amount
    spelling: Literal[402, 403, 429] = 402
    price: PriceSettings = PriceSettings()
    prices: dict[str, PriceSettings] = Field(default_factory=dict)


class StreamSettings(Snapshot):
    """How a healthy stream looks.

    ``chunk_words`` words go into one chunk, unless ``chunks`` asks for that many chunks in all
    (fewer when the text has fewer words). ``first_token_s`` is the silence between the head and
    the first chunk, ``interval_s`` the pause before each further one. ``final_chunk`` ends the
    stream with an empty piece that carries ``finish_reason`` and ``usage``; ``marker`` adds
    ``[DONE]``; ``shape`` "request" is the second chunk shape of pawa-api.md section 3.2.
    """

    style: StreamStyle = StreamStyle.JSON_LINES
    marker: Switch = False
    final_chunk: Switch = True
    shape: Literal["message", "request"] = "message"
    chunk_words: Positive = 1
    chunks: Positive | None = None
    interval_s: Seconds = 0.0
    first_token_s: Seconds = 0.0
    content_type: str = Field(default="text/event-stream", pattern=r"^[ -~]+$")


class ReplySettings(Snapshot):
    """What a healthy answer says.

    ``tokens`` is its length when nothing cuts it; ``text``, where it is given, is what is said to
    every request in place of generated words. ``canary`` puts a fresh ``answer-<12 hex>``
    first, so that a repeated answer betrays itself; ``fingerprint`` adds ``request-<12 hex>``, the
    head of the SHA-256 of the request body. ``usage`` reports tokens in JSON and final chunk.
    """

    tokens: Positive = 40
    text: str | None = Field(default=None, min_length=1, max_length=4_000_000)
    canary: Switch = False
    fingerprint: Switch = False
    usage: Switch = True


class EmbeddingSettings(Snapshot):
    """The length of a vector, and how many sentences one request may carry (None: any number)."""

    dimension: Positive = 64
    max_items: Positive | None = None


class LatencySettings(Snapshot):
    """How long a healthy server thinks: ``answer_s`` is the silence before a JSON answer."""

    answer_s: Seconds = 0.0


class ApiSettings(Snapshot):
    """What the API accepts.

    ``unknown_fields`` "refuse" answers 400 to a field that pawa-api.md does not know;
    ``enforce_capabilities`` answers 400 to pictures and tools for a model that has neither;
    ``extra_chat_models`` and ``extra_embedding_models`` are accepted beside the documented ones.
    """

    max_body_bytes: Positive = 10 * 1024 * 1024
    unknown_fields: Literal["ignore", "refuse"] = "ignore"
    enforce_capabilities: Switch = False
    extra_chat_models: tuple[str, ...] = ()
    extra_embedding_models: tuple[str, ...] = ()


class JournalSettings(Snapshot):
    """How many exchanges are kept in memory; older ones are dropped and counted.

    With an ``overflow_file`` each of those goes there first, as one line of JSON.
    """

    max_exchanges: Positive = 20_000
    overflow_file: str | None = Field(default=None, min_length=1)


class SandboxSettings(Snapshot):
    """One isolated world: its keys, limits, budget, rules and the shape of its healthy replies.

    ``port`` 0 takes a free one. ``seed`` feeds every draw of the rules. ``announce_rules`` adds
    ``X-Mock-Rule`` to what a rule has changed; it stays off while a client is judged.
    """

    name: Name = "default"
    port: Port = 0
    keys: tuple[KeySettings, ...] = (KeySettings(id="dev", key=DEFAULT_KEY),)
    rules: tuple[Rule, ...] = ()
    seed: int = Field(default=0, strict=True)
    rate_limit: RateLimitSettings | None = None
    budget: BudgetSettings | None = None
    stream: StreamSettings = StreamSettings()
    replies: ReplySettings = ReplySettings()
    embeddings: EmbeddingSettings = EmbeddingSettings()
    latency: LatencySettings = LatencySettings()
    api: ApiSettings = ApiSettings()
    journal: JournalSettings = JournalSettings()
    announce_rules: Switch = False

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        refuse_twins("key id", (key.id for key in self.keys))
        refuse_twins("rule id", (rule.id for rule in self.rules if rule.id))
        if len({key.key for key in self.keys}) != len(self.keys):
            raise ValueError("two keys have the same secret; give each key its own")
        return self


class ServerSettings(Snapshot):
    """A whole server: where it listens, and its sandboxes.

    The first sandbox is served on ``host``:``port``, beside the control API; each further one has
    its own port. ``control_token`` is what the control API asks of callers that are not on
    loopback; without one it refuses them.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: Port = 0
    control_token: str | None = Field(default=None, min_length=1, repr=False)
    sandboxes: tuple[SandboxSettings, ...] = Field(default=(SandboxSettings(),), min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        refuse_twins("sandbox name", (sandbox.name for sandbox in self.sandboxes))
        return self
