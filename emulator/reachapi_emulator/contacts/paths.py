"""The data that comes with the emulator: where it lies, how it was made."""

from pathlib import Path
from typing import Final

DEFAULT_SIZE: Final = 10_000
DEFAULT_SEED: Final = 9010

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def default_path() -> Path:
    """Return the default data set: `DEFAULT_SIZE` contacts."""
    return _fixtures() / "contacts.ndjson"


def vocabulary_path() -> Path:
    """Return the folder of the vocabulary that contacts are made from."""
    return _fixtures() / "vocabulary"


def _fixtures() -> Path:
    """Return the folder inside an installed package, else the checkout's."""
    installed = _PACKAGE / "fixtures"
    return installed if installed.is_dir() else _PACKAGE.parents[1] / "fixtures"
