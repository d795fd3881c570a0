"""What starts an emulator for a test: the fixture `serve`."""

from collections.abc import Awaitable, Callable

from support.api import Api

Serve = Callable[..., Awaitable[Api]]
"""Takes settings by name; returns a client to the emulator that has them."""
