"""A forked child drives on, and keeps nothing of the emulator in its parent."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from reachapi_emulator.client import ConnectionLost, Driver
from reachapi_emulator.embedded import Emulator

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


@contextmanager
def forked(act: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Let a child act, and live until the block ends; yield a check that it did."""
    done, told = os.pipe()
    over, ends = os.pipe()
    if not (child := os.fork()):
        status = 1
        try:
            os.close(ends)
            act()
            status = 0
        finally:
            os.write(told, bytes([status]))
            os.read(over, 1)
            os._exit(status)

    def acted() -> None:
        assert b"\0" == os.read(done, 1)

    try:
        os.close(over)
        yield acted
    finally:
        os.close(ends)
        os.waitpid(child, 0)
        for each in (done, told):
            os.close(each)


def test_parent_and_child_get_answers_to_their_own_questions() -> None:
    def ask(balance: int) -> None:
        accounts = [each.account(credits=balance) for each in (emu, remote)]
        for _ in range(50):
            assert [balance] * 2 == [account.credits for account in accounts]

    with (
        Emulator() as emu,
        Emulator.connect(emu.url) as remote,
        forked(lambda: ask(1)) as acted,
    ):
        ask(2)
        acted()


def test_nothing_listens_after_a_close_though_a_child_lives_on() -> None:
    emu = Emulator()
    with emu, forked(lambda: emu.account("demo").credits) as acted:
        url = emu.url
        acted()
        emu.close()

        with pytest.raises(ConnectionLost, match=f"{url} does not answer"):
            Driver.connect(url)


def test_a_child_that_closes_is_one_that_drives_what_runs_elsewhere() -> None:
    def leave() -> None:
        emu.close()
        assert ["demo"] == [account.id for account in emu.accounts]

    with Emulator() as emu:
        with forked(leave) as acted:
            acted()

        assert ["demo"] == [account.id for account in emu.accounts]
