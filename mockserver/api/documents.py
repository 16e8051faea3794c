"""``POST /documents/parse``: the text of each uploaded document (pawa-api.md section 3.12).

Model ids, answer and types are undocumented. What is text is given back as it is; of everything
else the mock says what a document of these bytes might hold, always the same.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from mockserver.api import envelope, fields, form_fields
from mockserver.api.endpoint import Endpoint
from mockserver.api.extraction import decoded
from mockserver.api.multipart import UploadedFile, parse_form
from mockserver.api.work import Moment, Reply, Work
from mockserver.replies.text import words_of
from mockserver.replies.tokens import count_tokens

if TYPE_CHECKING:
    from mockserver.api.endpoint import ApiCall
    from mockserver.settings import SandboxSettings

PARSED = "Documents parsed successfully"

FIELDS = frozenset({"model", "documents"})
PLACEHOLDER_WORDS = 60


def content_of(data: bytes) -> str:
    """The text in a document: its own, or words that stand for what only a model could read."""
    text = decoded(data)
    if text is not None:
        return text
    seed = hashlib.blake2b(data, digest_size=16, person=b"document").digest()
    return " ".join(words_of(seed, PLACEHOLDER_WORDS))


def read_documents(call: ApiCall) -> Work:
    """Check the form and read its documents; raises BadRequest."""
    form, settings = parse_form(call.facts.headers, call.facts.body), call.settings
    if settings.api.unknown_fields == "refuse":
        form_fields.check_known(form, FIELDS)
    model = form_fields.required_text(form, "model")
    if settings.media.document_models:
        fields.check_model(model, settings.media.document_models)
    files = form_fields.required_files(form, "documents", at_most=settings.media.max_files)
    contents = [_parsed(file) for file in files]
    tokens = sum(count_tokens(content["content"]) for content in contents)
    return Work(
        endpoint="documents",
        model=model,
        items=len(contents),
        tokens_in=tokens,
        tokens_out_ceiling=0,
        max_tokens=None,
        stream=False,
        make=partial(_make_reply, model, contents, tokens, settings),
    )


ENDPOINTS = (Endpoint("documents", "POST", "/documents/parse", read_documents),)


def _parsed(file: UploadedFile) -> dict[str, str]:
    return {"filename": file.filename, "content": content_of(file.data)}


def _make_reply(
    model: str, contents: list[dict[str, str]], tokens: int, settings: SandboxSettings, _: Moment
) -> Reply:
    return Reply(
        envelope.success(PARSED, contents),
        model=model,
        items=len(contents),
        tokens_in=tokens,
        tokens_out=0,
        latency_s=settings.latency.answer_s,
    )
