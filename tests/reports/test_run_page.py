"""The page of one run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.results import Event, Results, Verdict
from reports.run_page import (
    OPEN_CALLS,
    date_text,
    facts,
    findings,
    headline,
    rerun_command,
    rescues,
    run_page,
)
from reports.text import visible
from reports.timeline import MAX_LANES
from reports.words import VERDICT_WORDS
from tests.reports.load_makers import make_load
from tests.reports.makers import (
    make_attempt,
    make_call,
    make_check,
    make_client,
    make_results,
    make_row,
    make_run,
    one_of_each,
)
from tests.reports.page_reader import Page, read_page

MAX_PAGE_BYTES = 2_000_000


def page_of(*rows: Any, **changes: Any) -> Page:
    return read_page(run_page(make_results(*rows, **changes)))


def test_every_verdict_is_shown_with_its_word_and_its_proof() -> None:
    """Each row has a section under its own id, a chip with a word, its reason and its promise."""
    results = one_of_each()
    page = read_page(run_page(results))
    ids = page.values("id")

    for row in results.rows:
        assert row.id in ids
        assert f"#{row.id}" in page.values("href")
        assert VERDICT_WORDS[row.verdict].label in page.text
        assert row.reason in page.text
    assert len(set(ids)) == len(ids)


def test_every_link_inside_the_page_leads_somewhere() -> None:
    """No anchor is dangling, and every sign that is used is drawn."""
    page = read_page(run_page(one_of_each()))

    targets = {value.removeprefix("#") for value in page.values("href") if value.startswith("#")}
    assert targets <= set(page.values("id"))


def test_the_header_says_what_was_judged_when_and_how() -> None:
    """Client, version, claims, seed, date, machine, noise and targets stand at the top."""
    text = page_of(make_row()).text

    for fact in (
        "reference",
        "0.1.0",
        "streaming",
        "1 August 2026, 12:00:00 UTC",
        "20260801-120000-reference-7",
        "cpus",
        "before: p99 ms",
        "retry: max attempts",
    ):
        assert fact in text


def test_the_gravest_findings_come_first() -> None:
    """A norm's must, then money, secrets, data and floods, then the rest."""
    titles = [finding.title for finding in findings(one_of_each())]

    assert [title.split(":")[0] for title in titles] == [
        "Broken",
        "Broken",
        "Broken",
        "Not proved",
        "Worth mending",
    ]
    assert [row.id for finding in findings(one_of_each()) for row in finding.rows][:2] == [
        "SSE-001",
        "RETRY-003",
    ]


def soft(verdict: Verdict) -> Results:
    """A load test with one row, which does not turn the exit code."""
    return make_results(make_row(verdict=verdict, severity="should"), load=make_load())


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (Verdict.PASS, "Every promise that was judged was kept."),
        (Verdict.FAIL, "1 promise was broken, none of them binding."),
    ],
)
def test_the_headline_of_a_load_test_is_about_all_rows(verdict: Verdict, sentence: str) -> None:
    """Few of them are binding, and an outage that a client makes worse is no success."""
    assert headline(soft(verdict)) == sentence


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (make_results(), "Nothing was judged."),
        (make_results(make_row()), "Every binding promise that was judged was kept."),
        (make_results(make_row(verdict=Verdict.FAIL)), "1 binding promise was broken."),
        (
            make_results(make_row(verdict=Verdict.NOT_TESTABLE)),
            "No binding promise was seen broken, but the run proves less than it set out to.",
        ),
        (one_of_each(), "2 binding promises were broken."),
    ],
)
def test_the_headline_is_the_run_in_one_sentence(results: Results, sentence: str) -> None:
    """A reader knows after one line whether to read on."""
    assert headline(results) == sentence
    assert sentence in read_page(run_page(results)).text


def test_the_page_says_what_it_does_not_show() -> None:
    """Rows that were not claimed are named, and an interrupted run is called so."""
    page = page_of(
        make_row(verdict=Verdict.NOT_CLAIMED, calls=[], checks=[]), run=make_run(complete=False)
    )

    assert "What this does not show" in page.text
    assert "1 row was not judged" in page.text
    assert "The run was interrupted" in page.text


def test_rescued_and_safe_calls_are_counted_apart() -> None:
    """Calls that met a fault: ended well, ended in a typed error, or neither."""
    healthy = make_call(attempts=[make_attempt(status=200, faults=[])])
    calls = [
        make_call(),
        make_call(outcome="rate_limited"),
        make_call(outcome="hung", end_s=None),
        make_call(outcome="internal"),
        healthy,
    ]
    found = rescues(make_results(make_row(calls=calls)))

    assert (found.faced, found.ok, found.typed, found.unclean) == (4, 1, 1, 2)


def test_a_check_is_shown_with_its_numbers() -> None:
    """Measured, target, unit and detail stand in the row's table, missed checks first."""
    checks = [
        make_check(name="a check that was met"),
        make_check(
            name="a check that was missed", measured=1.25, target=2, unit="s", verdict=Verdict.FAIL
        ),
    ]
    text = page_of(make_row(verdict=Verdict.FAIL, checks=checks)).text

    assert text.index("a check that was missed") < text.index("a check that was met")
    assert "1.25" in text


def test_failed_rows_are_unfolded_and_passed_ones_folded() -> None:
    """A page is short until one asks, except where it has to convince."""
    html = run_page(make_results(make_row(), make_row(id="SSE-001", verdict=Verdict.FAIL)))

    assert html.count('<details class="evidence" open>') == 1
    assert html.count('<details class="evidence">') == 1


def test_the_wire_is_there_to_read() -> None:
    """Request and response of every attempt can be unfolded, and so can the notes."""
    text = page_of(make_row(log="WARNING retrying")).text

    assert "POST /v1/chat/request HTTP/1.1␍" in text
    assert '{"success": false}' in text
    assert "Notes" in text
    assert "WARNING retrying" in text


def test_a_silent_server_is_called_so() -> None:
    """An attempt that was never answered says that nothing was sent, instead of showing nothing."""
    silent = make_attempt(first_byte_out_s=None, status=None, response_excerpt="")

    assert (
        "The server sent nothing." in page_of(make_row(calls=[make_call(attempts=[silent])])).text
    )
    assert "The server sent nothing." not in page_of(make_row()).text


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_a_row_may_have_no_call_or_fifty(count: int) -> None:
    """Few calls are in full view, further ones are folded, all are on one axis."""
    calls = [make_call(label=f"call-label-{n:02}") for n in range(count)]
    page = page_of(make_row(calls=calls))

    assert all(call.label in page.text for call in calls)
    assert (f"All {count} calls on one time axis" in page.values("aria-label")) == (count > 1)
    assert (f"{count - OPEN_CALLS} further calls" in page.text) == (count > OPEN_CALLS + 1)


def test_a_flood_of_attempts_is_cut_where_one_can_see_it() -> None:
    """A client that never stops does not make a page that never ends."""
    call = make_call(1, attempts=[make_attempt(n) for n in range(1, 1001)])
    text = page_of(make_row(verdict=Verdict.FAIL, calls=[call])).text

    assert f"{1000 - MAX_LANES} further attempts not drawn" in text


def test_the_row_can_be_run_again_by_copying_a_line() -> None:
    """A client whose name needs quoting is quoted."""
    command = rerun_command(
        make_results(client=make_client(spec="cmd:node my adapter.js")), make_row(seed=42)
    )

    assert command == (
        "pawa-scenarios run --client 'cmd:node my adapter.js' --rows RETRY-001 --seed 42"
    )


def huge_results() -> Results:
    attempts = [
        make_attempt(
            n,
            request_excerpt='{"text": "<habari>"}' * 400,
            response_excerpt="data: {}\r\n\r\n" * 800,
            chunks=[n / 2 + i / 1000 for i in range(400)],
        )
        for n in range(1, 30)
    ]
    call = make_call(1, attempts=attempts, events=[Event(i / 50, "delta") for i in range(500)])
    checks = [make_check(name=f"check {n}") for n in range(60)]
    verdicts = [Verdict.FAIL, Verdict.PASS]
    return make_results(
        *(
            make_row(
                id=f"SSE-{n:03}",
                verdict=verdicts[n % 2],
                calls=[replace(call, label=str(i)) for i in range(20)],
                checks=checks,
                log="a line of the client's log\n" * 5000,
            )
            for n in range(52)
        )
    )


def test_a_page_stays_small_and_says_what_it_left_out() -> None:
    """52 rows with far too much evidence still make a page under 2 MB, with every cut visible."""
    html = run_page(huge_results())
    page = read_page(html)

    assert len(html.encode()) < MAX_PAGE_BYTES
    assert "characters left out here; results.json has them" in page.text
    assert "further calls not shown one by one" in page.text
    assert "further checks not listed" in page.text
    assert page.text.count("Run this row again") == 52


def everywhere(text: str) -> Results:
    """A run with ``text`` in every field that holds foreign text."""
    attempt = make_attempt(
        ending=text,
        rule=text,
        faults=[text],
        request_id=text,
        target=text,
        request_excerpt=text,
        response_excerpt=text,
    )
    call = make_call(
        token=text,
        label=text,
        outcome=text,
        attempts=[attempt, make_attempt(2)],
        events=[Event(0.1, text, text)],
    )
    row = make_row(
        id=text,
        group=text,
        reason=text,
        right=text,
        log=text,
        scenario=text,
        severity=text,
        verdict=Verdict.FAIL,
        checks=[make_check(name=text, measured=text, target={text: text}, unit=text, detail=text)],
        calls=[call, call],
    )
    return make_results(
        row,
        run=make_run(id=text, started_at=text, version=text, machine={text: text}),
        client=make_client(spec=text, name=text, version=text, language=text, claims=[text]),
    )


foreign = st.text(st.characters(), min_size=1, max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "</code></pre><img src=x onerror=alert(1)>",
        '" onmouseover="alert(1)',
        "</style><style>*{display:none}",
        "{{ 7*7 }}{% raw %}",
        "]]><!--",
        "--><b>",
        "&amp;&lt;",
        "\x00\r\n\x1b[2J\u202e",
    ]
)


@given(foreign)
@settings(max_examples=40)
def test_foreign_text_stays_text(text: str) -> None:
    """Whatever a client or a server wrote is on the page, intact, and never becomes markup."""
    page = read_page(run_page(everywhere(text)))
    harmless = read_page(run_page(everywhere("harmless")))
    # A carriage return that is drawn has an element of its own.
    del page.tags["i"], harmless.tags["i"]

    assert visible(text) in page.text
    assert page.tags == harmless.tags
    assert page.inlined == harmless.inlined
    assert {name for _, name, _ in page.attributes} == {name for _, name, _ in harmless.attributes}


def test_facts_are_flat_and_readable() -> None:
    """Nested measurements become one name and one value each."""
    assert facts({"before": {"p99_ms": 1.25}, "python": "3.11"}) == (
        ("before: p99 ms", "1.25"),
        ("python", "3.11"),
    )


@pytest.mark.parametrize(
    ("started_at", "text"),
    [
        ("2026-08-01T12:00:00+00:00", "1 August 2026, 12:00:00 UTC"),
        ("2026-08-01T12:00:00+02:00", "1 August 2026, 12:00:00 UTC+02:00"),
        ("2026-08-01T12:00:00", "1 August 2026, 12:00:00"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_date_is_written_for_a_person(started_at: str, text: str) -> None:
    """What is no date stands as it is."""
    assert date_text(started_at) == text
