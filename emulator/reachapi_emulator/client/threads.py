"""Calls that block, made in a thread while an event loop goes on: asyncio's or trio's.

anyio runs on either of them.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def waited(function: Callable[[], T]) -> T:
    """Return what a function does; who is cancelled does not wait for its end."""
    if (trio := _trio()) is None:
        return await asyncio.to_thread(function)
    found: T = await trio.to_thread.run_sync(function, abandon_on_cancel=True)
    return found


async def finished(function: Callable[[], T]) -> T:
    """Return what a function does, once it has ended, a cancellation or not.

    Raises:
        CancelledError: the task was cancelled meanwhile; the function has succeeded.
    """
    if (trio := _trio()) is None:
        return await _outlasted(asyncio.ensure_future(asyncio.to_thread(function)))
    with trio.CancelScope(shield=True):
        found: T = await trio.to_thread.run_sync(function)
    return found


async def _outlasted(work: "asyncio.Future[T]") -> T:
    """Return the result in the end: anyio cancels at each await, not only once."""
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    result = work.result()
    if cancelled is not None:
        raise cancelled
    return result


def _trio() -> Any:  # noqa: ANN401 # a module that only its users have
    """Return trio if a task of its is running; it brings sniffio along."""
    sniffio = sys.modules.get("sniffio")
    if sniffio is None or sniffio.current_async_library() != "trio":
        return None
    return sys.modules["trio"]
