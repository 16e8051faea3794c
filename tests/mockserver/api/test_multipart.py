"""Reading `multipart/form-data`."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.api.fields import BadRequest
from mockserver.api.multipart import MAX_PARTS, Form, UploadedFile, is_form, parse_form

HEADERS = (("content-type", "multipart/form-data; boundary=edge"),)
FIELD = b'--edge\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n'


def sent_by_httpx(**form: object) -> Form:
    """What is read of a form that httpx, and so the official SDK, has written."""
    request = httpx.Request("POST", "http://mock/", **form)  # type: ignore[arg-type]
    headers = tuple((name.lower(), value) for name, value in request.headers.items())
    return parse_form(headers, request.read())


def file_with(*header_lines: str, content: bytes = b"x") -> UploadedFile:
    """The one file of a form whose part has these header lines."""
    head = "\r\n".join(("--edge", *header_lines)).encode()
    (file,) = parse_form(HEADERS, head + b"\r\n\r\n" + content + b"\r\n--edge--\r\n").files
    return file


def test_fields_and_files_come_in_the_order_sent() -> None:
    """A name may occur many times, as a field and as a file."""
    form = sent_by_httpx(
        data={"model": "m", "tag": ["a", "b"]},
        files=[
            ("files", ("one.mp3", b"1", "audio/mpeg")),
            ("other", ("note", b"", None)),
            ("files", ("two.wav", b"2", "Audio/X-WAV")),
        ],
    )

    assert form.fields == {"model": ("m",), "tag": ("a", "b")}
    assert form.files == (
        UploadedFile("files", "one.mp3", "audio/mpeg", b"1"),
        UploadedFile("other", "note", "application/octet-stream", b""),
        UploadedFile("files", "two.wav", "audio/x-wav", b"2"),
    )
    assert [file.data for file in form.files_of("files", "files[]")] == [b"1", b"2"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='%"\\'),
                min_size=1,
            ),
            st.binary() | st.text("-\r\nedg", max_size=40).map(str.encode),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_uploaded_arrives_byte_for_byte(uploads: list[tuple[str, bytes]]) -> None:
    """Line ends, dashes and all; names in any script."""
    form = sent_by_httpx(files=[("f", (name, data, "audio/mpeg")) for name, data in uploads])

    assert [file.data for file in form.files] == [data for _, data in uploads]
    assert [file.filename for file in form.files] == [name for name, _ in uploads]


@pytest.mark.parametrize("name", ['say "hi".mp3', "sauti — moja.mp3", "a;b.mp3"])
def test_a_name_may_hold_quotes_semicolons_and_any_script(name: str) -> None:
    """As browsers and httpx escape them."""
    assert sent_by_httpx(files={"f": (name, b"x")}).files[0].filename == name


def test_an_extended_filename_is_a_filename_too() -> None:
    """``filename*`` of RFC 5987, which older clients send for names outside ASCII."""
    line = "Content-Disposition: form-data; name=\"f\"; filename*=utf-8''%E2%82%AC.mp3"

    assert file_with(line).filename == "€.mp3"


def test_an_extended_filename_cannot_smuggle_what_is_no_text() -> None:
    """Half a surrogate pair, which no answer could repeat."""
    line = "Content-Disposition: form-data; name=\"f\"; filename*=unicode_escape''%5Cud800"

    assert file_with(line).filename == "?"


def test_a_backslash_escapes_a_quote() -> None:
    """The quoted string of RFC 9110."""
    assert (
        file_with(r'Content-Disposition: form-data; name="f"; filename="\"q\""').filename == '"q"'
    )


def test_an_unreadable_name_is_kept_as_it_came() -> None:
    """A name in some older coding is odd, and no reason to refuse the file."""
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="f"; filename="\xe9"\r\n\r\n\r\n--edge--'
    )

    assert parse_form(HEADERS, body).files[0].filename == "é"


def test_a_file_without_a_type_is_plain_text() -> None:
    """RFC 7578 section 4.4."""
    assert file_with('content-disposition: form-data; name="f"; filename="a"').content_type == (
        "text/plain"
    )


def test_an_empty_form_is_a_form() -> None:
    """Nothing but the last boundary."""
    assert parse_form(HEADERS, b"--edge--\r\n") == Form({}, ())


def test_a_form_is_told_by_its_content_type() -> None:
    """Whatever its case."""
    assert is_form((("content-type", "Multipart/Form-Data; boundary=x"),))
    assert not is_form((("content-type", "application/json"),))
    assert not is_form(())


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        ("application/json", b"{}", "body must be multipart/form-data"),
        ("", FIELD, "body must be multipart/form-data"),
        ("multipart/form-data", FIELD, "must name its boundary"),
        ("multipart/form-data; boundary=", FIELD, "must name its boundary"),
        ("multipart/form-data; boundary=" + "x" * 300, FIELD, "the form is broken: Boundary"),
        ("multipart/form-data; boundary*=utf-8''%E2%82%AC", FIELD, "the form is broken"),
        (HEADERS[0][1], b"", "its last boundary is missing"),
        (HEADERS[0][1], FIELD, "its last boundary is missing"),
        (HEADERS[0][1], b"garbage", "the form is broken"),
        (HEADERS[0][1], FIELD + b"--edge?", "its last boundary is missing"),
        (HEADERS[0][1], FIELD + b"--edge\r\nno colon\r\n\r\n", "part 2 of the form is broken"),
        (HEADERS[0][1], FIELD + b"--edge\r\n\r\nx\r\n--edge--", "part 2 of the form must have"),
        (
            HEADERS[0][1],
            b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--",
            "part 1 of the form must have Content-Disposition",
        ),
        (
            HEADERS[0][1],
            b'--edge\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--edge--',
            "part 1 of the form must have Content-Disposition",
        ),
        (
            HEADERS[0][1],
            (
                b'--edge\r\nContent-Disposition: form-data; name="a"\r\n'
                b"Content-Transfer-Encoding: base64\r\n\r\neA==\r\n--edge--"
            ),
            "a must come as it is",
        ),
        (
            HEADERS[0][1],
            b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--edge--',
            "a must be UTF-8 text",
        ),
        (HEADERS[0][1], FIELD * (MAX_PARTS + 1) + b"--edge--", "at most 128 parts"),
        (HEADERS[0][1], b"--edge\r\nA: " + b"a" * 100_000, "Maximum header size"),
    ],
)
def test_a_broken_form_is_refused_in_one_line(
    content_type: str, body: bytes, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The line says what is wrong and where; nothing is logged."""
    with pytest.raises(BadRequest) as refusal:
        parse_form((("content-type", content_type),), body)

    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not caplog.records


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text('-\r\nedg: ;="', max_size=80).map(str.encode))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    """No other error, whatever is sent."""
    for start in (FIELD, b"--edge\r\nContent-Disposition: ", b""):
        with suppress(BadRequest):
            assert isinstance(parse_form(HEADERS, start + body), Form)
