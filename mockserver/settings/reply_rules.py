"""Which requests get which answer: fixed texts, templates, echoes and recorded answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, field_validator, model_validator

from mockserver.faults.complaints import complaints
from mockserver.replies.recordings import Line, recorded, wrong_data
from mockserver.replies.templates import check_template
from mockserver.snapshot import Glob, Snapshot, Switch

Said = Annotated[str, Field(min_length=1, max_length=4_000_000, strict=True)]


class ReplyMatch(Snapshot):
    """Which requests; every field must hold. Globs know ``*``, ``?`` and ``[…]``.

    ``path`` is compared with and without the leading ``/v1``; ``body`` is a text that the body
    holds, byte for byte; ``user`` is compared with the whole of the last message of a user.
    """

    model: Glob | None = None
    path: Glob | None = None
    body: Annotated[str, Field(min_length=1, strict=True)] | None = None
    user: Glob | None = None
    stream: Switch | None = None


class RecordedAnswer(Snapshot):
    """One line of a file of recorded answers: a ``text``, or the ``data`` of a whole answer."""

    match: ReplyMatch = ReplyMatch()
    text: Said | None = None
    data: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _text_or_data(self) -> Self:
        if (self.text is None) == (self.data is None):
            raise ValueError("needs a text or a data; give one of the two")
        wrong = None if self.data is None else wrong_data(self.data)
        if wrong:
            raise ValueError(wrong)
        return self


class ReplyRule(Snapshot):
    """What is answered to the requests that match.

    One of: ``text``; ``template``, a text with placeholders such as ``{prompt}``; ``echo``, the
    last message of a user; ``file``, a file of recorded answers in JSON Lines, read when the
    settings are made. Of the lines that match a request, a conversation gets the first one in its
    first turn, the second in its second, and so on from the start again; with ``order`` "attempt"
    the attempts of one call get them in turn.
    """

    match: ReplyMatch = ReplyMatch()
    text: Said | None = None
    template: Said | None = None
    echo: Literal[True] | None = None
    file: Annotated[str, Field(min_length=1, strict=True)] | None = None
    order: Literal["turn", "attempt"] = "turn"
    _lines: tuple[Line, ...] = PrivateAttr(default=())

    @field_validator("template")
    @classmethod
    def _placeholders_are_known(cls, template: str | None) -> str | None:
        if template is not None:
            check_template(template)
        return template

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        given = [n for n in ("text", "template", "echo", "file") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError(
                f"has {' and '.join(given) or 'nothing to say'}; "
                "give one of text, template, echo, file"
            )
        if self.order != "turn" and self.file is None:
            raise ValueError("order is for a file of several answers; leave it out")
        if self.file is not None:
            self._lines = recorded(self.file, _as_line)
        return self

    @property
    def lines(self) -> tuple[Line, ...]:
        """The recorded answers of ``file``, as they were when the rule was made."""
        return self._lines


def _as_line(written: object) -> Line:
    """One line of a file, checked. ValueError: what is wrong with it."""
    try:
        line = RecordedAnswer.model_validate(written)
    except ValidationError as error:
        said = complaints(error, written, RecordedAnswer, "")
        raise ValueError("; ".join(each.removeprefix(": ").lstrip(".") for each in said)) from None
    return Line(line.match, line.text, line.data)
