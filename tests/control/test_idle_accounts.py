"""Accounts that nobody has used for long: listed, and deleted together."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from reachapi_emulator import services
from reachapi_emulator.real_time import real_time
from reachapi_emulator.state import clock
from reachapi_emulator.testing.delays import Delays
from reachapi_emulator.vendor.worker import Worker
from support.client import CREDITS, FETCH, Api, Serve, opened, refused, under
from support.start import start

LATER = 100
"""Real seconds that pass, without a wait for them."""
IDLE = f"/accounts?prefix=test-&idle={LATER}"

Passing = Callable[[], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Passing:
    """Let real time jump."""
    now, real = [0], real_time()
    monkeypatch.setattr(clock, "real_time", lambda: lambda: real() + now[0])

    def jump() -> None:
        now[0] += LATER * clock.SECOND

    return jump


async def ids(api: Api, path: str = "/accounts") -> list[str]:
    return [each["id"] for each in await api.control("GET", path)]


async def deleted(api: Api, query: str) -> tuple[list[str], bool]:
    answer = await api.control("DELETE", f"/accounts?{query}")
    return answer["deleted"], answer["more"]


async def test_idle_accounts_are_listed_and_deleted(
    later: Passing, serve: Serve
) -> None:
    """With all that is theirs; the prefix alone is a condition too."""
    api = await serve()
    old, *_ = [await opened(api, f"test-{name}") for name in ("old", "new", "other")]
    await old.fetch(1)
    later()
    await opened(api, "test-new")
    await api.control("POST", "/accounts", {"id": "test-last"})

    assert ["test-old", "test-other"] == await ids(api, IDLE)
    assert ["demo", "test-old", "test-other"] == await ids(
        api, f"/accounts?idle={LATER}"
    )
    assert (["test-old", "test-other"], False) == await deleted(api, f"idle={LATER}")
    assert (["test-last"], False) == await deleted(api, "prefix=test-l")
    assert ["demo", "test-new"] == await ids(api)
    assert [] == await api.control("GET", "/jobs")


async def a_request(api: Api) -> None:
    await under(api, "test-a").call("POST", CREDITS)


async def a_refused_request(api: Api) -> None:
    await under(api, "test-a").call("POST", FETCH, json={})


async def a_reset(api: Api) -> None:
    await api.control("POST", "/reset", {"account": "test-a"})


async def a_snapshot(api: Api) -> None:
    document = await api.control("GET", "/snapshot")
    await api.control("PUT", "/snapshot", document)


async def an_opening(api: Api) -> None:
    await api.control("DELETE", "/accounts/test-a")
    await api.control("POST", "/accounts", {"id": "test-a"})


async def a_clock(api: Api) -> None:
    await api.advance(LATER)


@pytest.mark.parametrize(
    ("use", "idle"),
    [
        (a_request, []),
        (a_refused_request, []),
        (a_reset, []),
        (a_snapshot, []),
        (an_opening, []),
        (a_clock, ["test-a"]),
    ],
)
async def test_what_counts_as_use(
    later: Passing,
    serve: Serve,
    use: Callable[[Api], Awaitable[None]],
    idle: list[str],
) -> None:
    api = await serve()
    await opened(api, "test-a")
    later()
    await use(api)

    assert idle == await ids(api, IDLE)
    later()
    assert ["test-a"] == await ids(api, IDLE)


async def test_a_restart_counts_as_a_use_of_all(later: Passing, tmp_path: Path) -> None:
    """Nothing goes too early, for nobody knows any more."""
    async with start("loop", state=tmp_path / "state.db") as api:
        await opened(api, "test-a")
        later()
    async with start("loop", state=tmp_path / "state.db") as api:
        assert [] == await ids(api, IDLE)
        later()
        assert ["test-a"] == await ids(api, IDLE)


async def test_a_reset_counts_as_a_use_of_all(later: Passing, serve: Serve) -> None:
    api, path = await serve(), f"/accounts?idle={LATER}"
    later()

    assert ["demo"] == await ids(api, path)
    await api.control("POST", "/reset")
    assert [] == await ids(api, path)


async def test_a_call_deletes_so_many_and_says_that_there_are_more(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_TIDIED", 2)
    for name in "abc":
        await api.control("POST", "/accounts", {"id": name})
    calls = [await deleted(api, "idle=0") for _ in range(3)]

    assert [(["a", "b"], True), (["c"], False), ([], False)] == calls
    assert ["demo"] == await ids(api)


async def test_who_is_used_or_gone_meanwhile_is_left_alone(
    later: Passing, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are served between two deletions."""
    api = await serve()
    for name in "abc":
        await opened(api, f"test-{name}")
    later()
    halted = services._halted  # noqa: SLF001 # what a deletion may wait for

    @asynccontextmanager
    async def meanwhile(
        worker: Worker, delays: Delays, account: str
    ) -> AsyncIterator[None]:
        async with halted(worker, delays, account):
            if account == "test-b":
                await opened(api, "test-b")
            yield
        if account == "test-a":
            await api.control("DELETE", "/accounts/test-c")

    monkeypatch.setattr(services, "_halted", meanwhile)

    assert (["test-a"], False) == await deleted(api, f"idle={LATER}")
    assert ["demo", "test-b"] == await ids(api)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "say which accounts: ?prefix= of their ids, ?idle= seconds"),
        ("?prefix=", "say which accounts"),
        ("?idle=-1", "idle must be a whole number"),
        ("?idle=", "idle must be a whole number"),
        ("?idle=1.5", "idle must be a whole number"),
        ("?idle=1&idle=2", "parameter 'idle' is there twice"),
        ("?suffix=a", "unknown parameter 'suffix': known are prefix, idle"),
    ],
)
async def test_without_a_condition_nothing_is_deleted(
    api: Api, query: str, reason: str
) -> None:
    await opened(api, "test-a")
    status, said = await refused(api, "DELETE", f"/accounts{query}")

    assert 400 == status
    assert said.startswith(reason)
    assert ["demo", "test-a"] == await ids(api)
