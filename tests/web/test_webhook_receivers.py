"""The webhook flow as an endpoint of one's own sees it (rulings 27 to 30)."""

import orjson

from support.client import Api
from support.flow import attempted
from support.receiver import Receiver, Serving, listening
from support.surface import available

DATACAPTIVE = {"company_name": {"0": "DataCaptive"}}


async def test_a_delivery_is_compact_json_posted_to_the_url_as_configured(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """No signature, and no header of our own."""
    receiver = await listening(
        api, aiohttp_raw_server, Receiver(), "/hooks/reach?tenant=7"
    )
    job = await attempted(api, 9, **DATACAPTIVE)
    payload = await api.send("GET", f"/_emulator/jobs/{job}/payload")

    (arrival,) = receiver.arrivals
    headers = ["Connection", "Content-Length", "Content-Type", "Host"]
    assert ("POST", "/hooks/reach?tenant=7") == (arrival.method, arrival.path)
    assert [*headers, "webhook_secret_key"] == sorted(
        name for name, _ in arrival.headers
    )
    assert orjson.dumps(orjson.loads(arrival.body)) == arrival.body == payload.body


async def test_the_receiver_may_call_the_api_before_it_answers(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """The credits it sees are those after the charge."""
    seen = []

    async def check() -> None:
        seen.append(await available(api))

    await listening(api, aiohttp_raw_server, Receiver(meanwhile=check))
    await attempted(api, 9, **DATACAPTIVE)

    assert [9991] == seen


async def test_every_attempt_sends_the_same_bytes(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    receiver = await listening(api, aiohttp_raw_server, Receiver([500, 503]))
    job = await attempted(api, 9, **DATACAPTIVE)
    for number, wait in enumerate((1, 5), start=2):
        await api.advance(wait)
        await api.wait(job, attempts=number)
    await api.control("POST", f"/jobs/{job}/redeliver")
    await api.wait(job, attempts=4)

    bodies = [arrival.body for arrival in receiver.arrivals]
    assert [bodies[0]] * 4 == bodies
    assert bodies[0].startswith(b'{"unique_processing_id":1300,')


async def test_a_redirect_is_not_followed(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    moved = Receiver([307], headers={"Location": "/elsewhere"})
    receiver = await listening(api, aiohttp_raw_server, moved)
    await attempted(api)

    assert ["/"] == [arrival.path for arrival in receiver.arrivals]
