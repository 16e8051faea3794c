"""JUnit XML of a run, for the CI systems that read it.

What turns a pipeline red is what turns the exit code (:func:`reports.results.exit_code`):

- a failed ``must`` or ``must*`` row is a ``failure``;
- a harness fault, a row that was not testable, an interrupted run and a run without rows are an
  ``error``: nothing is proved;
- a row that the client does not claim is ``skipped``;
- a failed ``should`` or ``may`` row, like an advisory, is a passing test case whose verdict stands
  in its properties and whose reason stands in ``system-out``.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from reports.results import Results, Row, Verdict
from reports.text import value_text, visible

_ERRORS = (Verdict.NOT_TESTABLE, Verdict.HARNESS_FAULT)


def junit_xml(results: Results) -> bytes:
    """The document, in UTF-8 with its declaration. Signs that XML cannot carry are drawn."""
    cases = [_case(row, results.client.name) for row in results.rows]
    cases += [_run_error(text, results.client.name) for text in _run_errors(results)]
    suite = _element(
        "testsuite",
        name=f"pawa-resilience {results.client.name} {results.client.version}".strip(),
        tests=str(len(cases)),
        failures=_count(cases, "failure"),
        errors=_count(cases, "error"),
        skipped=_count(cases, "skipped"),
        time=f"{results.run.duration_s:.3f}",
        timestamp=results.run.started_at,
    )
    suite.append(
        _properties(
            run=results.run.id,
            seed=str(results.run.seed),
            version=results.run.version,
            client=results.client.spec,
            claims=" ".join(results.client.claims),
        )
    )
    suite.extend(cases)
    document = _element("testsuites", name="pawa-resilience")
    document.append(suite)
    ET.indent(document)
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(row: Row, client: str) -> ET.Element:
    case = _element(
        "testcase", name=row.id, classname=f"{client}.{row.group}", time=f"{row.duration_s:.3f}"
    )
    case.append(
        _properties(
            verdict=row.verdict.value,
            severity=row.severity,
            tier=str(row.tier),
            seed=str(row.seed),
            right=row.right,
        )
    )
    if row.broken:
        case.append(_element("failure", _proof(row), message=_message(row), type=row.severity))
    elif row.verdict in _ERRORS:
        case.append(_element("error", _proof(row), message=_message(row), type=row.verdict.value))
    elif row.verdict is Verdict.NOT_CLAIMED:
        case.append(_element("skipped", message=row.reason or "the client does not claim this"))
    elif row.verdict is not Verdict.PASS:
        text = f"{row.verdict.value} ({row.severity}): {_message(row)}\n{_proof(row)}"
        case.append(_element("system-out", text))
    return case


def _run_errors(results: Results) -> list[str]:
    """What is wrong with the run as a whole, a sentence each."""
    problems = []
    if not results.run.complete:
        problems.append("The run was interrupted: rows that are missing here were not judged.")
    if not results.rows:
        problems.append("The run judged no row, so it proves nothing.")
    return problems


def _run_error(text: str, client: str) -> ET.Element:
    case = _element("testcase", name="the run itself", classname=client, time="0.000")
    case.append(_element("error", message=text, type="run"))
    return case


def _message(row: Row) -> str:
    return row.reason or row.right


def _proof(row: Row) -> str:
    """The checks that were not met, one a line, and the promise."""
    missed = [check for check in row.checks if check.verdict is not Verdict.PASS]
    lines = [
        f"{check.verdict.value}: {check.name}: measured {value_text(check.measured)}, "
        f"target {value_text(check.target)} {check.unit}".rstrip()
        for check in missed
    ]
    return "\n".join([f"right: {row.right}", *lines])


def _properties(**values: str) -> ET.Element:
    properties = _element("properties")
    for name, value in values.items():
        properties.append(_element("property", name=name, value=value))
    return properties


def _element(tag: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.Element(tag, {name: visible(value) for name, value in attributes.items()})
    element.text = visible(text) or None
    return element


def _count(cases: list[ET.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))
