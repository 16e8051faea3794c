"""The shape of the code, held by tests: who may import whom, and where each module is tested."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ALLOWED_IMPORTS = {
    "mockserver": {"mockserver"},
    "reports": {"reports"},
    "scenarios": {"scenarios", "mockserver", "reports"},
}
"""DESIGN section 3: no import runs the other way."""

CLOSED_ROOMS = {
    "scenarios/reference": {"scenarios.reference"},
    "scenarios/clients": {"scenarios.clients", "scenarios.reference", "mockserver.secrets"},
}
"""Rooms inside a package that know less than their package may."""

TESTED_ELSEWHERE = {
    "mockserver/__main__.py": "one line; tests/mockserver/test_cli.py runs it as a process",
    "scenarios/__main__.py": "one line; tests/scenarios/test_cli.py runs it as a process",
    "reports/__main__.py": "one line; tests/reports/test_cli.py runs it as a process",
}
"""Modules without a test file of their own, each with its reason. The list must shrink."""

MODULES = sorted(
    path
    for package in ALLOWED_IMPORTS
    for path in (ROOT / package).rglob("*.py")
    if "__pycache__" not in path.parts
)
MAX_LINES = 400
MAX_FUNCTION_LINES = 60


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_names(path: Path) -> set[str]:
    """The dotted names that a module imports, relative ones resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
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
    tree = ast.parse(path.read_text("utf-8"))
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
