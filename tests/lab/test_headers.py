import orjson
import pytest
from multidict import CIMultiDict

from reachapi_emulator.logs import MASK
from reachapi_emulator.testing.journal import remembered


@pytest.mark.parametrize("name", ["x-api-key", "X-API-Key", "X-Api-KEY"])
def test_a_secret_value_is_masked(name: str) -> None:
    """However its name is written."""
    assert {name: MASK} == remembered({name: "the key"}, {"x-api-key"})


def test_other_values_are_kept() -> None:
    """As they came."""
    headers = {"Accept": "application/json", "X-Api-Key-Hint": "none"}

    assert headers == remembered(headers, {"x-api-key"})


def test_nothing_is_secret_unless_told() -> None:
    """A tester's own receiver may show the secret that it got."""
    headers = {"webhook_secret_key": "secret"}

    assert headers == remembered(headers)


def test_of_two_headers_of_a_name_the_last_is_kept() -> None:
    """An object has one value a key."""
    headers = CIMultiDict([("Accept", "text/html"), ("Accept", "application/json")])

    assert {"Accept": "application/json"} == remembered(headers)


def test_a_value_of_other_bytes_can_be_written() -> None:
    """They arrive as surrogates, which no JSON can hold."""
    headers = remembered({"X-Name": "caf\udce9 ü"})

    assert b'{"X-Name":"caf? \xc3\xbc"}' == orjson.dumps(headers)
