"""Polling with a client of another library, from the submission to the records."""

import http.client
from collections.abc import Iterator

import orjson
import pytest

from support.api import BATCH, FETCH_DATA
from support.contacts import contacts
from support.raw import Address
from support.threaded import DEMO, tell

pytest_plugins = ["support.sturdy"]


@pytest.fixture
def connection(sturdy: Address) -> Iterator[http.client.HTTPConnection]:
    """One connection to an emulator whose clock is frozen."""
    connection = http.client.HTTPConnection(*sturdy, timeout=10)
    yield connection
    connection.close()


def asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: object = None
) -> tuple[int, bytes]:
    """Return status and body of an answer."""
    data = None if body is None else orjson.dumps(body)
    connection.request(method, path, data, DEMO)
    response = connection.getresponse()
    return response.status, response.read()


def test_a_client_polls_until_the_records_are_there(
    connection: http.client.HTTPConnection, sturdy: Address
) -> None:
    """400 until the clock has gone on, then 200: over one connection."""
    wanted = {"fetchCount": 2, "filter": {"company_name": {"0": "DataCaptive"}}}
    _, accepted = asked(connection, "POST", FETCH_DATA, wanted)
    job = orjson.loads(accepted)["data"]["batch_process_id"]
    path = f"{BATCH}?batch_process_id={job}"
    early = asked(connection, "GET", path)
    tell(sturdy, "POST", "/clock/advance", {"seconds": 1})
    status, late = asked(connection, "GET", path)

    message = b'"message":"Request is still being processed"'
    assert (400, True) == (early[0], message in early[1])
    names = {each["company_company_name"] for each in orjson.loads(late)["data"]}
    assert (200, {"DataCaptive"}) == (status, names)


def test_all_contacts_of_the_data_set_fit_into_an_answer(
    connection: http.client.HTTPConnection, sturdy: Address
) -> None:
    """Some eleven megabytes, and the connection is good for the next request."""
    tell(sturdy, "PATCH", "/accounts/demo", {"credits": 10_000})
    _, accepted = asked(
        connection, "POST", FETCH_DATA, {"fetchCount": 10_000, "filter": {}}
    )
    job = orjson.loads(accepted)["data"]["batch_process_id"]
    tell(sturdy, "POST", "/clock/advance", {"seconds": 1})
    shown = tell(sturdy, "POST", f"/jobs/{job}/wait", {"state": "ready"})
    replies = [
        asked(connection, "GET", f"{BATCH}?batch_process_id={job}")[1] for _ in "12"
    ]

    ids = [each["id"] for each in orjson.loads(replies[0])["data"]]
    every = [contact["id"] for contact in contacts()]
    assert shown["valid"] == len(ids)
    assert [each for each in every if each in set(ids)] == ids
    assert replies[0] == replies[1]
