"""The shape of the code, held by tests: who may import whom, and where each module is tested."""

from __future__ import annotations

import ast
import importlib
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]

ALLOWED_IMPORTS = {
    "mockserver": {"mockserver"},
    "reports": {"reports"},
    "scenarios": {"scenarios", "mockserver", "reports"},
    "loadtests": {"loadtests", "scenarios", "mockserver", "reports"},
}
"""DESIGN section 3: no import runs the other way."""

CLOSED_ROOMS = {
    "scenarios/reference": {"scenarios.reference"},
    "scenarios/clients": {"scenarios.clients", "scenarios.reference", "mockserver.secrets"},
    "loadtests": {
        *("loadtests", "mockserver", "reports", "scenarios.clients", "scenarios.zoo"),
        *("scenarios.call", "scenarios.catalogue.rows", "scenarios.checks", "scenarios.errors"),
        "scenarios.catches",
        *("scenarios.evidence", "scenarios.explain", "scenarios.keyring", "scenarios.noise"),
        "scenarios.recording",
        *("scenarios.results", "scenarios.samples", "scenarios.tolerances", "scenarios.verdicts"),
    },
    "loadtests/judging": {
        *("loadtests", "mockserver.records", "reports", "scenarios.catalogue.rows"),
        *("scenarios.checks", "scenarios.clients.protocol", "scenarios.evidence"),
        *("scenarios.recording", "scenarios.results", "scenarios.samples"),
        *("scenarios.tolerances", "scenarios.verdicts"),
    },
}
"""Rooms inside a package that know less than their package may."""

MOCK_ROOMS = {
    "admission": {"api", "settings"},
    "api": {"replies", "settings"},
    "commands": {
        *("configuration", "control", "faults", "openapi", "operations", "presets", "settings"),
    },
    "configuration": {"control", "faults", "settings"},
    "control": {"admission", "configuration", "faults", "openapi", "settings", "transport"},
    "faults": {"admission", "api", "replies", "settings", "transport"},
    "metrics": {"admission"},
    "openapi": {"api", "configuration", "control", "replies", "settings"},
    "operations": set(),
    "presets": {"configuration", "faults"},
    "replies": {"api", "settings"},
    "settings": {"faults", "replies"},
    "tls": {"settings", "transport"},
    "transport": {"tls"},
}
"""The rooms of the mock, and the others that each knows, be it for types. The list must shrink."""

PURE_ROOMS = {"api", "faults", "presets", "replies", "settings"}
"""Rooms of the mock that decide and make: request, time and chance are handed to them."""

NOT_FOR_PURE_ROOMS = {
    *("asyncio", "socket", "threading", "time"),
    *(f"mockserver.{name}" for name in ("arrival", "departure", "pipeline", "sandbox", "server")),
    *(f"mockserver.{name}" for name in ("cli", "journal", "visit")),
    *(f"mockserver.transport.{name}" for name in ("connections", "intake", "wire")),
}

TESTED_ELSEWHERE = {
    "mockserver/__main__.py": "one line; tests/mockserver/test_cli.py runs it as a process",
    "scenarios/__main__.py": "one line; tests/scenarios/test_cli.py runs it as a process",
    "reports/__main__.py": "one line; tests/reports/test_cli.py runs it as a process",
    "loadtests/__main__.py": "one line; tests/loadtests/test_cli.py runs it as a process",
    "loadtests/locustfile.py": "runs in Locust; tests/loadtests/test_load_runs.py runs it",
    **{
        f"loadtests/generator/{name}.py": "tests/loadtests/test_load_runs.py runs it in Locust"
        for name in (
            *("chair", "clients", "crowd", "everyone", "hooks", "lane_calls", "part", "run"),
            *("shape", "workplace"),
        )
    },
}
"""Modules without a test file of their own, each with its reason. The list must shrink."""

MODULES = sorted(
    path
    for package in ALLOWED_IMPORTS
    for path in (ROOT / package).rglob("*.py")
    if "__pycache__" not in path.parts
)
MODULE_NAMES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in MODULES
}
MAX_LINES = 400
MAX_FUNCTION_LINES = 60


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """A module, read once."""
    return ast.parse(path.read_text("utf-8"))


def imported_names(path: Path) -> set[str]:
    """The dotted names that a module imports, relative ones resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            names.add(".".join((*base, *((node.module,) if node.module else ()))))
    return names


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_run_one_way(path: Path) -> None:
    """A module imports only the packages that stand below its own."""
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in imported_names(path) if name.split(".")[0] in ALLOWED_IMPORTS}

    assert {name for name in ours if name.split(".")[0] not in ALLOWED_IMPORTS[package]} == set()


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_closed_rooms_know_only_what_they_need(path: Path) -> None:
    """The reference client knows nothing of the harness; adapters nothing of the judgement."""
    for room, allowed in CLOSED_ROOMS.items():
        if not relative(path).startswith(room + "/"):
            continue
        ours = {name for name in imported_names(path) if name.split(".")[0] in ALLOWED_IMPORTS}

        assert {n for n in ours if not any(n == a or n.startswith(a + ".") for a in allowed)} == (
            set()
        )


def statements(node: ast.AST, *, at_start: bool) -> Iterator[ast.AST]:
    """What stands in a module; ``at_start``: what is run when it is loaded."""
    for child in ast.iter_child_nodes(node):
        if at_start and (
            isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            or (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")
        ):
            continue
        yield child
        yield from statements(child, at_start=at_start)


def imported_modules(path: Path, *, at_start: bool = False) -> set[str]:
    """The modules that one imports; ``at_start``: those without which it cannot be loaded."""
    names: set[str] = set()
    for node in statements(parsed(path), at_start=at_start):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = inside & MODULE_NAMES.keys()
            names |= modules if modules == inside else {node.module, *modules}
    return names


def room_of(name: str) -> str | None:
    """The room of the mock that a module is in; None: it stands beside them."""
    parts = name.split(".")
    return parts[1] if parts[0] == "mockserver" and {*parts[1:2]} & MOCK_ROOMS.keys() else None


@pytest.mark.parametrize("package", sorted(ALLOWED_IMPORTS))
def test_no_two_modules_need_each_other_to_be_loaded(package: str) -> None:
    """Whatever is imported first, everything can be."""
    names = [name for name in MODULE_NAMES if name.split(".")[0] == package]
    graph = {name: imported_modules(MODULE_NAMES[name], at_start=True) & {*names} for name in names}

    assert len(list(TopologicalSorter(graph).static_order())) == len(names)


def test_every_room_of_the_mock_is_on_the_map() -> None:
    """A new room says whom it knows."""
    rooms = {path.parent.name for path in (ROOT / "mockserver").glob("*/__init__.py")}

    assert rooms == MOCK_ROOMS.keys()


@pytest.mark.parametrize("room", sorted(MOCK_ROOMS))
def test_rooms_of_the_mock_know_only_those_on_the_map(room: str) -> None:
    """No more, and no fewer: an arrow that is gone leaves the map."""
    inside = [path for name, path in MODULE_NAMES.items() if room_of(name) == room]
    known = {room_of(name) for path in inside for name in imported_modules(path)}

    assert known - {None, room} == MOCK_ROOMS[room]


@pytest.mark.parametrize("room", sorted(PURE_ROOMS))
def test_what_decides_neither_waits_nor_looks_at_a_clock(room: str) -> None:
    """It knows no loop, no time but what it is told, and nothing of the way of a request."""
    inside = {name: path for name, path in MODULE_NAMES.items() if room_of(name) == room}
    wrong = {name: imported_modules(path) & NOT_FOR_PURE_ROOMS for name, path in inside.items()}

    assert {name: found for name, found in wrong.items() if found} == {}


def test_commands_are_known_to_the_command_line_alone() -> None:
    """What a command does can be done without it."""
    knowing = {
        name
        for name, path in MODULE_NAMES.items()
        if room_of(name) != "commands"
        and any(room_of(other) == "commands" for other in imported_modules(path))
    }

    assert knowing == {"mockserver.cli"}


def mirror(path: Path) -> Path:
    inside = path.relative_to(ROOT)
    return ROOT / "tests" / inside.parent / f"test_{inside.name}"


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__init__.py"], ids=relative)
def test_every_module_has_its_test_file(path: Path) -> None:
    """A module is tested in the file of the same name, or stands in the short list."""
    if relative(path) in TESTED_ELSEWHERE:
        assert not mirror(path).exists(), "has its own test file now: take it off the list"
    else:
        assert mirror(path).exists(), f"write {relative(mirror(path))}"


def test_the_list_of_exceptions_names_real_modules() -> None:
    """An exception whose module is gone goes too."""
    assert {name for name in TESTED_ELSEWHERE if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_and_functions_stay_small(path: Path) -> None:
    """Files stay under 400 lines and functions under a screen."""
    text = path.read_text("utf-8")
    long_functions = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }

    assert text.count("\n") <= MAX_LINES
    assert long_functions == {}


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_public_things_say_what_they_mean(path: Path) -> None:
    """Every module, public class and public function has a docstring."""
    tree = parsed(path)
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]

    assert ast.get_docstring(tree) is not None
    assert silent == []


def test_every_module_is_named_after_what_it_holds() -> None:
    """A noun of the domain, never a word for leftovers."""
    leftovers = {"utils", "helpers", "common", "manager", "misc"}

    assert [relative(path) for path in MODULES if path.stem in leftovers] == []


@pytest.mark.parametrize("package", sorted(ALLOWED_IMPORTS))
def test_the_public_face_is_what_it_says(package: str) -> None:
    """Each name in `__all__` can be imported, and `docs/api.md` names it."""
    module = importlib.import_module(package)
    documented = (ROOT / "docs" / "api.md").read_text("utf-8")

    assert module.__all__ == sorted(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert [name for name in module.__all__ if f"`{name}`" not in documented] == []
