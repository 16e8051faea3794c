"""The text of an uploaded file, as far as it can be read without a reader for its format.

Plain text and Markdown are taken as they are, HTML without its markup, CSV and JSON with the names
of their columns and fields. Which types the real API reads is undocumented (pawa-api.md section
3.8); a PDF, a picture or an office document is kept as a file without text.
"""

from __future__ import annotations

import codecs
import csv
import html
import re
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARY_HEADS = (b"%PDF", b"{\\rtf", b"PK\x03\x04")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",;\t"
_SPACE = re.compile(r"\s+")
_MARK = re.compile(r"<!--|<(?P<closing>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<[!?][^<>]*+>")
_SILENT = frozenset({"script", "style", "template", "noscript", "svg"})
_BLOCK_NAMES = (
    "address article aside blockquote br dd div dl dt figcaption footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol option p pre section table td th title tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())


def text_of(filename: str, content_type: str, data: bytes) -> str | None:
    """The text of a file; None where it has none that can be read here.

    The ending of the name decides before the type: clients often send a type of their own making.
    """
    text = decoded(data)
    if text is None:
        return None
    _, dot, ending = filename.lower().rpartition(".")
    kind = ending if dot else ""
    if kind in {"html", "htm", "xhtml"} or content_type == "text/html":
        return _text_of_html(text)
    if kind == "json" or content_type == "application/json":
        return _text_of_json(text)
    if kind in {"csv", "tsv"} or content_type in {"text/csv", "text/tab-separated-values"}:
        return _text_of_csv(text)
    return text


def decoded(data: bytes) -> str | None:
    """The text that bytes are: UTF-8, or UTF-16 with its mark; None for anything else."""
    if data.startswith(_BINARY_HEADS):
        return None
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _text_of_html(text: str) -> str:
    """What a reader of the page would see, each block a paragraph.

    Not html.parser: one ``<`` after another would keep it busy for minutes. Here every character is
    looked at once or twice.
    """
    seen: list[str] = []
    place = 0
    while mark := _MARK.search(text, place):
        seen.append(_SPACE.sub(" ", text[place : mark.start()]))
        place = mark.end()
        name = (mark["name"] or "").lower()
        if mark[0] == "<!--":
            end = text.find("-->", place)
            place = end + 3 if end >= 0 else len(text)
        elif name in _SILENT and not mark["closing"]:
            closed = re.compile(f"</{name}", re.IGNORECASE).search(text, place)
            place = closed.start() if closed else len(text)
        elif name in _BLOCKS:
            seen.append("\n")
    seen.append(_SPACE.sub(" ", text[place:]))
    lines = (html.unescape(line).strip() for line in "".join(seen).split("\n"))
    return "\n\n".join(line for line in lines if line)


def _text_of_json(text: str) -> str:
    """A line ``name: value.`` for each value, and an empty one before each object."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return "\n".join(_lines(document)).strip()


def _lines(document: object) -> Iterator[str]:
    # A stack of our own: JSON may be nested deeper than Python may call.
    waiting: list[tuple[str, object]] = [("", document)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            yield ""
            waiting += reversed([(str(key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in reversed(value)]
        elif value is not None:
            yield _sentence(f"{name}: {value}" if name else str(value))


def _text_of_csv(text: str) -> str:
    """A line ``column: value, column: value.`` for each row behind the first."""
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))
    except csv.Error:
        return text
    if len(rows) < 2:
        return text
    names = rows[0]
    told = (
        ", ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=False) if cell.strip())
        for row in rows[1:]
    )
    return "\n".join(_sentence(line) for line in told if line)


def _sentence(line: str) -> str:
    return line if line.endswith((".", "!", "?")) else f"{line}."
