"""A reset of very many accounts, and how long the emulator is deaf meanwhile."""

from contextlib import ExitStack, closing
from threading import Event, Thread
from time import perf_counter

from benchmarks.client import HEALTH, Client
from benchmarks.processes import running
from benchmarks.table import Row

ACCOUNTS = 40_000
TARGET = 2.0


def rows(accounts: int = ACCOUNTS) -> list[Row]:
    """Open so many accounts, then reset everything."""
    with ExitStack() as exits:
        arguments = ("reachapi_emulator", "--port", "0", "--log-level", "error")
        url = exits.enter_context(running(*arguments)).url
        client = exits.enter_context(closing(Client(url)))
        for number in range(accounts):
            client.send("POST", "/_emulator/accounts", {"id": f"test-{number}"})
        listener = Listener(url)
        took = _seconds(client)
        longest = listener.end()
    return [
        Row(
            what=f"A reset of {accounts:,} accounts",
            figure=took,
            unit="s",
            target=TARGET,
            beside=f"a health check meanwhile took at most {longest * 1000:.0f} ms",
        )
    ]


def _seconds(client: Client) -> float:
    began = perf_counter()
    client.send("POST", "/_emulator/reset")
    return perf_counter() - began


class Listener:
    """Asks for the health of an emulator, again and again, in a thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ended, self._begun = Event(), Event()
        self._longest = 0.0
        self._thread = Thread(target=self._run)
        self._thread.start()
        self._begun.wait()

    def end(self) -> float:
        """Stop asking; return the seconds of the slowest answer."""
        self._ended.set()
        self._thread.join()
        return self._longest

    def _run(self) -> None:
        with closing(Client(self._url)) as client:
            while not self._ended.is_set():
                began = perf_counter()
                client.send("GET", HEALTH)
                self._longest = max(self._longest, perf_counter() - began)
                self._begun.set()
