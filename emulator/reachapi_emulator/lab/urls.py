"""URLs as they are remembered."""

from urllib.parse import urlsplit

from reachapi_emulator.lab.headers import MASK


def remembered_url(url: str) -> str:
    """Return a URL, a user and password in it masked."""
    credentials, at, _ = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{credentials}@", f"{MASK}@", 1) if at else url
