"""What the import contract does not see: who imports what, and what is unused."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import reachapi_emulator
from reachapi_emulator.state.sqlite import named_queries

ROOT = Path(reachapi_emulator.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MAX_LINES = 450
CALLS = {"one", "all", "run", "recall", "Lane"}
QUERIES = named_queries((ROOT / "state" / "queries.sql").read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Return a module's path inside the package."""
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return the nodes of a module's syntax tree."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path: Path) -> Iterator[str]:
    """Yield what a module imports, wherever in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> Iterator[str]:
    """Yield the queries that a module names: the first argument of a store's call."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and node.args and called(node.func) in CALLS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def called(function: ast.expr) -> str:
    """Return the name under which something is called."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python has after a statement."""
    command = f"import sys, json; {statement}; print(json.dumps(list(sys.modules)))"
    done = subprocess.run(  # this very Python, and our own text
        [sys.executable, "-c", command], capture_output=True, check=True, timeout=30
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_only_the_web_knows_the_web() -> None:
    """The composition root starts it without."""
    knowing = {
        name_of(path)
        for path in MODULES
        if any(name.startswith("aiohttp.web") for name in imports(path))
    }

    assert "web/http_server.py" in knowing
    assert set() == {name for name in knowing if not name.startswith("web/")}


def test_only_the_generator_knows_faker() -> None:
    """Nothing that serves imports it."""
    knowing = {
        name_of(path)
        for path in MODULES
        if any(name.partition(".")[0] == "faker" for name in imports(path))
    }

    assert knowing
    assert all(name.startswith("contacts/generate/") for name in knowing)


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import reachapi_emulator", {"aiohttp", "faker", "email_validator", "click"}),
        (
            "import reachapi_emulator.cli",
            {"aiohttp", "faker", "email_validator", "trustme"},
        ),
        (
            "from reachapi_emulator import Settings",
            {"aiohttp", "faker", "yarl", "idna"},
        ),
        (
            "from reachapi_emulator import Emulator",
            {"faker", "email_validator", "click"},
        ),
    ],
)
def test_an_import_costs_no_more_than_it_must(
    statement: str, unwanted: set[str]
) -> None:
    """What is dear is loaded when it is first used."""
    loaded = loaded_by(statement)

    assert "reachapi_emulator" in loaded
    assert set() == unwanted & loaded


def test_serving_imports_neither_faker_nor_cryptography() -> None:
    """An installed emulator has no faker; the other is dear, and for https alone."""
    statement = """
import asyncio
from reachapi_emulator import Settings
from reachapi_emulator.server import Server
async def serve():
    served = Server(Settings(port=0))
    await served.start()
    await served.stop()
asyncio.run(serve())
"""
    loaded = loaded_by(f"exec({statement!r})")

    assert "aiohttp" in loaded
    assert set() == {"faker", "trustme", "cryptography"} & loaded


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_is_used(query: str) -> None:
    """One that is not is gone with its last use."""
    assert query in {name for path in MODULES for name in named(path)}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_query_that_is_named_exists(path: Path) -> None:
    """A misspelt one is found before it is run."""
    assert set() == set(named(path)) - set(QUERIES)


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_is_described(query: str) -> None:
    """In a sentence above its SQL, which ends once."""
    lines = QUERIES[query].rstrip().splitlines()
    description = [line for line in lines if line.startswith("--")]

    assert re.match(r"-- [A-Z].*", description[0])
    assert description[-1].endswith(".")
    assert lines[: len(description)] == description
    assert 1 == "".join(lines[len(description) :]).count(";")


def test_no_query_is_there_twice() -> None:
    """The second would hide the first."""
    text = (ROOT / "state" / "queries.sql").read_text(encoding="utf-8")

    assert text.count("-- name: ") == len(QUERIES)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_long(path: Path) -> None:
    """One job each."""
    assert MAX_LINES >= len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is(path: Path) -> None:
    """In its first line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree)
