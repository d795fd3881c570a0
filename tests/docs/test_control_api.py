"""The page of the control API: complete, true, and its examples run."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from reachapi_emulator.delivery.outcome import ErrorCode
from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.state.events import MAX_KEPT, EventType
from reachapi_emulator.testing import journal as findings
from reachapi_emulator.testing.delays import MAX_DELAY_S
from reachapi_emulator.testing.delivery_faults import MAX_REORDER
from reachapi_emulator.testing.faults import KINDS, MAX_RULES, FaultKind, FaultPhase
from reachapi_emulator.testing.inbox import MAX_DELIVERIES
from reachapi_emulator.vendor.job import STATES
from reachapi_emulator.vendor.jobs import MAX_BODIES
from reachapi_emulator.web.control.events import KEEP_ALIVE, MAX_FOLLOWERS
from reachapi_emulator.web.control.faults import DEFAULT_SEED
from reachapi_emulator.web.vendor_api import OPERATIONS
from support.client import Answer, Api
from support.control import PREFIX, ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "control-api.md"
ADDRESS = "http://127.0.0.1:9010"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SERVED = {re.sub(r"\{\w+\}", "{}", f"{r.method} {r.path or '/'}") for r in ROUTES}
"""The routes that there are; without its final slash one leads to `/`."""


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    found = re.search(rf"^#+ {title}.*?(?=^##)", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0]


def test_the_page_lists_every_route_and_error_code_once(page: str) -> None:
    rows = re.findall(r"^\| `([A-Z]+ /\S*)` \|", page, re.MULTILINE)
    errors = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", page, re.MULTILINE))

    assert sorted(SERVED) == sorted(re.sub(r"\{\w+\}", "{}", row) for row in rows)
    assert {str(code): code.meaning for code in ErrorCode} == errors


def test_the_page_names_states_and_operations(page: str) -> None:
    names = {*STATES, *(operation.name for operation in OPERATIONS)}

    assert set() == {name for name in names if f"`{name}`" not in page}


@pytest.mark.parametrize(
    ("title", "named", "expected"),
    [
        ("Report", r"^- `([a-z_]+)`: ", [*findings.FindingKind]),
        ("Events", r"^- `([a-z]+)`:", [*EventType, "missed"]),
    ],
)
def test_the_page_describes_each_kind(
    page: str, title: str, named: str, expected: list[str]
) -> None:
    described = re.findall(named, section(page, title), re.MULTILINE)

    assert sorted(expected) == sorted(described)


@pytest.mark.parametrize("kind", FaultKind)
def test_the_page_describes_every_kind_of_fault(page: str, kind: FaultKind) -> None:
    (row,) = re.findall(rf"^\| `{kind}`.* \| (.+) \| (.+) \|$", page, re.MULTILINE)
    phases = dict(zip(FaultPhase, row, strict=True))

    assert {phase for phase in FaultPhase if kind not in KINDS[phase]} == {
        phase for phase, text in phases.items() if text.startswith("refused")
    }


@pytest.mark.parametrize(
    "bound",
    [
        f"{MAX_DELIVERIES:,} deliveries",
        f"or there are {MAX_RULES}.",
        f"answers have {MAX_BODIES // 2**20} MiB together",
        f"at most {MAX_REORDER // SECOND} seconds",
        f"than {MAX_DELAY_S:g} real seconds",
        f"`seed` ({DEFAULT_SEED} if left out)",
        f"The last {MAX_KEPT:,} events are kept",
        f"{MAX_FOLLOWERS} streams are open",
        f"after {KEEP_ALIVE:g} seconds of silence",
    ],
)
def test_the_bounds_are_those_of_the_page(page: str, bound: str) -> None:
    assert bound in " ".join(page.split())


def test_what_needs_no_token_is_listed(page: str) -> None:
    safety = section(page, "Safety")
    console = {"", "/", "/console/{version}/{file}"}

    assert {
        (r.method, r.path) for r in ROUTES if r.open and r.path not in console
    } == set(re.findall(r"`([A-Z]+) (/\S+)`", safety))
    assert "the console's own files" in safety


def shape(value: Any) -> Any:  # noqa: ANN401 # whatever the JSON holds
    match value:
        case dict():
            return {name: shape(each) for name, each in value.items()}
        case list():
            return [shape(each) for each in value]
        case bool() | None:
            return value
        case float() | int():
            return "number"
    return type(value).__name__


async def run(api: Api, command: str) -> Answer:
    _, *words = shlex.split(command)
    options = {"-X": "", "-H": "", "-d": ""}
    urls = []
    while words:
        word = words.pop(0)
        if word in options:
            options[word] = words.pop(0)
        elif word != "-s":
            urls.append(word)
    (url,) = urls
    return await api.send(
        options["-X"] or ("POST" if options["-d"] else "GET"),
        url.removeprefix(ADDRESS),
        data=options["-d"].encode() or None,
        headers=dict([options["-H"].split(": ")] if options["-H"] else []),
    )


async def test_the_examples_run_as_they_stand(page: str, api: Api) -> None:
    answer: Any = None
    asked: set[str] = set()
    for language, text in BLOCK.findall(page):
        if language == "json":
            assert shape(json.loads(text)) == shape(answer)
            continue
        for command in text.replace("\\\n", "").splitlines():
            sent = await run(api, command)
            answer = sent.json
            assert sent.status < 300, command
            asked |= set(re.findall(rf"{PREFIX}/(\w+)", command))

    retried = [(a["trigger"], a["status"]) for a in answer["attempts"]]
    assert [("first", 500), ("retry", 200)] == retried
    assert {"accounts", "clock", "jobs", "inbox", "faults", "report", "reset"} <= asked
