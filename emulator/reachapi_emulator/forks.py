"""Whoever holds what a forked child must not use is told that it is in one."""

import os
from collections.abc import Callable
from weakref import WeakMethod

_told: set[WeakMethod[Callable[[], None]]] = set()


def tell(method: Callable[[], None]) -> None:
    """Call a method in every child that is forked while its object lives.

    It lets go of what is the parent's, without a word to anybody.
    """
    _told.add(WeakMethod(method, _told.discard))


def _in_child() -> None:
    for method in [each() for each in _told]:
        if method is not None:  # pragma: no branch # its object is going just now
            method()


if hasattr(os, "register_at_fork"):  # pragma: no branch # Windows does not fork
    os.register_at_fork(after_in_child=_in_child)
