"""Small data sets of which the emails, good and bad, are known."""

from functools import cache
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.fields import CONTACT_KEYS

GOOD = ("ada@analytical.example", "li@köln.example", "o'hara@mail.test")
BAD = ("gone@company.invalid", "no address", None, "two@@signs.example")
_EMPTY: dict[str, object] = dict.fromkeys(CONTACT_KEYS)


@cache
def people(*emails: str | None) -> Dataset:
    """Return a data set of contacts with these emails, numbered from 0."""
    rows = [
        _EMPTY | {"id": number, "contact_email_1": email}
        for number, email in enumerate(emails, start=1)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder, "contacts.ndjson")
        path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        return Dataset.load(path)


def mixed(size: int) -> Dataset:
    """Return a data set of which a part has a bad email."""
    return people(*islice(cycle(GOOD + BAD), size))


def good_of(dataset: Dataset, count: int) -> int:
    """Return how many of the first contacts have a good email, by a plain loop."""
    return sum(dataset.email(number) in GOOD for number in range(count))
