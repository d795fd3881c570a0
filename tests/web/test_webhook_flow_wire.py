"""The webhook flow as an endpoint of one's own sees it (rulings 27 and 28)."""

import orjson

from support.api import Api
from support.flow import attempted
from support.receiver import Receiver, Serving, listening
from support.surface import available

DATACAPTIVE = {"company_name": {"0": "DataCaptive"}}


async def into(api: Api, serving: Serving, receiver: Receiver, path: str = "/") -> int:
    """Deliver DataCaptive's contacts to a receiver and return the job's id."""
    await listening(api, serving, receiver, path)
    job = await api.fetch(9, **DATACAPTIVE)
    await api.wait(job, state="delivered")
    return job


async def test_the_bytes_are_compact_json(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """A receiver gets what it would write itself, without white space."""
    receiver = Receiver()
    await into(api, aiohttp_raw_server, receiver)

    (arrival,) = receiver.arrivals
    assert orjson.dumps(orjson.loads(arrival.body)) == arrival.body


async def test_the_payload_of_a_job_is_what_was_sent(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """The control API gives the exact body of the delivery."""
    receiver = Receiver()
    job = await into(api, aiohttp_raw_server, receiver)
    payload = await api.send("GET", f"/_emulator/jobs/{job}/payload")

    assert [payload.body] == [arrival.body for arrival in receiver.arrivals]


async def test_it_is_posted_to_the_url_as_configured(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """Path and query are the user's."""
    receiver = Receiver()
    await into(api, aiohttp_raw_server, receiver, "/hooks/reach?tenant=7")

    (arrival,) = receiver.arrivals
    assert ("POST", "/hooks/reach?tenant=7") == (arrival.method, arrival.path)


async def test_the_headers_are_those_of_the_page_and_of_http(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """No signature and nothing else of our own."""
    receiver = Receiver()
    await into(api, aiohttp_raw_server, receiver)

    (arrival,) = receiver.arrivals
    expected = ["Connection", "Content-Length", "Content-Type", "Host"]
    assert [*expected, "webhook_secret_key"] == sorted(
        name for name, _ in arrival.headers
    )


async def test_the_receiver_may_call_the_api_before_it_answers(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """The credits it sees are those after the charge."""
    seen = []

    async def check() -> None:
        seen.append(await available(api))

    await into(api, aiohttp_raw_server, Receiver(meanwhile=check))

    assert [9991] == seen


async def test_requests_under_way_together_are_delivered_each(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """Every id arrives once with its own records."""
    receiver = await listening(api, aiohttp_raw_server, Receiver())
    jobs = [await api.fetch(count) for count in range(1, 6)]
    for job in jobs:
        await api.wait(job, state="delivered")

    bodies = [orjson.loads(arrival.body) for arrival in receiver.arrivals]
    sizes = {body["unique_processing_id"]: len(body["data"]) for body in bodies}
    assert dict(zip(jobs, range(1, 6), strict=True)) == sizes


async def test_every_attempt_sends_the_same_bytes_and_id(
    api: Api, aiohttp_raw_server: Serving
) -> None:
    """Three attempts, then a redelivery: the body is one and the same."""
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
    """A receiver that has moved must be configured anew."""
    moved = Receiver([307], headers={"Location": "/elsewhere"})
    receiver = await listening(api, aiohttp_raw_server, moved)
    await attempted(api)

    assert ["/"] == [arrival.path for arrival in receiver.arrivals]
