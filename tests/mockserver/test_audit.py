"""Every call that means to change something is kept, logged and noted; never with a secret."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import audit as module
from mockserver.audit import LONGEST_TEXT, MOST_FIELDS, Attempt, Audit
from mockserver.server import MockServer
from mockserver.settings import ServerSettings

TOKEN = "control-token-1"
KEY = "pawa-dev-key"
RULES = "/_mock/sandboxes/default/rules"


def attempt(path: str = RULES, body: object = None, **others: Any) -> Attempt:
    """A call from this machine."""
    data = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    told = {"address": "127.0.0.1", "by": "loopback", "method": "PUT", "path": path, "body": data}
    return Attempt(**told | others)


async def test_a_change_is_noted_in_the_journal_of_its_sandbox() -> None:
    """Or of the first one, where it names none that is there."""
    async with MockServer() as server:
        server.audit.add(attempt(body={"rules": [], "b": 1}), 200)
        server.audit.add(attempt("/_mock/sandboxes/gone", method="DELETE"), 404)
        first, second = server.default.journal.notes("control")

    assert dict(first.detail) == {
        "address": "127.0.0.1",
        "by": "loopback",
        "call": f"PUT {RULES}",
        "fields": "rules,b",
        "status": 200,
    }
    assert second.detail["call"] == "DELETE /_mock/sandboxes/gone"
    assert server.audit.changes(sandbox="gone")[0].status == 404


def test_a_change_is_logged_with_its_parts(caplog: pytest.LogCaptureFixture) -> None:
    """As fields of the record, for whatever format it is written in; a stranger is a warning."""
    audit = Audit(MockServer())
    with caplog.at_level(logging.INFO, "mockserver.audit"):
        audit.add(attempt(body={"rules": []}), 200)
        audit.add(attempt(by="stranger"), 401)
    made, refused = caplog.records

    assert (made.levelname, made.getMessage()) == ("INFO", "control call")
    parts = {"path": RULES, "by": "loopback", "status": 200, "fields": "rules", "seq": 1}
    assert parts.items() <= vars(made).items()
    assert refused.levelname == "WARNING"


async def test_strangers_push_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their attempts are bounded apart, and are in no journal; what gave way is counted."""
    monkeypatch.setattr(module, "REFUSALS_KEPT", 2)
    monkeypatch.setattr(module, "CHANGES_KEPT", 3)
    async with MockServer() as server:
        server.audit.add(attempt(), 200)
        for _ in range(9):
            server.audit.add(attempt(by="stranger"), 401)
        assert [one.seq for one in server.audit.changes()] == [1, 9, 10]
        assert server.audit.dropped == 7
        for _ in range(4):
            server.audit.add(attempt(), 200)

        assert [one.seq for one in server.audit.changes()] == [9, 10, 12, 13, 14]
        assert len(server.default.journal.notes("control")) == 5


@pytest.mark.parametrize("secret", [TOKEN, KEY])
async def test_no_secret_is_kept_wherever_it_was_put(
    secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in memory, nor in the log, nor in the journal."""
    caplog.set_level(logging.INFO, "mockserver.audit")
    async with MockServer(ServerSettings(control_token=TOKEN)) as server:
        body = {secret: secret, "name": secret}
        for path in (f"/_mock/{secret}", f"/_mock/sandboxes/{secret}/rules", "/_mock/sandboxes"):
            server.audit.add(attempt(path, body, method=secret), 400)
        kept = (server.audit.changes(), server.default.journal.notes("control"))

    assert secret not in str(kept)
    assert secret not in str([vars(record) for record in caplog.records])
    assert "key#" in str(kept)


@given(
    path=st.text(),
    method=st.text(),
    body=st.one_of(st.binary(), st.dictionaries(st.text(), st.booleans()).map(orjson.dumps)),
)
def test_whatever_is_sent_is_kept_short_and_in_one_line(
    path: str, method: str, body: bytes
) -> None:
    """Nobody writes a second line into a log, nor fills memory."""
    audit = Audit(MockServer())
    audit.add(attempt(path, body, method=method), 400)
    (change,) = audit.changes()

    assert len(change.fields) <= MOST_FIELDS
    for text in (change.path, change.method, change.sandbox or "", *change.fields):
        assert len(text) <= LONGEST_TEXT
        assert text.isprintable()


def test_the_fields_of_a_long_body_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read a second time."""
    monkeypatch.setattr(module, "LONGEST_BODY", 10)
    audit = Audit(MockServer())
    for body in ({"a": 1}, {"a": 1, "b": 2}, [1]):
        audit.add(attempt(body=body), 200)

    assert [one.fields for one in audit.changes()] == [("a",), (), ()]
