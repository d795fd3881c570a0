"""Whoever holds what a forked child must not use is told that it is in one."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from types import MethodType

_told: WeakKeyDictionary[object, Callable[[object], None]] = WeakKeyDictionary()


def tell(method: Callable[[], None]) -> None:
    """Call a method in every child that is forked while its object lives.

    It lets go of what is the parent's, without a word to anybody.
    """
    bound = cast("MethodType", method)
    _told[bound.__self__] = bound.__func__


def _in_child() -> None:
    for each, method in list(_told.items()):
        method(each)


if hasattr(os, "register_at_fork"):  # pragma: no branch # Windows does not fork
    os.register_at_fork(after_in_child=_in_child)
