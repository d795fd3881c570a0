"""What the import contract does not see: who knows what, and what is unused."""

import ast
import inspect
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import aiohttp.web_protocol
import pytest
from aiohttp import web
from aiohttp.http import StreamWriter
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

import reachapi_emulator
from reachapi_emulator.embedded import Emulator
from reachapi_emulator.settings import Settings
from reachapi_emulator.state.sqlite import named_queries
from support.measuring import ran

ROOT = Path(reachapi_emulator.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MAX_LINES = 450
SQL = (ROOT / "state" / "queries.sql").read_text(encoding="utf-8")
QUERIES = named_queries(SQL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


def imports(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> list[str]:
    """Return the queries that a module names: the first argument of a store's call."""
    text = path.read_text(encoding="utf-8")
    lists = re.findall(r'\brows_of\(\s*\S+, page, "(\w+)", "(\w+)"', text)
    asked = re.findall(r'(?:\.(?:one|all|run|recall)|\bLane)\(\s*"(\w+)"', text)
    return [*asked, *chain.from_iterable(lists)]


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python has after a statement."""
    command = f"import sys, json; {statement}; print(json.dumps(list(sys.modules)))"
    done = ran(sys.executable, "-c", command)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    ("library", "rooms"), [("aiohttp.web", "web/"), ("faker", "contacts/generate/")]
)
def test_one_room_alone_knows_a_library(library: str, rooms: str) -> None:
    knowing = {
        name_of(path)
        for path in MODULES
        if any(f"{name}.".startswith(f"{library}.") for name in imports(path))
    }

    assert knowing
    assert set() == {name for name in knowing if not name.startswith(rooms)}


SERVE = """
import asyncio
from reachapi_emulator import Settings
from reachapi_emulator.server import Server
async def serve():
    served = Server(Settings(port=0))
    await served.start()
    await served.stop()
asyncio.run(serve())
"""


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import reachapi_emulator", {"aiohttp", "click", "email_validator", "orjson"}),
        ("import reachapi_emulator.cli", {"aiohttp", "email_validator", "trustme"}),
        ("from reachapi_emulator import Settings", {"aiohttp", "yarl", "idna"}),
        ("from reachapi_emulator import Emulator", {"email_validator", "click"}),
        ("import reachapi_emulator.contacts.query", {"aiohttp"}),
        (f"exec({SERVE!r})", {"trustme", "cryptography"}),
    ],
    ids=["package", "cli", "settings", "emulator", "query", "serving"],
)
def test_an_import_costs_no_more_than_it_must(
    statement: str, unwanted: set[str]
) -> None:
    """What is dear is loaded when it is first used; an installed one has no Faker."""
    loaded = loaded_by(statement)

    assert "reachapi_emulator" in loaded
    assert set() == {*unwanted, "faker"} & loaded


def test_the_public_names_are_those_of_their_modules_and_no_others() -> None:
    names = {"Emulator": Emulator, "Settings": Settings}

    assert names == {name: getattr(reachapi_emulator, name) for name in names}
    assert {*names, "__version__"} == set(reachapi_emulator.__all__)
    with pytest.raises(
        AttributeError, match="module 'reachapi_emulator' has no attribute 'No'"
    ):
        _ = reachapi_emulator.No


def test_no_public_class_has_the_name_of_another() -> None:
    homes = defaultdict(list)
    for path in MODULES:
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name_of(path))

    assert {} == {name: places for name, places in homes.items() if len(places) > 1}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_what_it_is_and_is_not_long(path: Path) -> None:
    assert ast.get_docstring(tree(path))
    assert MAX_LINES >= len(path.read_text(encoding="utf-8").splitlines())


def test_every_query_is_used_and_every_one_that_is_named_exists() -> None:
    assert set(QUERIES) == {name for path in MODULES for name in named(path)}
    assert len(QUERIES) == SQL.count("-- name: ")


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_is_described(query: str) -> None:
    lines = QUERIES[query].rstrip().splitlines()
    description = [line for line in lines if line.startswith("--")]

    assert re.match(r"-- [A-Z].*", description[0])
    assert description[-1].endswith(".")
    assert lines[: len(description)] == description
    assert 1 == "".join(lines[len(description) :]).count(";")


PRIVATE: dict[Any, set[str]] = {
    web.AppRunner: {"_make_server"},
    Server: {"_kwargs", "_loop", "request_handler", "request_factory"},
    RequestHandler: {"_current_request", "_messages", "_waiter", "ssl_context"},
    web.TCPSite: {"_runner", "_server"},
    aiohttp.web_protocol: {"_ErrInfo"},
}
"""What web/http_server.py relies on, though aiohttp promises none of it."""


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        pytest.param(owner, name, id=f"{owner.__name__}.{name}")
        for owner, names in PRIVATE.items()
        for name in sorted(names)
    ],
)
def test_what_is_private_to_aiohttp_is_there_still(owner: object, name: str) -> None:
    """An upgrade that takes it away is to be found out here, before users do."""
    slots = getattr(owner, "__slots__", ())
    source = inspect.getsource(owner) if inspect.isclass(owner) else ""

    assert hasattr(owner, name) or name in slots or f"self.{name} = " in source


def test_every_private_name_that_is_relied_on_is_known() -> None:
    path = ROOT / "web" / "http_server.py"
    own = {
        node.name
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    own |= {
        "_arriving",
        "_at",
        "_before",
        "_in_time",
        "_is_upgrade",
        "_most",
        "_open",
        "_of_head",
        "_taken",
        "_tls",
    }
    used = {
        node.attr
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and re.match("_[a-z]", node.attr)
    }
    known = {name for names in PRIVATE.values() for name in names}

    assert set() == used - own - known


def test_what_is_overridden_in_aiohttp_has_its_parameters_still() -> None:
    expected = {
        "handle_error": ["self", "request", "status", "exc", "message"],
        "finish_response": ["self", "request", "resp", "start_time"],
        "log_exception": ["self", "args", "kw"],
        "data_received": ["self", "data"],
        "eof_received": ["self"],
    }

    assert expected == {
        name: [*inspect.signature(getattr(RequestHandler, name)).parameters]
        for name in expected
    }
    assert hasattr(StreamWriter, "chunked") or "chunked" in inspect.getsource(
        StreamWriter
    )
    assert EMPTY_PAYLOAD.is_eof()
