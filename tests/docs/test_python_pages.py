"""The pages on Python and pytest: complete, and their examples are Python."""

import ast
import re
from pathlib import Path

import pytest

from reachapi_emulator import pytest_plugin
from reachapi_emulator.client import Account, EmulatorError
from reachapi_emulator.client.clock import AccountClock
from reachapi_emulator.embedded import Emulator

DOCS = Path(__file__).parents[2] / "docs"
PYTHON = (DOCS / "python.md").read_text(encoding="utf-8")
PYTEST = (DOCS / "pytest.md").read_text(encoding="utf-8")


def public(*classes: type) -> list[str]:
    names = {name for each in classes for name in dir(each) if name[0] != "_"}
    return sorted(name for name in names if not name.startswith("async_"))


@pytest.mark.parametrize(
    "name", sorted({*public(Emulator, Account), *public(AccountClock)} - {"read"})
)
def test_every_method_is_named(name: str) -> None:
    assert re.search(rf"\b{name}\b", PYTHON)


@pytest.mark.parametrize("error", EmulatorError.__subclasses__())
def test_every_error_is_named(error: type[Exception]) -> None:
    assert f"`{error.__name__}`:" in PYTHON


@pytest.mark.parametrize(
    "name", [name for name in vars(pytest_plugin) if name.startswith("reachapi")]
)
def test_every_fixture_is_listed(name: str) -> None:
    assert re.search(rf"^\| `{name}` \| (function|session) \|", PYTEST, re.MULTILINE)


@pytest.mark.parametrize("page", [PYTHON, PYTEST], ids=["python", "pytest"])
def test_the_examples_are_python(page: str) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)

    assert examples
    assert all(ast.parse(example).body for example in examples)
