"""Reading a ``multipart/form-data`` body (RFC 7578) that has been taken in whole.

python-multipart splits the body into parts, the standard library reads their headers. Both names of
a file are understood: ``filename``, as RFC 7578 section 4.2 asks, and the ``filename*`` (RFC 5987)
that older clients send for names outside ASCII.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from mockserver.api.fields import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.answer import Headers

FORM_TYPE = "multipart/form-data"
PLAIN_TYPE = "text/plain"
"""What a part without a Content-Type is (RFC 7578 section 4.4)."""

MAX_PARTS = 128
"""Parts in one form."""

_PLAIN_CODINGS = frozenset({"", "7bit", "8bit", "binary"})
_QUIET = logging.getLogger(f"{__name__}.quiet")
_QUIET.disabled = True


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a form.

    ``filename`` is what the client calls it (empty for a nameless file), ``content_type`` its type
    in lower case without parameters.
    """

    field: str
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its text fields with all their values, and its files, both in the order sent."""

    fields: Mapping[str, tuple[str, ...]]
    files: tuple[UploadedFile, ...]

    def files_of(self, *names: str) -> tuple[UploadedFile, ...]:
        """The files of the fields that have one of these names."""
        return tuple(file for file in self.files if file.field in names)


def is_form(headers: Headers) -> bool:
    """Whether a request (headers in lower case) says that its body is a form."""
    return _media_type(headers).get_content_type() == FORM_TYPE


def parse_form(headers: Headers, body: bytes) -> Form:
    """The form in a body. Raises BadRequest for a body that is none, or is broken."""
    media_type = _media_type(headers)
    if media_type.get_content_type() != FORM_TYPE:
        raise BadRequest(f"body must be {FORM_TYPE}")
    boundary = media_type.get_boundary()
    if not boundary:
        raise BadRequest(f"Content-Type {FORM_TYPE} must name its boundary")
    fields: defaultdict[str, list[str]] = defaultdict(list)
    files: list[UploadedFile] = []
    for number, part in enumerate(_split(boundary, body), start=1):
        read = _read_part(part, number)
        if isinstance(read, UploadedFile):
            files.append(read)
        else:
            fields[read[0]].append(read[1])
    return Form({name: tuple(values) for name, values in fields.items()}, tuple(files))


def _media_type(headers: Headers) -> Message:
    value = next((value for name, value in headers if name == "content-type"), "")
    return _message(("Content-Type", value))


def _message(*headers: tuple[str, str]) -> Message:
    message = Message()
    for name, value in headers:
        message[name] = value
    return message


@dataclass(slots=True)
class _Part:
    """One part as the parser hands it over: header lines, and the pieces of its content."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)


class _Parts:
    """Collects what the parser calls back."""

    def __init__(self) -> None:
        self.found: list[_Part] = []
        self.complete = False
        self._name, self._value = b"", b""

    def begin(self) -> None:
        if len(self.found) == MAX_PARTS:
            raise BadRequest(f"body must have at most {MAX_PARTS} parts")
        self.found.append(_Part())

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self.found[-1].headers.append((self._name, self._value))
        self._name, self._value = b"", b""

    def content(self, data: bytes, start: int, end: int) -> None:
        self.found[-1].pieces.append(data[start:end])

    def end(self) -> None:
        self.complete = True


def _split(boundary: str, body: bytes) -> list[_Part]:
    parts = _Parts()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": parts.begin,
                "on_header_field": parts.header_name,
                "on_header_value": parts.header_value,
                "on_header_end": parts.header_end,
                "on_part_data": parts.content,
                "on_end": parts.end,
            },
        )
        parser.logger = _QUIET  # the client is told; a log of other people's bytes helps nobody
        parser.write(body)
    except (FormParserError, UnicodeEncodeError) as mistake:
        number = len(parts.found)
        where = f"part {number} of the form" if number else "the form"
        raise BadRequest(f"{where} is broken: {mistake}") from None
    if not parts.complete:
        raise BadRequest("the form is broken: its last boundary is missing")
    return parts.found


def _read_part(part: _Part, number: int) -> UploadedFile | tuple[str, str]:
    """A file, or name and text of a field."""
    # Browsers and httpx write names in UTF-8; Message wants text, so each byte is one character.
    headers = _message(
        *((name.decode("latin-1"), value.decode("latin-1")) for name, value in part.headers)
    )
    name = headers.get_param("name", header="content-disposition")
    if headers.get_content_disposition() != "form-data" or not isinstance(name, str) or not name:
        raise BadRequest(
            f'part {number} of the form must have Content-Disposition: form-data; name="..."'
        )
    name = _text(name)
    if headers.get("content-transfer-encoding", "").strip().lower() not in _PLAIN_CODINGS:
        raise BadRequest(f"{name} must come as it is, without a Content-Transfer-Encoding")
    content = b"".join(part.pieces)
    filename = headers.get_param("filename", header="content-disposition")
    if filename is not None:
        if isinstance(filename, tuple):
            filename = collapse_rfc2231_value(filename)
        return UploadedFile(name, _unescaped(filename), headers.get_content_type(), content)
    try:
        return name, content.decode()
    except UnicodeDecodeError:
        raise BadRequest(f"{name} must be UTF-8 text, or a file with a filename") from None


def _text(name: str) -> str:
    """A name in UTF-8."""
    # Not UTF-8: text already (filename*), or an older coding, and better odd than refused.
    with suppress(UnicodeError):
        name = name.encode("latin-1").decode()
    return name.encode(errors="replace").decode()


def _unescaped(name: str) -> str:
    """A file's name without the three escapes of HTML forms (HTML, section 4.10.22.8)."""
    return _text(name).replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
