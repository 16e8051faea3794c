"""The rules that no template can forget."""

from __future__ import annotations

import base64
import hashlib
import re

import jinja2
import pytest

from reports.templates import FOLDER, MAX_TEXT, drawn, render, wire
from tests.reports.makers import make_row
from tests.reports.page_reader import read_page

TEMPLATES = sorted(FOLDER.glob("*.j2"))


def empty_matrix() -> str:
    return render("matrix.html.j2", columns=[], groups=[], verdicts=[])


def test_a_page_names_its_own_style_and_script_and_allows_no_other() -> None:
    """The content security policy holds the digests of what is inlined, and nothing else."""
    page = read_page(empty_matrix())
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    digests = re.findall(r"'sha256-([^']+)'", policy)

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert digests == [
        base64.b64encode(hashlib.sha256((FOLDER / name).read_bytes()).digest()).decode()
        for name in ("page.css", "page.js")
    ]


def test_a_page_reaches_for_nothing_outside_itself() -> None:
    """No network: no address of another host, no import, no font, no picture."""
    page = read_page(empty_matrix())

    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    assert "src" not in {name for _, name, _ in page.attributes}
    assert "http" not in page.inlined
    assert "url(" not in page.inlined
    assert "@import" not in page.inlined


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_switches_escaping_off(path: object) -> None:
    """Markup comes from templates alone; wire text has a filter of its own that escapes."""
    source = FOLDER.joinpath(str(path)).read_text("utf-8")

    assert "|safe" not in source.replace(" ", "")
    assert "autoescape" not in source
    assert " style=" not in source
    assert not re.search(r"\son[a-z]+=", source)


def test_a_missing_value_is_an_error_not_a_hole() -> None:
    """A template that asks for what it was not given fails at once."""
    with pytest.raises(jinja2.UndefinedError):
        render("matrix.html.j2", columns=[], groups=[])


def test_wire_text_is_escaped_and_its_signs_are_drawn() -> None:
    """A carriage return is seen, dimmed; markup is text."""
    assert str(wire("a\r\n<b>&\x00")) == 'a<i class="cr">␍</i>\n&lt;b&gt;&amp;␀'


def test_a_drawing_is_never_cut() -> None:
    """A path with its middle missing would show fewer attempts than there were."""
    path = "M210 12.5h3" * MAX_TEXT

    assert str(drawn(path)) == path


def test_an_endless_value_is_cut_where_one_can_see_it() -> None:
    """Any one value on a page has a limit, and says what is missing."""
    row = make_row(id="A" * (MAX_TEXT + 500))
    html = render("matrix.html.j2", columns=[], groups=[{"name": row.id, "lines": []}], verdicts=[])

    assert "500 characters cut" in read_page(html).text
