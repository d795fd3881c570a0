"""PUT /_emulator/inbox/{name}/script: how the next arrivals are answered."""

import time

import pytest

from support.api import Api
from support.steering import begin, refused, script

HOOK = "/_emulator/inbox/hook"


async def _attempt(api: Api, step: object) -> dict[str, object]:
    """Return the attempt that an inbox answered by a step of a script."""
    await api.freeze()
    await script(api, step)
    job = await begin(api)
    shown: dict[str, object] = (await api.wait(job, attempts=1))["attempts"][0]
    return shown


async def test_a_script_is_shown_as_understood(api: Api) -> None:
    """With what was left out."""
    steps = [{"status": 503}, {"delay_s": 0.5}, {"drop": True}, {}]

    shown = await api.control("PUT", "/inbox/hook/script", steps)

    assert [
        {"status": 503, "delay_s": 0, "drop": False},
        {"status": 200, "delay_s": 0.5, "drop": False},
        {"status": 200, "delay_s": 0, "drop": True},
        {"status": 200, "delay_s": 0, "drop": False},
    ] == shown


async def test_a_script_answers_one_arrival_an_entry(api: Api) -> None:
    """In order, and 200 when it is at its end; every arrival is kept."""
    await script(api, {"status": 500}, {"status": 302}, {"status": 201}, inbox="hook")

    statuses = [(await api.send("POST", HOOK, json=n)).status for n in range(5)]

    assert [500, 302, 201, 200, 200] == statuses
    assert 5 == len(await api.control("GET", "/inbox/hook"))


async def test_a_script_replaces_the_one_before(api: Api) -> None:
    """Nothing of it is left, even by an empty one."""
    await script(api, *[{"status": 500}] * 3, inbox="hook")
    await script(api, {"status": 404}, inbox="hook")
    statuses = [(await api.send("POST", HOOK, json=n)).status for n in range(2)]
    await script(api, {"status": 500}, inbox="hook")
    await script(api, inbox="hook")
    statuses.append((await api.send("POST", HOOK, json=2)).status)

    assert [404, 200, 200] == statuses


async def test_a_script_is_for_one_inbox(api: Api) -> None:
    """Others answer 200."""
    await script(api, {"status": 500}, inbox="other")

    assert 200 == (await api.send("POST", HOOK, json=1)).status


@pytest.mark.parametrize("status", [200, 201, 204, 301, 400, 404, 429, 500, 503, 599])
async def test_a_scripted_status_is_what_the_attempt_sees(
    api: Api, status: int
) -> None:
    """200 alone acknowledges (ruling 28)."""
    attempt = await _attempt(api, {"status": status})

    error = None if status == 200 else "unexpected_status"
    assert (status, error) == (attempt["status"], attempt["error"])


async def test_a_scripted_delay_is_in_real_seconds(api: Api) -> None:
    """The answer comes so much later, though the clock stands."""
    started = time.monotonic()

    attempt = await _attempt(api, {"delay_s": 0.05})

    assert 200 == attempt["status"]
    assert time.monotonic() - started >= 0.05


async def test_a_dropped_connection_has_no_answer(api: Api) -> None:
    """The attempt is told that the receiver went; the delivery is kept."""
    attempt = await _attempt(api, {"drop": True})

    assert (None, "disconnected") == (attempt["status"], attempt["error"])
    assert 1 == len(await api.control("GET", "/inbox/demo"))


async def test_a_dropped_connection_may_be_dropped_late(api: Api) -> None:
    """Delay and drop go together."""
    started = time.monotonic()

    attempt = await _attempt(api, {"delay_s": 0.05, "drop": True})

    assert "disconnected" == attempt["error"]
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([{"status": 199}], "entry 0: status must be from 200 to 599"),
        ([{}, {"status": 600}], "entry 1: status must be from 200 to 599"),
        ([{"delay_s": -1}], "entry 0: delay_s must be from 0 to 600"),
        ([{"delay_s": 601}], "entry 0: delay_s must be from 0 to 600"),
        ([{}] * 1_001, "a script has at most 1000 entries"),
        ([{"state": 500}], "the body does not fit"),
        ([{"status": "500"}], "the body does not fit"),
        ([{"drop": 1}], "the body does not fit"),
        ([500], "the body does not fit"),
        ({"status": 500}, "the body does not fit"),
        (None, "the body does not fit"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_script_that_makes_no_sense_changes_nothing(
    api: Api, steps: object, reason: str
) -> None:
    """400, and the script from before is played."""
    await script(api, {"status": 418}, inbox="hook")

    found = await refused(api, "PUT", "/inbox/hook/script", steps)

    assert (400, reason) == (found[0], found[1][: len(reason)])
    assert 418 == (await api.send("POST", HOOK, json=1)).status
