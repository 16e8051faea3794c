"""pytest as the engine's front: ``pytest --pyargs scenarios --client reference``.

Every row is an ordinary item that waits for its own judgement; all scenarios run side by side on a
thread of their own from the end of the collection. The plugin is loaded in every pytest run of an
environment where this project is installed, so it stays idle (and imports nothing) until the
catalogue is collected.

A broken ``must`` or ``must*`` row fails its item; so does a row that proves nothing (``not
testable``, ``harness fault``). A broken ``should`` or ``may`` row is shown as ``SHOULD FAILED`` and
counted apart, but passes its item, since the exit code does not follow it. ``not claimed`` skips.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reports.results import Check
    from scenarios.catalogue.rows import CatalogueRow
    from scenarios.engine import Judged
    from scenarios.judging import Judging, Request, Watcher

WATCHER: pytest.StashKey[Watcher] = pytest.StashKey()
"""Where a caller of ``pytest.main`` puts who wants to hear of the run."""

REQUEST: pytest.StashKey[Request] = pytest.StashKey()
JUDGING: pytest.StashKey[Judging] = pytest.StashKey()
REFUSAL: pytest.StashKey[str] = pytest.StashKey()
"""What was wrong with the request, in one line."""

FAILURE: pytest.StashKey[str] = pytest.StashKey()
"""What ended the engine, if anything did: a traceback."""

VERDICT = "verdict"
SEVERITY = "severity"
WRONG_INPUT = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of ``pawa-scenarios run``, for the same run as pytest."""
    group = parser.getgroup("pawa-resilience", "scenarios that judge a Pawa AI client")
    group.addoption("--client", metavar="SPEC", help="the client to judge (docs/adapters.md)")
    group.addoption(
        "--rows", action="append", default=[], metavar="IDS", help="rows, as RETRY-001,SSE-*"
    )
    group.addoption(
        "--group", action="append", default=[], metavar="GROUPS", help="groups, as RETRY,SSE"
    )
    group.addoption("--targets", metavar="FILE", help="TOML file of targets")
    group.addoption("--out", metavar="DIR", help="folder for results.json, junit.xml, index.html")
    group.addoption("--seed", type=int, metavar="N", help="repeat the run of that seed")
    group.addoption(
        "--mock-port",
        type=int,
        default=8080,
        metavar="PORT",
        help="where an application (http://…) finds the mock",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The modules of the catalogue hold rows."""
    folder = file_path.parent
    if file_path.suffix != ".py" or (folder.name, folder.parent.name) != ("catalogue", "scenarios"):
        return None
    if not _is_ours(folder):
        return None
    return CatalogueModule.from_parent(parent, path=file_path)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the client and every scenario that was chosen; say what is wrong with the request."""
    refusal = session.config.stash.get(REFUSAL, None)
    if refusal is not None:
        pytest.exit(refusal, WRONG_INPUT)
    rows = [item.row for item in session.items if isinstance(item, RowItem)]
    if not rows or session.config.option.collectonly:
        return
    if hasattr(session.config, "workerinput"):
        pytest.exit("run the scenarios without -n: they run side by side already", WRONG_INPUT)
    from scenarios.errors import InputError  # noqa: PLC0415 - idle until now
    from scenarios.judging import Judging  # noqa: PLC0415

    stash = session.config.stash
    judging = Judging(stash[REQUEST], rows, stash.get(WATCHER, None))
    stash[JUDGING] = judging
    try:
        judging.start()
    except InputError as error:
        del stash[JUDGING]
        _refuse(session.config, str(error))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the run, write its results, and exit as the results say."""
    judging = session.config.stash.get(JUDGING, None)
    if judging is None:
        return
    from scenarios.errors import InputError  # noqa: PLC0415 - idle until now

    try:
        session.exitstatus = judging.finish()
    except InputError as error:
        session.exitstatus = WRONG_INPUT
        session.config.stash[REFUSAL] = str(error)
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(str(error), red=True)
    if judging.failure is not None:
        session.config.stash[FAILURE] = judging.failure


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Which client is judged, and the seed that repeats the run."""
    request = config.stash.get(REQUEST, None)
    if request is None:
        return []
    return [f"pawa-scenarios: client {request.spec}, seed {request.seed}"]


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, Any] | None:
    """Verdicts that are neither a pass nor a failure have words of their own."""
    if report.when != "call" or not report.passed:
        return None
    match dict(report.user_properties).get(VERDICT):
        case "fail":
            return "should failed", "s", ("SHOULD FAILED", {"yellow": True})
        case "advisory":
            return "advisory", "a", ("ADVISORY", {"yellow": True})
        case _:
            return None


class CatalogueModule(pytest.File):
    """One module of the catalogue, as the rows that it judges."""

    def collect(self) -> Iterable[pytest.Item]:
        """The chosen rows of this module."""
        from scenarios.registry import discover  # noqa: PLC0415 - idle until now

        registry = discover()
        request = _request(self.config)
        for row in request.rows if request else ():
            if registry.scenario_of(row.id).module == f"scenarios.catalogue.{self.path.stem}":
                yield RowItem.from_parent(self, name=row.id, row=row)


class RowItem(pytest.Item):
    """One row: waits for its judgement and shows the evidence."""

    def __init__(self, *, row: CatalogueRow, **rest: Any) -> None:
        super().__init__(**rest)
        self.row = row

    def runtest(self) -> None:
        """Wait for the judgement, and raise it if it breaks the run."""
        judged = self.config.stash[JUDGING].wait_for(self.row.id)
        self.user_properties += [(VERDICT, judged.verdict.value), (SEVERITY, self.row.severity)]
        match judged.verdict.value:
            case "pass":
                pass
            case "not_claimed":
                pytest.skip(judged.judgement.reason)
            case "fail" | "advisory" if not _breaks(judged):
                self.add_report_section("call", "evidence", evidence_text(judged))
            case _:
                raise RowBroken(judged)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:
        """The reason and the checks, not a traceback."""
        if isinstance(excinfo.value, RowBroken):
            return evidence_text(excinfo.value.judged)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The row's id and its promise."""
        return self.path, None, f"{self.row.id} {self.row.right}"


class RowBroken(Exception):  # noqa: N818 - a finding about the client, not an error
    """A row that turns the exit code."""

    def __init__(self, judged: Judged) -> None:
        super().__init__(judged.judgement.reason)
        self.judged = judged


def evidence_text(judged: Judged) -> str:
    """A row with its verdict, reason and checks, as lines."""
    row = judged.row
    lines = [
        f"{row.id} ({row.severity}): {judged.verdict.value.replace('_', ' ')}",
        f"right:  {row.right}",
        f"reason: {judged.judgement.reason}",
        *(_check_line(check) for check in judged.checks),
    ]
    if judged.trial is not None and judged.trial.harness_error is not None:
        lines.append(judged.trial.log)
    return "\n".join(lines)


def _check_line(check: Check) -> str:
    unit = f" {check.unit}" if check.unit else ""
    return (
        f"  {check.verdict.value:8} {check.name}: "
        f"measured {check.measured}, target {check.target}{unit}"
    )


def _breaks(judged: Judged) -> bool:
    from reports.results import BINDING  # noqa: PLC0415 - idle until now

    return judged.verdict.value == "fail" and judged.row.severity in BINDING


def _is_ours(folder: Path) -> bool:
    """Whether a folder is the catalogue of this very package."""
    from scenarios.catalogue import rows  # noqa: PLC0415 - idle until now

    return folder == rows.HERE


def _request(config: pytest.Config) -> Request | None:
    """What was asked for; read once, at the first module of the catalogue. None: it is wrong."""
    if REFUSAL in config.stash:
        return None
    if REQUEST not in config.stash:
        from scenarios.errors import ScenariosError  # noqa: PLC0415 - idle until now
        from scenarios.judging import read_request  # noqa: PLC0415

        option = config.option
        try:
            config.stash[REQUEST] = read_request(
                spec=option.client,
                rows=option.rows,
                groups=option.group,
                targets=option.targets,
                out=option.out,
                seed=option.seed,
                mock_port=option.mock_port,
            )
        except ScenariosError as error:
            # Told when all is collected: here pytest would tell it once for every module.
            config.stash[REFUSAL] = str(error)
            return None
    return config.stash[REQUEST]


def _refuse(config: pytest.Config, why: str) -> NoReturn:
    config.stash[REFUSAL] = why
    pytest.exit(why, WRONG_INPUT)
