"""Headers as they are remembered."""

from collections.abc import Collection, Mapping

MASK = "****"


def remembered(
    headers: Mapping[str, str], secret: Collection[str] = ()
) -> dict[str, str]:
    """Return headers as a plain object, the values of secret ones masked.

    Args:
        headers: names and values; of a name that is there twice, the last.
        secret: lower-case names.
    """
    return {
        str(name): MASK if name.lower() in secret else _readable(value)
        for name, value in headers.items()
    }


def _readable(value: str) -> str:
    """Return a value that can be written as UTF-8: other bytes arrive as surrogates."""
    return value if value.isascii() else value.encode(errors="replace").decode()
