"""What the page of the control API says of events and safety is so."""

import re
from pathlib import Path

import pytest

from reachapi_emulator.state.events import MAX_KEPT, EventType
from reachapi_emulator.web.control import OPEN, ROUTES, console
from reachapi_emulator.web.control.events import KEEP_ALIVE, MAX_FOLLOWERS

PAGE = Path(__file__).parents[2] / "docs" / "control-api.md"


def section(title: str) -> str:
    """Return a part of the page, on one line."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^#+ {title}.*?(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0]


def test_every_event_is_described() -> None:
    """Once, and no other."""
    listed = re.findall(r"^- `([a-z]+)`:", section("Events"), re.MULTILINE)

    assert [*EventType, "missed"] == listed


@pytest.mark.parametrize(
    "bound",
    [
        f"The last {MAX_KEPT:,} events are kept",
        f"{MAX_FOLLOWERS} streams are open",
        f"after {KEEP_ALIVE:g} seconds of silence",
    ],
)
def test_the_bounds_of_events_are_those_of_the_page(bound: str) -> None:
    """As they are."""
    assert bound in " ".join(section("Events").split())


def test_what_needs_no_token_is_listed() -> None:
    """By method and path, but for the console's files."""
    files = {route.handler for route in console.ROUTES}
    free = {
        (route.method, route.path) for route in ROUTES if route.handler in OPEN - files
    }
    listed = re.findall(r"`([A-Z]+) (/\S+)`", section("Safety"))

    assert free == set(listed)
    assert "the console's own files" in section("Safety")
