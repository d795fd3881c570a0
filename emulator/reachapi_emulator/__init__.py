"""A local double of ReachAPI, the contact-data API.

The public names are loaded when they are first used, so that importing the
package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reachapi_emulator.embedded import Emulator
    from reachapi_emulator.settings import Settings

__version__ = "0.1.0"
__all__ = ["Emulator", "Settings", "__version__"]

_HOMES = {
    "Emulator": "reachapi_emulator.embedded",
    "Settings": "reachapi_emulator.settings",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 # a class, whichever is asked for
    if name not in _HOMES:
        raise AttributeError(f"module 'reachapi_emulator' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 # needed here alone

    return getattr(import_module(_HOMES[name]), name)
