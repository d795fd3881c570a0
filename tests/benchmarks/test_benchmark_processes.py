"""Servers in processes of their own."""

import pytest

from benchmarks.client import CREDITS, Client
from benchmarks.processes import running


def test_cpu_time_of_a_metered_server_grows_with_its_work() -> None:
    """It is the server's own, not that of the process that asks."""
    with running("benchmarks.metered", "benchmarks.bare") as server:
        client = Client(server.url)
        before = server.cpu_time()
        for _ in range(10):
            client.send("POST", CREDITS)
        client.close()

        assert server.cpu_time() > before


def test_a_server_has_ended_after_the_block() -> None:
    """Nobody listens at its address any more."""
    with running("benchmarks.bare") as server:
        url = server.url

    with pytest.raises(ConnectionRefusedError):
        Client(url).send("POST", CREDITS)


def test_a_server_that_does_not_start_is_told() -> None:
    """Waiting for its address ends when the process does."""
    with (
        running("benchmarks.metered", "benchmarks.no_such_module") as server,
        pytest.raises(RuntimeError, match="run it by hand"),
    ):
        server.url  # noqa: B018 # reading it is what waits


def test_an_answer_other_than_200_is_refused() -> None:
    """A benchmark of refusals would be worth nothing."""
    with running("benchmarks.bare") as server:
        client = Client(server.url)

        with pytest.raises(RuntimeError, match="404"):
            client.send("GET", "/nowhere")

        client.close()
