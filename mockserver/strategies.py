"""Hypothesis strategies for what people write: faults, rules, plans, settings.

For properties of a client ("whatever the server does, it never sends the key elsewhere") and for
our own. What comes out is quick: no pause is longer than ``most_s``, and none is without end unless
it is asked for. Needs hypothesis, which the package itself does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mockserver.faults.base import Answering, ListenerClosing
from mockserver.faults.catalogue import FAULTS
from mockserver.faults.rules import Rule, numbered
from mockserver.settings import SandboxSettings

try:
    from hypothesis import assume
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError(
        "mockserver.strategies needs hypothesis; install it, for example: pip install hypothesis"
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from mockserver.faults.base import Fault

    Schema = Mapping[str, Any]

QUICK_S = 0.05
"""The longest pause of a drawn fault, in seconds, unless another is asked for."""

_MOST = 200
"""The largest number of bytes, chunks or items that is drawn; most bounds are far beyond use."""

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
_HEADERS = st.dictionaries(
    st.sampled_from(("X-Trace", "X-Tenant", "Via", "Server")),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=2,
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=5,
)


def faults(
    *, kinds: Collection[str] | None = None, most_s: float = QUICK_S, endless: bool = False
) -> SearchStrategy[Fault]:
    """Any valid fault, or one of these kinds.

    ``endless`` allows pauses that last until the client leaves.
    """
    known = FAULTS if kinds is None else {kind: FAULTS[kind] for kind in kinds}
    return st.one_of([_fault(fault, most_s, endless) for fault in known.values()])


def rules(
    *, kinds: Collection[str] | None = None, most_s: float = QUICK_S, endless: bool = False
) -> SearchStrategy[Rule]:
    """Any valid rule of one fault, or of several that work together; without an id."""
    return _rule(faults(kinds=kinds, most_s=most_s, endless=endless))


def plans(
    *,
    max_size: int = 4,
    kinds: Collection[str] | None = None,
    most_s: float = QUICK_S,
    endless: bool = False,
) -> SearchStrategy[tuple[Rule, ...]]:
    """Rules in order, each with an id of its own."""
    one = rules(kinds=kinds, most_s=most_s, endless=endless)
    return st.lists(one, max_size=max_size).map(numbered)


def settings(
    *, rules: SearchStrategy[tuple[Rule, ...]] | None = None, most_s: float = QUICK_S
) -> SearchStrategy[SandboxSettings]:
    """A whole sandbox on any free port: rules, seed, and the shape and pace of its replies."""
    stream = st.fixed_dictionaries(
        {},
        optional={
            "style": st.sampled_from(("json_lines", "sse")),
            "marker": st.booleans(),
            "final_chunk": st.booleans(),
            "shape": st.sampled_from(("message", "request")),
            "chunks": st.integers(1, 20),
            "first_token_s": st.floats(0, most_s),
        },
    )
    written = st.fixed_dictionaries(
        {"rules": plans(most_s=most_s) if rules is None else rules},
        optional={
            "seed": st.integers(0, 2**32),
            "announce_rules": st.booleans(),
            "stream": stream,
            "replies": st.fixed_dictionaries({}, optional={"tokens": st.integers(1, 60)}),
            "triggers": st.none()
            | st.fixed_dictionaries({name: st.booleans() for name in ("header", "url", "model")}),
        },
    )
    return written.map(SandboxSettings.model_validate)


def _fault(fault: type[Fault], most_s: float, endless: bool) -> SearchStrategy[Fault]:
    """A fault of one class: its fields drawn by their schema, its own checks left to it."""
    schema = fault.model_json_schema()
    needed: dict[str, SearchStrategy[Any]] = {}
    optional: dict[str, SearchStrategy[Any]] = {}
    for name, inner in schema["properties"].items():
        must = name in schema.get("required", ()) or (_is_pause(name) and not endless)
        (needed if must else optional)[name] = _value(name, inner, schema, most_s, endless)

    def fitting(written: dict[str, Any]) -> Fault | None:
        try:
            return fault.model_validate(written)
        except ValidationError:
            return None

    drawn = st.fixed_dictionaries(needed, optional=optional).map(fitting)
    return drawn.filter(lambda one: one is not None)  # type: ignore[return-value]


@st.composite
def _rule(draw: DrawFn, one: SearchStrategy[Fault]) -> Rule:
    """A rule whose faults fit together."""
    written: dict[str, Any] = {"match": draw(_MATCHES), "when": draw(_WHENS)}
    several = draw(st.lists(one, min_size=1, max_size=3))
    if len(several) == 1 and draw(st.booleans()):
        written["fault"] = several[0]
    else:
        written["faults"] = several
    answering = [isinstance(fault, Answering) for fault in several]
    closing = any(isinstance(fault, ListenerClosing) for fault in several)
    assume(sum(answering) <= 1 and not (closing and len(several) > 1))
    if any(answering) and not closing:
        written["execute"] = draw(st.booleans())
    return Rule.model_validate(written)


_GLOBS = st.sampled_from(("*", "/chat/*", "/v1/chat/request", "/vectors/embedding", "*request"))
_MODELS = st.sampled_from(("pawa-v1-*", "pawa-v1-ember-20240924", "pawa-embeddings-*"))
_MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(("GET", "POST", "put")),
        "path": _GLOBS,
        "model": _MODELS,
        "key": st.just("dev"),
        "project": st.just("default"),
        "stream": st.booleans(),
        "header": st.dictionaries(st.just("User-Agent"), st.just("*"), max_size=1),
        "body": st.sampled_from(("Habari", "messages")),
        "token": st.sampled_from(("call-*", "sha256:*")),
        "attempt": st.integers(1, 3) | st.tuples(st.integers(1, 2), st.integers(2, 5)),
    },
)
_CHANCES = st.floats(0, 1)
_TIMES_S = st.integers(1, 120).map(float)
_SHAPES = st.one_of(
    st.just({}),
    st.builds(lambda chance: {"probability": chance}, _CHANCES),
    st.builds(
        lambda low, high, over_s: {"ramp": {"from_p": low, "to_p": high, "over_s": over_s}},
        _CHANCES,
        _CHANCES,
        _TIMES_S,
    ),
)
_CYCLES = st.builds(
    lambda on_s, off_s, offset_s: {
        "period_s": on_s + off_s,
        "on_s": on_s,
        "offset_s": offset_s,
    },
    _TIMES_S,
    _TIMES_S,
    _TIMES_S,
)
_WINDOWS = st.builds(
    lambda from_s, long_s: {"from_s": from_s, "until_s": from_s + long_s}, _TIMES_S, _TIMES_S
)
_COUNTS = st.fixed_dictionaries(
    {},
    optional={
        "times": st.integers(1, 5),
        "after": st.integers(0, 5),
        "every": st.integers(1, 5),
        "seed": st.integers(),
        "per": st.sampled_from(("rule", "call")),
        "cycle": _CYCLES,
    },
)
_WHENS = st.builds(
    lambda counts, shape, window: counts | shape | window,
    _COUNTS,
    _SHAPES,
    st.just({}) | _WINDOWS,
)


def _is_pause(name: str) -> bool:
    """Every quantity is named after its unit (CONTRIBUTING.md)."""
    return name == "seconds" or name.endswith("_s")


def _value(
    name: str, schema: Schema, whole: Schema, most_s: float, endless: bool
) -> SearchStrategy[Any]:
    """Values that a field's JSON schema allows, of a size that is of use."""
    if "$ref" in schema:
        inner = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        return _value(name, inner, whole, most_s, endless)
    if "anyOf" in schema:
        options = [
            option
            for option in schema["anyOf"]
            if endless or not (option.get("type") == "null" and _is_pause(name))
        ]
        return st.one_of([_value(name, option, whole, most_s, endless) for option in options])
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    if schema.get("type") in {"array", "object"}:
        return _container(name, schema, whole, most_s, endless)
    draw_plain = _PLAIN.get(schema.get("type", ""))
    return _JSON if draw_plain is None else draw_plain(name, schema, most_s)


def _container(
    name: str, schema: Schema, whole: Schema, most_s: float, endless: bool
) -> SearchStrategy[Any]:
    if schema["type"] == "array":
        items = _value(name, schema.get("items", {}), whole, most_s, endless)
        least = schema.get("minItems", 0)
        return st.lists(items, min_size=least, max_size=max(least, 3), unique_by=repr)
    if "properties" not in schema:
        return _HEADERS
    required = set(schema.get("required", ()))
    fields = {
        field: _value(field, inner, whole, most_s, endless)
        for field, inner in schema["properties"].items()
    }
    return st.fixed_dictionaries(
        {field: value for field, value in fields.items() if field in required},
        optional={field: value for field, value in fields.items() if field not in required},
    )


def _whole(name: str, schema: Schema, most_s: float) -> SearchStrategy[int]:  # noqa: ARG001 - one signature for all
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return st.integers(low, max(low, min(schema.get("maximum", _MOST), low + 3 * _MOST)))


def _number(name: str, schema: Schema, most_s: float) -> SearchStrategy[float]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0.0))
    high = schema.get("maximum", 1000.0)
    open_ended = "exclusiveMinimum" in schema
    if _is_pause(name) and low >= 0:
        high = min(high, most_s)
        low = max(low, most_s / 100) if open_ended else low
    return st.floats(low, high, exclude_min=open_ended and low < high)


def _text(name: str, schema: Schema, most_s: float) -> SearchStrategy[str]:  # noqa: ARG001 - one signature for all
    if "pattern" in schema:
        pattern: str = schema["pattern"]
        return st.from_regex(pattern, fullmatch=True)
    return _TEXTS.filter(lambda text: len(text) >= schema.get("minLength", 0))


_PLAIN: Mapping[str, Callable[[str, Schema, float], SearchStrategy[Any]]] = {
    "boolean": lambda name, schema, most_s: st.booleans(),  # noqa: ARG005 - one signature for all
    "integer": _whole,
    "null": lambda name, schema, most_s: st.none(),  # noqa: ARG005 - one signature for all
    "number": _number,
    "string": _text,
}
