"""A schemathesis run over a document, as a test can read it.

Its engine is driven by its Python interface: the same requests in every run (derandomized, and
with a seed), none shrunk, and every failure with the request that shows it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

import schemathesis
from hypothesis.internal.conjecture import providers
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.transport.requests import REQUESTS_TRANSPORT, multipart_serializer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemathesis.engine.recorder import ScenarioRecorder
    from schemathesis.generation.case import Case
    from schemathesis.transport import SerializationContext

FORM = "multipart/form-data"
SHOWN = 400
"""Characters of a request that are shown."""


@dataclass(frozen=True)
class Leniency:
    """A failure of one check that is meant to be: the operation and the answer, and the reason."""

    check: str
    answer: str
    reason: str
    operation: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this failure."""
        return (
            self.check == finding.check
            and re.search(self.operation, finding.operation) is not None
            and re.search(self.answer, finding.answer) is not None
        )


@dataclass(frozen=True)
class Finding:
    """A check that an answer did not pass."""

    operation: str
    check: str
    message: str
    request: str
    answer: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.check}: {self.message}\n  {self.request}\n  {self.answer}"


@dataclass(frozen=True)
class Run:
    """What came out: how many requests were made of each operation, and what was found."""

    requests: Mapping[str, int]
    findings: tuple[Finding, ...]

    def beyond(self, lenient: Sequence[Leniency]) -> list[str]:
        """What is found that nobody has meant to be."""
        return [str(one) for one in self.findings if not any(each.covers(one) for each in lenient)]


def probe(document: dict[str, Any], *, files: Sequence[str] = (), **config: Any) -> Run:
    """Make requests from a document, good and bad ones, and check every answer.

    ``files`` are the fields of forms that hold files. ``config`` is that of schemathesis.
    """
    generation = {"deterministic": True, "no-shrink": True, "database": "none"}
    settings = {
        "seed": 1,
        "continue-on-failure": True,
        **config,
        "generation": generation | config.get("generation", {}),
    }
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(settings))
    requests: dict[str, int] = {}
    findings: list[Finding] = []
    with _the_same_everywhere(), _files_have_names(files):
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError | events.FatalError):
                raise RuntimeError(f"schemathesis failed itself: {event}")  # noqa: TRY004 - no type
            if isinstance(event, events.ScenarioFinished):
                for node in event.recorder.cases.values():
                    label = node.value.operation.label
                    requests[label] = requests.get(label, 0) + 1
                findings += _findings(event.recorder)
    return Run(requests, tuple(findings))


def _findings(recorder: ScenarioRecorder) -> Iterator[Finding]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.status is not Status.SUCCESS and check.failure_info is not None:
                case = recorder.cases[case_id].value
                failure = check.failure_info.failure
                yield Finding(
                    case.operation.label,
                    check.name,
                    " ".join(f"{failure.title}: {failure.message}".split()),
                    _shown(case),
                    _answer(recorder, case_id),
                )


def _shown(case: Case) -> str:
    path = case.operation.path.format(**(case.path_parameters or {}))
    return f"{case.method} {path} query {case.query} body {case.body!r:.{SHOWN}}"


def _answer(recorder: ScenarioRecorder, case_id: str) -> str:
    interaction = recorder.interactions.get(case_id)
    if interaction is None or interaction.response is None:
        return "no answer"
    response = interaction.response
    return f"{response.status_code} {response.content.decode('utf-8', 'replace'):.{SHOWN}}"


@contextmanager
def _the_same_everywhere() -> Iterator[None]:
    """Draw the same whatever else this process has loaded.

    Hypothesis mixes in the constants of the modules that it finds, which differ from worker to
    worker.
    """
    with mock.patch.object(providers, "_get_local_constants", providers.Constants):
        providers.CONSTANTS_CACHE.cache.clear()
        yield
    providers.CONSTANTS_CACHE.cache.clear()


@contextmanager
def _files_have_names(fields: Sequence[str]) -> Iterator[None]:
    """Send files as files.

    Where a document tells the types of a file, schemathesis sends its bytes without a filename,
    which makes them a text (RFC 7578 section 4.2). Only good requests are mended.
    """

    def serialize(context: SerializationContext, value: Any) -> Any:
        sent = multipart_serializer(context, value)
        meta = context.case.meta
        if sent.get("files") and meta is not None and meta.generation.mode.is_positive:
            sent["files"] = [
                (name, (f"{name}.wav", part[1], "audio/wav") if name in fields else part)
                for name, part in sent["files"]
            ]
        return sent

    REQUESTS_TRANSPORT.serializer(FORM)(serialize)
    try:
        yield
    finally:
        REQUESTS_TRANSPORT.serializer(FORM)(multipart_serializer)
