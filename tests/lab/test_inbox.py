import asyncio

import msgspec
import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.testing import inbox
from reachapi_emulator.testing.inbox import Inboxes, ScriptedAnswer
from support.house import House


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann."""
    house = House()
    house.open("ann")
    return house


@pytest.fixture
def inboxes(house: House) -> Inboxes:
    """Return the inboxes of the house."""
    house.inboxes.base_url = "http://127.0.0.1:9010/_emulator/inbox"
    return house.inboxes


def bodies(inboxes: Inboxes, name: str = "ann") -> list[object]:
    """Return the bodies that an inbox holds."""
    return [delivery["body"] for delivery in inboxes.deliveries(name)]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("inbox:ann", "http://127.0.0.1:9010/_emulator/inbox/ann"),
        ("inbox:a b", "http://127.0.0.1:9010/_emulator/inbox/a%20b"),
        ("http://receiver.example/inbox:ann", "http://receiver.example/inbox:ann"),
        ("inboxes:ann", "inboxes:ann"),
    ],
)
def test_the_address_of_an_inbox(inboxes: Inboxes, url: str, expected: str) -> None:
    """It is where the emulator listens now; other addresses are none of ours."""
    assert expected == inboxes.resolve(url)


def test_an_inbox_keeps_what_arrives(house: House, inboxes: Inboxes) -> None:
    """With its headers, its body parsed, and when it came."""
    inboxes.receive("ann", {"webhook_secret_key": "secret"}, b'{"data":[]}')

    assert [
        {
            "received_at": house.real.now / SECOND,
            "headers": {"webhook_secret_key": "secret"},
            "body": {"data": []},
        }
    ] == inboxes.deliveries("ann")


def test_an_accounts_inbox_is_on_its_clock(house: House, inboxes: Inboxes) -> None:
    """Another is on the global one."""
    house.advance(60, "ann")

    for name in ("ann", "elsewhere"):
        inboxes.receive(name, {}, b"")

    stamps = [
        inboxes.deliveries(name)[0]["received_at"] for name in ("ann", "elsewhere")
    ]
    assert [house.real.now / SECOND + 60, house.real.now / SECOND] == stamps


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"[1]", [1]), (b"", ""), (b"hello", "hello"), (b"caf\xe9", "caf\ufffd")],
)
def test_a_body_is_parsed_if_it_is_json(
    inboxes: Inboxes, body: bytes, expected: object
) -> None:
    """Else it is shown as text."""
    inboxes.receive("ann", {}, body)

    assert [expected] == bodies(inboxes)


def test_the_oldest_comes_first(inboxes: Inboxes) -> None:
    """Even after some have been cleared away."""
    inboxes.receive("bob", {}, b"0")
    inboxes.clear("bob")

    for body in (b"1", b"2", b"3"):
        inboxes.receive("ann", {}, body)

    assert [1, 2, 3] == bodies(inboxes)


def test_each_inbox_has_its_own(inboxes: Inboxes) -> None:
    """By its name."""
    inboxes.receive("ann", {}, b"1")
    inboxes.receive("bob", {}, b"2")

    assert [2] == bodies(inboxes, "bob")


def test_one_inbox_can_be_emptied(inboxes: Inboxes) -> None:
    """The others keep theirs."""
    inboxes.receive("ann", {}, b"1")
    inboxes.receive("bob", {}, b"2")

    inboxes.clear("ann")

    assert ([], [2]) == (bodies(inboxes), bodies(inboxes, "bob"))


def test_all_inboxes_can_be_emptied(inboxes: Inboxes) -> None:
    """At once."""
    inboxes.receive("ann", {}, b"1")
    inboxes.receive("bob", {}, b"2")

    inboxes.clear()

    assert ([], []) == (bodies(inboxes), bodies(inboxes, "bob"))


def test_too_many_deliveries_push_the_oldest_out(
    inboxes: Inboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whichever inbox."""
    monkeypatch.setattr(inbox, "MAX_DELIVERIES", 2)

    for name, body in (("bob", b"1"), ("ann", b"2"), ("ann", b"3")):
        inboxes.receive(name, {}, body)

    assert ([], [2, 3]) == (bodies(inboxes, "bob"), bodies(inboxes))


@pytest.mark.parametrize(
    ("size", "expected"), [(7, [11, 22]), (8, [22]), (9, [22]), (10, []), (99, [])]
)
def test_too_many_bytes_push_the_oldest_out(
    inboxes: Inboxes, monkeypatch: pytest.MonkeyPatch, size: int, expected: list[int]
) -> None:
    """As many as it takes; one that is too large by itself is kept alone."""
    monkeypatch.setattr(inbox, "MAX_BYTES", 11)

    for body in (b"11", b"22", b"x" * size):
        inboxes.receive("ann", {}, body)

    assert [*expected, "x" * size] == bodies(inboxes)


def test_without_a_script_all_is_well(inboxes: Inboxes) -> None:
    """A delivery is acknowledged at once."""
    assert ScriptedAnswer(status=200, delay_s=0, drop=False) == inboxes.receive(
        "ann", {}, b""
    )


def test_a_script_is_followed_step_by_step(inboxes: Inboxes) -> None:
    """And when it has ended, all is well."""
    script = [
        ScriptedAnswer(status=500),
        ScriptedAnswer(delay_s=2.5),
        ScriptedAnswer(drop=True),
    ]

    inboxes.script("ann", script)

    assert [*script, ScriptedAnswer()] == [
        inboxes.receive("ann", {}, b"") for _ in range(4)
    ]


def test_a_script_is_for_one_inbox(inboxes: Inboxes) -> None:
    """The others go on as they did."""
    inboxes.script("ann", [ScriptedAnswer(status=500)])

    assert ScriptedAnswer() == inboxes.receive("bob", {}, b"")


def test_a_script_replaces_what_was_left_of_the_last(inboxes: Inboxes) -> None:
    """An empty one takes it away."""
    inboxes.script("ann", [ScriptedAnswer(status=500), ScriptedAnswer(status=501)])

    inboxes.script("ann", [ScriptedAnswer(status=503)])
    first = inboxes.receive("ann", {}, b"")
    inboxes.script("ann", [])

    assert [503, 200] == [first.status, inboxes.receive("ann", {}, b"").status]


def test_a_step_takes_known_keys_only() -> None:
    """A misspelt one is refused, with its name."""
    with pytest.raises(msgspec.ValidationError, match="unknown field `delay`"):
        msgspec.json.decode(b'{"delay": 2}', type=ScriptedAnswer)


async def test_who_waits_for_an_arrival_is_woken(inboxes: Inboxes) -> None:
    """With the delivery kept already."""

    def arrived() -> list[object] | None:
        return bodies(inboxes) or None

    waiting = asyncio.create_task(inboxes.changed.until(arrived, 5))
    await asyncio.sleep(0)

    inboxes.receive("ann", {}, b"1")

    assert [1] == await waiting
