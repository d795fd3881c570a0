"""An emulator in the process of a test, in a thread of its own."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from reachapi_emulator import embedded
from reachapi_emulator.client import ConnectionLost, Driver, EmulatorError
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.embedded import Emulator
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings, SettingsError
from support.driven import submit
from support.measuring import ran
from support.start import free_port

Serving = Callable[[], list[threading.Thread]]


@pytest.fixture
def serving() -> Serving:
    # An emulator of the session may serve here already.
    before = set(threading.enumerate())

    def serving() -> list[threading.Thread]:
        new = set(threading.enumerate()) - before
        return [thread for thread in new if thread.name == "reachapi-emulator"]

    return serving


def test_it_is_ready_when_the_block_begins_and_gone_after_it(serving: Serving) -> None:
    with Emulator() as emu:
        url = emu.url
        assert (1, 10_000) == (len(serving()), emu.contacts)

    assert [] == serving()
    with pytest.raises(ConnectionLost, match=url):
        Driver.connect(url)


async def test_it_serves_though_the_loop_of_the_test_does_not(serving: Serving) -> None:
    async with Emulator(validation_delay=0) as emu:
        submit(emu.account("demo"))

        assert 2 == len(emu.account("demo").wait_for_webhook().records)

    assert [] == serving()


def test_settings_are_given_one_by_one_or_as_a_whole() -> None:
    port = free_port()
    with Emulator(credits=7) as emu:
        assert 7 == emu.account("demo").credits
    with Emulator(Settings(port=port)) as emu:
        assert f"http://127.0.0.1:{port}" == emu.url
    with pytest.raises(TypeError, match="not both"):
        Emulator(Settings(), credits=7)
    with pytest.raises(SettingsError, match="credits must be from 0"):
        Emulator(credits=-1)


async def test_a_start_that_fails_is_told_where_it_was_asked_for(
    serving: Serving, tmp_path: Path
) -> None:
    bad = Emulator(dataset=tmp_path / "none.ndjson")

    with pytest.raises(DatasetError), bad:
        pass
    with pytest.raises(DatasetError):
        await bad.__aenter__()

    assert [] == serving()


def test_one_can_be_entered_again_inside_and_after(serving: Serving) -> None:
    emu = Emulator()
    with emu:
        url = emu.url
        with emu:
            assert url == emu.url
        assert url == emu.url
        assert 1 == len(serving())

    with emu:
        assert ["demo"] == [account.id for account in emu.accounts]


@pytest.mark.parametrize("waits", [False, True])
def test_ctrl_c_during_the_start_stops_it(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    wait = Future.result

    def interrupted(future: Future[str], timeout: float | None = None) -> str:
        if waits:
            wait(future, timeout)
        raise KeyboardInterrupt

    monkeypatch.setattr(Future, "result", interrupted)

    with pytest.raises(KeyboardInterrupt), Emulator():
        pass

    assert [] == serving()


def test_it_can_be_started_and_closed_without_a_block(serving: Serving) -> None:
    emu = Emulator()
    emu.start()
    emu.start()

    assert 1 == len(serving())

    emu.close()
    emu.close()

    assert [] == serving()
    with pytest.raises(EmulatorError, match="it is not running"):
        _ = emu.url


async def test_a_start_that_is_cancelled_leaves_nothing_running(
    serving: Serving,
) -> None:
    emu = Emulator()
    task = asyncio.create_task(emu.__aenter__())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task

    assert [] == serving()


def test_one_that_runs_elsewhere_is_driven_alike_and_goes_on() -> None:
    with Emulator(credits=3) as emu:
        with Emulator.connect(emu.url) as remote:
            assert 3 == remote.account("demo").credits

        assert 3 == emu.account("demo").credits


def test_a_driver_goes_on_with_one_that_was_restarted() -> None:
    """Its first request too, which may be none that could be repeated."""
    port = free_port()
    with Emulator(port=port) as emu:
        remote = Driver.connect(emu.url)
    with Emulator(port=port):
        remote.reset()

        assert 10_000 == remote.account("demo").credits
    remote.close()


def test_several_speak_https_each_on_a_port_of_its_own(tmp_path: Path) -> None:
    with Emulator(tls=True, ca_dir=tmp_path) as emu:
        with Emulator(tls=True, ca_dir=tmp_path) as other:
            urls = {emu.url, emu.tls_url, other.url, other.tls_url}
            assert (4, emu.ca_certificate) == (len(urls), other.ca_certificate)
        with Emulator.connect(emu.tls_url, ca=emu.ca_certificate) as remote:
            assert ("", None) == (remote.tls_url, remote.ca_certificate)
            assert "demo" == remote.account("demo").id


def test_one_that_does_not_stop_does_not_hold_up(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    release, stop = threading.Event(), Server.stop

    async def slow(server: Server) -> None:
        release.wait(10)
        await stop(server)

    monkeypatch.setattr(Server, "stop", slow)
    with Emulator():
        monkeypatch.setattr(embedded, "STOPS_WITHIN", 0.01)
    (thread,) = serving()
    release.set()
    thread.join(10)

    assert ["the emulator did not stop in time; it ends with the process"] == [
        record.message for record in caplog.records if record.levelname == "WARNING"
    ]
    assert not thread.is_alive()


def test_a_fault_at_the_end_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop = Server.stop

    async def broken(server: Server) -> None:
        await stop(server)
        raise RuntimeError("of the test")

    monkeypatch.setattr(Server, "stop", broken)
    with Emulator():
        pass

    assert "the emulator's thread failed" in caplog.text


def test_a_program_that_never_stops_it_ends_soon() -> None:
    program = "from reachapi_emulator import Emulator; Emulator().start(); print('up')"
    began = time.monotonic()
    done = ran(sys.executable, "-W", "error", "-c", program)

    assert ("up\n", "") == (done.stdout, done.stderr)
    assert time.monotonic() - began < embedded.STOPS_WITHIN
