"""email-validator, in a copy that only the emulator has.

The lists and defaults of the one that all share are its documented settings: a
program, or a test, may edit them. Verdicts are a property of the data (ruling 26).
"""

import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from typing import Any, cast

__all__ = ["EmailNotValidError", "validate_email"]


def _copy(name: str) -> Any:  # noqa: ANN401 # a module like any other
    """Load a package anew, as one that nobody else has imported."""
    shared = cast("Any", find_spec(name))
    path, folders = shared.origin, shared.submodule_search_locations
    own: Any = spec_from_file_location(
        f"{__name__}.{name}", path, submodule_search_locations=folders
    )
    module = sys.modules[own.name] = module_from_spec(own)
    own.loader.exec_module(module)
    return module


_own = _copy("email_validator")
EmailNotValidError, validate_email = _own.EmailNotValidError, _own.validate_email
