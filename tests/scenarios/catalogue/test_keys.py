"""KEY rows, judged on clients that get them right and wrong."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
import pytest

from reports.results import Verdict
from scenarios.catalogue.keys import all_text
from scenarios.clients.hosted import HostedError
from tests.scenarios.catalogue.in_process import Verdicts, judge_together, missed, soft
from tests.scenarios.catalogue.provident import NULLS, Provident
from tests.scenarios.makers import make_failure, make_told

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = ("KEY-001", "KEY-011", "KEY-016")
HANDED_OUT = "keys in what the client handed out"
OTHER_ROWS = "keys in what the client handed out in other rows"
WRITTEN = "keys in what the client wrote"
PLACES = "places of the key other than the Authorization header"


class PutsTheKeyIntoTheUrl(Provident):
    """Sends it as a parameter too."""

    def post(self, path: str, body: bytes) -> Any:
        return super().post(f"{path}?key={self.settings['api_key']}", body)


class PutsTheKeyIntoTheBody(Provident):
    """Sends it as a field, in base64."""

    def bytes_of(self, body: Mapping[str, Any], attempt: int) -> bytes:
        coded = base64.b64encode(f"key:{self.settings['api_key']}".encode()).decode()
        return orjson.dumps({**body, "account": coded})


class EchoesWhatItIsTold(Provident):
    """Hands the server's words out as they are."""

    def scrubbed(self, text: str) -> str:
        return text


class ShortensTheKey(Provident):
    """Leaves sixteen characters of it, so that support can tell keys apart."""

    def scrubbed(self, text: str) -> str:
        key = self.settings["api_key"]
        return text.replace(key, f"{key[-16:]}")


class TellsTheKeyInHex(Provident):
    """Puts a dump of the header beside its errors."""

    def scrubbed(self, text: str) -> str:
        return f"{super().scrubbed(text)} {self.settings['api_key'].encode().hex()}"


class LogsTheHeader(Provident):
    """Writes each request to its log."""

    written: ClassVar[list[str]] = []

    def post(self, path: str, body: bytes) -> Any:
        self.written.append(f"POST {path} Authorization: Bearer {self.settings['api_key']}\n")
        return super().post(path, body)


class CountsByKey(Provident):
    """Its telemetry has a line for each key."""

    claims: ClassVar[tuple[str, ...]] = (*Provident.claims, "telemetry")

    async def telemetry(self) -> dict[str, Any]:
        return {"calls": {self.settings["api_key"]: 1}}


class TellsTheKeyElsewhere(Provident):
    """Names its key in an error of another row: the one without a status."""

    def trouble(self, error: Exception) -> HostedError:
        return HostedError("connection", f"no answer for {self.settings['api_key']}")


class AnswersErrors(Provident):
    """Hands a refusal out as an answer."""

    async def chat(self, request: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        try:
            return await super().chat(request, **options)
        except HostedError:
            return {"text": "Samahani."}


class AsksTheServer(Provident):
    """Sends a call without a key, and lets the server say no."""

    def check_key(self) -> None:
        return


class RaisesABareError(Provident):
    """Ends without a key, in an exception that nobody can catch by name."""

    def check_key(self) -> None:
        if not self.settings.get("api_key"):
            raise KeyError("PAWA_AI_API_KEY")


class TakesItForARefusal(Provident):
    """Raises the error that a server's 401 raises."""

    def check_key(self) -> None:
        if not self.settings.get("api_key"):
            raise HostedError("auth", "no key")


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Each client by its rows, all side by side: they mostly wait."""
    return judge_together(
        {
            Provident: ROWS,
            **dict.fromkeys(NULLS, ROWS),
            PutsTheKeyIntoTheUrl: ("KEY-001",),
            PutsTheKeyIntoTheBody: ("KEY-001",),
            EchoesWhatItIsTold: ("KEY-011",),
            ShortensTheKey: ("KEY-011",),
            TellsTheKeyInHex: ("KEY-011",),
            LogsTheHeader: ("KEY-011",),
            CountsByKey: ("KEY-011",),
            TellsTheKeyElsewhere: ("CONN-004", "KEY-011"),
            AnswersErrors: ("KEY-011",),
            AsksTheServer: ("KEY-016",),
            RaisesABareError: ("KEY-016",),
            TakesItForARefusal: ("KEY-016",),
        }
    )


def test_a_client_that_does_it_right_passes(verdicts: Verdicts) -> None:
    """Every row, side by side."""
    found = verdicts[Provident]

    assert {row: judged.judgement.reason for row, judged in found.items() if missed(judged)} == {}
    assert {judged.verdict for judged in found.values()} == {Verdict.PASS}


@pytest.mark.parametrize("client", NULLS)
def test_no_client_passes_without_the_server(verdicts: Verdicts, client: type[Any]) -> None:
    """Never calling, refusing everything and answering from a table fail every row."""
    assert {row: found.verdict for row, found in verdicts[client].items()} == dict.fromkeys(
        ROWS, Verdict.FAIL
    )


@pytest.mark.parametrize(
    ("client", "place"), [(PutsTheKeyIntoTheUrl, "query"), (PutsTheKeyIntoTheBody, "body")]
)
def test_a_key_in_a_wrong_place_is_found_out(
    verdicts: Verdicts, client: type[Any], place: str
) -> None:
    """As it is and in base64; the reason names the place."""
    judged = verdicts[client]["KEY-001"]

    assert missed(judged) == {PLACES}
    assert place in judged.judgement.reason


def test_an_echoed_key_is_found_out(verdicts: Verdicts) -> None:
    """By the name of every answer that told it back; the key itself is nowhere."""
    judged = verdicts[EchoesWhatItIsTold]["KEY-011"]
    (check,) = [one for one in judged.checks if one.name == HANDED_OUT]

    assert missed(judged) == {HANDED_OUT}
    assert isinstance(check.measured, list)
    assert all(str(leak).startswith("key#") for leak in check.measured)
    assert "pawa-" not in judged.judgement.reason


@pytest.mark.parametrize("client", [ShortensTheKey, TellsTheKeyInHex])
def test_a_key_in_another_form_is_found_out(verdicts: Verdicts, client: type[Any]) -> None:
    """A part of it, and hexadecimal digits."""
    assert missed(verdicts[client]["KEY-011"]) == {HANDED_OUT}


def test_a_key_in_the_log_is_found_out(verdicts: Verdicts) -> None:
    """What the client writes is scanned; its errors are clean."""
    assert missed(verdicts[LogsTheHeader]["KEY-011"]) == {WRITTEN}


def test_a_key_in_the_telemetry_is_found_out(verdicts: Verdicts) -> None:
    """Counters are read by more people than logs."""
    judged = verdicts[CountsByKey]["KEY-011"]

    assert missed(judged) == {HANDED_OUT}
    assert "telemetry" in judged.judgement.reason


def test_a_key_that_another_row_brought_out_is_found_out(verdicts: Verdicts) -> None:
    """The scan is of the whole run, and names the row."""
    judged = verdicts[TellsTheKeyElsewhere]["KEY-011"]
    (check,) = [one for one in judged.checks if one.name == OTHER_ROWS]

    assert OTHER_ROWS in missed(judged)
    assert isinstance(check.measured, list)
    assert any(str(leak).endswith("in CONN-004") for leak in check.measured)


def test_refusals_handed_out_as_answers_are_found_out(verdicts: Verdicts) -> None:
    """A client without errors leaks nothing in them, and proves nothing."""
    assert "control: refusals handed out as answers" in missed(verdicts[AnswersErrors]["KEY-011"])


def test_a_call_without_a_key_that_is_sent_is_found_out(verdicts: Verdicts) -> None:
    """With an empty key the server says no, and that is too late."""
    assert "empty key: arrivals" in missed(verdicts[AsksTheServer]["KEY-016"])


def test_a_missing_key_that_nobody_can_catch_is_found_out(verdicts: Verdicts) -> None:
    """Nothing is sent, and the exception has no name of the client's."""
    assert missed(verdicts[RaisesABareError]["KEY-016"]) == {
        "empty key: outcome",
        "no key: outcome",
    }


def test_a_missing_key_told_as_a_refusal_is_an_advisory(verdicts: Verdicts) -> None:
    """No server has refused it; but nothing was sent."""
    judged = verdicts[TakesItForARefusal]["KEY-016"]

    assert judged.verdict is Verdict.ADVISORY
    assert soft(judged) == {"empty key: kind of the error", "no key: kind of the error"}


def test_everything_in_an_outcome_is_scanned() -> None:
    """Message, code, partial text and causes."""
    told = make_told(outcome=make_failure(message="in the message"))

    assert "in the message" in all_text([told, told])
    assert all_text([]) == ""
