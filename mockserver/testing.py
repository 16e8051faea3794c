"""The mock in somebody's own tests: one sandbox, what goes wrong in it, and what it saw.

:class:`PawaMock` is what the pytest fixture ``pawa_mock`` gives; it works the same from synchronous
and asynchronous tests, since the server runs on a thread of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.control.handlers.sandboxes import patched
from mockserver.faults.matching import compile_match
from mockserver.faults.rules import Match, Rule, When, parse_rules
from mockserver.near_misses import facts_of, nearest_miss, told
from mockserver.steering import Steering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.records import Exchange
    from mockserver.sandbox import Sandbox
    from mockserver.settings import SandboxSettings
    from mockserver.threaded import ThreadedMockServer


class PawaMock:
    """A sandbox of its own for one test, on a port of its own."""

    def __init__(self, server: ThreadedMockServer, settings: SandboxSettings) -> None:
        self._server = server
        self.sandbox: Sandbox = server.open_sandbox(settings)
        self.control = Steering(server, self.sandbox.name)
        """The control API's calls: ``control.rotate_key("dev", overlap_s=60)``."""

    def close(self) -> None:
        """End the sandbox and its connections."""
        self._server.close_sandbox(self.sandbox.name)

    @property
    def base_url(self) -> str:
        """The address of the API, ``/v1`` included."""
        return self.sandbox.base_url

    @property
    def api_key(self) -> str:
        """A key that the API takes."""
        return self.sandbox.key

    def fail(
        self, status: int, *, times: int | None = 1, retry_after: object = None, **match: Any
    ) -> str:
        """Answer the next ``times`` requests (None: all) with a status; the id of the rule.

        ``match`` narrows the requests down: ``path="/chat/*"``, ``model=…``, ``attempt=1`` … (the
        fields of :class:`~mockserver.faults.rules.Match`). Raises RuleError.
        """
        fault = {"kind": "status", "status": status}
        if retry_after is not None:
            fault["retry_after"] = retry_after
        return self.add({"fault": fault, "match": match, "when": {"times": times}})

    def fault(
        self,
        kind: str,
        *,
        times: int | None = 1,
        match: Mapping[str, Any] | Match | None = None,
        **settings: Any,
    ) -> str:
        """Let the next ``times`` requests (None: all) meet a fault; the id of the rule.

        ``settings`` are those of the fault: ``fault("cut_stream", after_chunks=3, how="rst")``.
        Raises RuleError.
        """
        rule = {"fault": {"kind": kind, **settings}, "match": match or {}, "when": {"times": times}}
        return self.add(rule)

    def add(self, rule: Rule | Mapping[str, Any]) -> str:
        """Put a rule behind those that there are; its id. Raises RuleError."""
        if not isinstance(rule, Rule):
            (rule,) = parse_rules([_written(rule)])
            number = len(self.sandbox.plan.rules) + 1
            if rule.id == "rule-1":
                rule = rule.model_copy(update={"id": f"rule-{number}"})
        added = rule
        self._server.call(lambda: self.sandbox.add_rule(added))
        return str(self.sandbox.plan.rules[-1].id)

    def change(self, **settings: Any) -> None:
        """Change settings: ``change(budget={"limit_units": 5})``. Raises ConfigError."""
        self._server.call(
            lambda: self.sandbox.replace_settings(patched(self.sandbox.settings, settings))
        )

    def advance(self, seconds: float) -> None:
        """Turn the clock forward: limits, budgets, plans and every pause go by it."""
        self._server.run(self.sandbox.clock.advance(seconds))

    def reset(self) -> None:
        """Forget what was seen, counted and spent, and begin the rules of the settings anew."""
        self._server.call(self.sandbox.reset)

    def requests(self, **filters: Any) -> tuple[Exchange, ...]:
        """What came in, in order: ``requests(path="/v1/chat/request", status=503)``.

        A filter is a field of a match (``path`` and ``model`` may be globs, ``body`` is a text
        within the body) or, with its very value, any other field of
        :class:`~mockserver.records.Exchange`. Raises TypeError for a name that is neither.
        """
        match, equal = _split(filters)
        fits = compile_match(match).matches
        return tuple(one for one in self._seen(**equal) if fits(facts_of(one)))

    def _seen(self, **equal: Any) -> tuple[Exchange, ...]:
        """Read on the server's loop: what the client has the answer to is closed by then."""
        return self._server.call(lambda: self.sandbox.journal.exchanges(**equal))

    def assert_attempts(self, count: int, **filters: Any) -> tuple[Exchange, ...]:
        """There were so many requests of this kind; raises AssertionError that lists them."""
        found = self.requests(**filters)
        if len(found) != count:
            raise AssertionError(self._miscounted(count, found, filters))
        return found

    def assert_all_consumed(self) -> None:
        """Every rule with ``times`` has fired so often, and its faults reached the client.

        Raises AssertionError that says of each other rule what came nearest to it.
        """
        lines: list[str] = []
        exchanges = self._seen()
        for rule, status in zip(self.sandbox.plan.rules, self.sandbox.plan_status(), strict=True):
            wanted = rule.when.times
            if wanted is None or status.delivered >= wanted:
                continue
            if status.seen == 0:
                lines.append(told(rule, nearest_miss(rule.match, exchanges)))
            else:
                lines.append(
                    f"rule {rule.id!r} was to fire {wanted} times: it met {status.seen} requests, "
                    f"fired for {status.fired} and had its effect on {status.delivered}"
                )
        if lines:
            raise AssertionError("\n".join(lines))

    def _miscounted(
        self, count: int, found: tuple[Exchange, ...], filters: Mapping[str, Any]
    ) -> str:
        what = ", ".join(f"{name}={value!r}" for name, value in filters.items()) or "any"
        lines = [f"wanted {count} requests ({what}), there were {len(found)}"]
        lines += [_line(one) for one in found]
        if not found:
            match, _ = _split(filters)
            everything = self._seen()
            rule = Rule.model_validate({"id": "this", "match": match, "fault": {"kind": "noop"}})
            miss = nearest_miss(match, everything)
            if miss is not None:
                lines += told(rule, miss).splitlines()[1:]
            lines += ["all requests:", *(_line(one) for one in everything)]
        return "\n".join(lines)


def _written(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as plain data, without what was left open."""
    written = dict(rule)
    match, when = written.get("match") or {}, written.get("when") or {}
    if isinstance(match, Match):
        match = match.model_dump(exclude_defaults=True)
    if isinstance(when, When):
        when = when.model_dump(exclude_defaults=True)
    given = {name: value for name, value in when.items() if value is not None}
    return written | {"match": dict(match), "when": given}


def _split(filters: Mapping[str, Any]) -> tuple[Match, dict[str, Any]]:
    """The filters that a match knows, and the others."""
    known = {name: value for name, value in filters.items() if name in Match.model_fields}
    others = {name: value for name, value in filters.items() if name not in known}
    return Match.model_validate(known), others


def _line(one: Exchange) -> str:
    caused = f"  rule {one.rule}" if one.rule else ""
    status = "-" if one.status is None else one.status
    what = f"{one.method} {one.path}  attempt {one.attempt}"
    return f"  #{one.seq} {what}  {status} {one.ending}{caused}"
