"""The text of an uploaded file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.api.extraction import text_of


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Habari za leo", "Habari za leo"),
        ("\ufeffMaziwa".encode(), "Maziwa"),
        ("Mto na ziwa".encode("utf-16"), "Mto na ziwa"),
        (b"", ""),
        (b"\xff\xd8\xff\xe0 a picture", None),
        (b"zero\0byte", None),
        (b"%PDF-1.7 only ASCII, and still no text for a reader", None),
        (b"{\\rtf1 Habari}", None),
        (b"PK\x03\x04 a docx is an archive", None),
    ],
)
def test_text_is_what_can_be_decoded(data: bytes, text: str | None) -> None:
    """UTF-8 and UTF-16; anything else has no text here."""
    assert text_of("a.txt", "text/plain", data) == text


@pytest.mark.parametrize("named", ["page.html", "page.HTM", "page"])
def test_html_is_read_without_its_markup(named: str) -> None:
    """Blocks are paragraphs; scripts and styles are not read."""
    page = (
        b"<html><head><title>Soko</title><style>p {color: red}</style></head><body>"
        b"<h1>Fish &amp; fruit</h1><script>a<b; alert('no')</SCRIPT><!-- <p>no -->"
        b"<p>Open\n from <b>six</b>.</p>"
        b"<ul><li>tilapia<li>mango</ul></body></html>"
    )

    assert text_of(named, "text/html", page) == (
        "Soko\n\nFish & fruit\n\nOpen from six.\n\ntilapia\n\nmango"
    )


@pytest.mark.parametrize("mark", ["<a ", "<", "<!--", "<a href='", "<b> </b>", "</", "<![CDATA["])
def test_a_page_of_marks_that_never_end_is_read_at_once(mark: str) -> None:
    """A reader that looked ahead from each of them would take hours."""
    text = text_of("a.html", "text/html", mark.encode() * 200_000 + b"<p>end")

    assert text is not None
    assert mark == "<!--" or text.endswith("end")


def test_json_is_read_with_the_names_of_its_fields() -> None:
    """A line for each value, an empty one before each object; nulls say nothing."""
    data = b'[{"town": "Mwanza", "fish": ["tilapia", "perch"]}, {"town": "Dodoma", "fish": null}]'

    assert text_of("a.json", "application/octet-stream", data) == (
        "town: Mwanza.\nfish: tilapia.\nfish: perch.\n\ntown: Dodoma."
    )
    assert text_of("a.json", "", b"{ not JSON") == "{ not JSON"


def test_json_may_be_nested_deeper_than_python_can_call() -> None:
    """Read all the same."""
    deep = b"[" * 1000 + b"7" + b"]" * 1000

    assert text_of("deep.json", "", deep) == "7."


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_the_names_of_its_columns(delimiter: str) -> None:
    """A sentence for each row; empty cells say nothing."""
    rows = "town,price\nMwanza,9000\nDodoma,\n".replace(",", delimiter)

    assert text_of("a.csv", "", rows.encode()) == "town: Mwanza, price: 9000.\ntown: Dodoma."
    assert text_of("a.csv", "", b"one line") == "one line"


@given(
    st.binary() | st.text().map(str.encode),
    st.sampled_from(["a.txt", "a.html", "a.json", "a.csv", "a.pdf", ""]),
)
def test_no_file_breaks_the_reading(data: bytes, name: str) -> None:
    """Whatever is sent under whatever name."""
    text = text_of(name, "application/octet-stream", data)

    assert text is None or isinstance(text, str)
