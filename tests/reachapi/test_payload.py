import orjson
import pytest
from pyroaring import BitMap

from reachapi_emulator.contacts import query
from reachapi_emulator.vendor.payload import Payload, Records, delivery
from support.people import mixed


def payload(*numbers: int) -> Payload:
    """Return the body of a delivery of these records."""
    return delivery(1300, Records(mixed(7), BitMap(numbers)))


def test_a_payload_is_what_the_webhook_gets() -> None:
    """Ruling 27: id, event, and records in id order."""
    body = orjson.loads(b"".join(payload(5, 0)))
    records = body.pop("data")

    assert {"unique_processing_id": 1300, "event": "data_notification"} == body
    assert [1, 6] == [record["id"] for record in records]


def test_its_keys_are_in_the_order_of_the_page() -> None:
    """Ruling 27."""
    body = orjson.loads(b"".join(payload(0)))

    assert ["unique_processing_id", "event", "data"] == list(body)


def test_its_records_are_the_prepared_bytes() -> None:
    """Nothing is serialised again."""
    records = b",".join(map(mixed(7).record, (0, 5)))

    assert b"".join(payload(0, 5)).endswith(b'"data":[' + records + b"]}")


def test_without_records_the_data_is_empty() -> None:
    """Ruling 25: none valid."""
    assert [] == orjson.loads(b"".join(payload()))["data"]


@pytest.mark.parametrize("numbers", [(), (3,), range(7)])
def test_its_length_is_known_beforehand(numbers: tuple[int, ...]) -> None:
    """For the Content-Length."""
    body = payload(*numbers)

    assert len(b"".join(body)) == len(body)


def test_it_yields_the_same_bytes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ruling 30, in however many pieces."""
    body = payload(*range(7))
    whole = list(body)
    monkeypatch.setattr(query, "BATCH_SIZE", 1)
    pieces = list(body)

    assert b"".join(whole) == b"".join(pieces)
    assert len(whole) < len(pieces)
