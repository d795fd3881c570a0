"""The old name of `support.start`."""

from collections.abc import Iterator
from contextlib import contextmanager

from support.start import Program as Running, program

__all__ = ["Running", "running"]


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[Running]:
    """Run the program on a free port until the block ends."""
    with program(["--port", "0", *arguments], variables) as started:
        yield started
