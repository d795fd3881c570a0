"""What the suite runs against, and what it refuses to run against."""

from collections.abc import Iterator

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from support.contract.lookalike import Lookalike
from support.contract.target import TargetError, target_at
from support.embedded import free_port
from support.threaded import threaded

KEY = "a-live-key"


@pytest.fixture(scope="module")
def lookalike(dataset: Dataset) -> Iterator[Lookalike]:
    """What does not say that it is an emulator."""
    server = Lookalike(dataset, {})
    with threaded(server):
        yield server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:9010",
        "ftp://127.0.0.1",
        "http://",
        "https:///api",
        "http://127.0.0.1:port",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://[::1",
        "http://me:secret@127.0.0.1",
        "http://127.0.0.1/?a=1",
        "http://127.0.0.1/#a",
        "http://127.0.0.1/ api",
        "http://127.0.0.1/\r\nX-Other: 1",
        "http://b\u00fccher.example",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    """With an example of one."""
    with pytest.raises(TargetError, match=r"is no base URL: give one such as https://"):
        target_at(url, KEY)


def test_where_nobody_listens_there_is_no_target() -> None:
    """The reason is that of the connection."""
    with pytest.raises(TargetError, match=r"nothing to check at http://127.*refused"):
        target_at(f"http://127.0.0.1:{free_port()}", KEY)


@pytest.mark.parametrize(
    "key", ["", " ", "two words", "line\nbreak", "k\u00e9y", "k" * 201]
)
def test_a_live_api_needs_a_key(lookalike: Lookalike, key: str) -> None:
    """One that fits into a header; the text does not repeat it."""
    with pytest.raises(TargetError, match=r"^a live API needs an API key .*--api-key"):
        target_at(lookalike.url, key)


def test_what_does_not_say_that_it_is_an_emulator_is_live(lookalike: Lookalike) -> None:
    """Its health check is an unknown path."""
    assert target_at(lookalike.url, KEY).is_live


def test_no_key_is_sent_to_find_out(lookalike: Lookalike) -> None:
    """Only checks bear it."""
    lookalike.keys.clear()
    target_at(lookalike.url, KEY)

    assert [""] == lookalike.keys


def test_an_emulator_is_not_live(lookalike: Lookalike) -> None:
    """It needs no key, and its URL may end in a slash."""
    url = lookalike.emulator.url
    target = target_at(f"{url}/", "")

    assert (url, False) == (target.url, target.is_live)


def test_a_key_is_not_shown(lookalike: Lookalike) -> None:
    """Neither a target nor a client repeats it in a traceback."""
    target = target_at(lookalike.url, KEY)

    assert KEY not in f"{target!r} {target.vendor()!r}"
