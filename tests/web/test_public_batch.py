"""Polling, over real sockets: the records of a request (ruling 32)."""

import pytest

from support.api import BATCH, Api
from support.contacts import contacts, deliverable, record
from support.flow import VALIDATION_DELAY, attempted, inbox, job_of, script, set_webhook
from support.polling import poll, ready, submitted
from support.serving import Serve
from support.steering import held_validation, under
from support.surface import given, promised, statuses

PROCESSING = promised(400, "Request is still being processed")
NOT_FOUND = promised(404, "Not Found")
BAD_NUMBER = "Parameter 'batch_process_id' must be a number: digits alone"


async def test_until_validation_has_ended_it_is_still_being_processed(
    api: Api,
) -> None:
    """To the last microsecond of the account's own frozen clock."""
    api.key = "test-polling"
    await poll(api, 1300)  # opens the account
    await api.control("PATCH", "/accounts/test-polling/clock", {"frozen": True})
    job = await submitted(api)
    answers = []
    for seconds in (VALIDATION_DELAY - 0.000_001, 0.000_001):
        answers.append(await poll(api, job))
        path = "/accounts/test-polling/clock/advance"
        await api.control("POST", path, {"seconds": seconds})
    answers.append(await poll(api, job))

    assert [PROCESSING] * 2 == [given(answer) for answer in answers[:2]]
    assert [400, 400, 200] == list(statuses(answers))


async def test_while_it_is_validated_it_is_still_being_processed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has begun, and not ended."""
    with held_validation(monkeypatch):
        job = await submitted(api)
        await api.wait(job, state="validating")
        answer = await poll(api, job)

    assert PROCESSING == given(answer)


async def test_then_the_valid_records_are_there(api: Api) -> None:
    """In id order, in the envelope; those with a bad email are not."""
    wanted = [record(each) for each in contacts()[:500] if deliverable(each)]

    answer = await poll(api, await ready(api, 500))

    assert promised(200, "success", wanted) == given(answer)
    assert len(wanted) < 500


async def test_they_stand_in_the_envelope_as_prepared(api: Api) -> None:
    """The bytes are those of a delivery of the same contacts."""
    polled = await poll(api, await ready(api, 5))
    job = await attempted(api, 5)
    delivered = await api.send("GET", f"/_emulator/jobs/{job}/payload")

    start = b'{"status":200,"message":"success","data":['
    assert polled.body.startswith(start)
    assert polled.body.endswith(delivered.body.partition(b'"data":[')[2])


async def test_records_are_there_any_number_of_times(api: Api) -> None:
    """The same bytes each time."""
    job = await ready(api)
    first, second = await poll(api, job), await poll(api, job)

    assert first.body == second.body


async def test_without_a_valid_record_the_data_is_empty(api: Api) -> None:
    """Nothing matches."""
    job = await ready(api, 5, job_title={"0": "nobody has this title"})

    assert promised(200, "success", []) == given(await poll(api, job))


async def test_a_delivery_can_be_polled_in_every_state(serve: Serve) -> None:
    """Delivering, exhausted, and delivered at last."""
    api = await serve(retry_schedule=(1,))
    await script(api, [500, 500])
    job = await attempted(api)
    states, answers = [await job_of(api, job)], [await poll(api, job)]
    await api.advance(1)
    states.append(await api.wait(job))
    answers.append(await poll(api, job))
    await api.control("POST", f"/jobs/{job}/redeliver")
    states.append(await api.wait(job, state="delivered"))
    answers.append(await poll(api, job))

    expected = promised(200, "success", (await inbox(api))[-1]["body"]["data"])
    assert ["delivering", "exhausted", "delivered"] == [s["state"] for s in states]
    assert [expected] * 3 == [given(answer) for answer in answers]


async def test_a_delivery_in_validation_is_still_being_processed(api: Api) -> None:
    """As what is only polled for is."""
    await api.freeze()

    assert PROCESSING == given(await poll(api, await api.fetch()))


async def test_a_webhook_that_is_gone_keeps_no_records_back(api: Api) -> None:
    """Who cannot receive can poll."""
    await api.freeze()
    job = await api.fetch()
    await set_webhook(api, active=False)
    await api.advance(VALIDATION_DELAY)

    assert 200 == (await poll(api, job)).status


@pytest.mark.parametrize(
    "job", ["0", "1299", "1301", str(2**63 - 1), str(2**63), str(2**64), "9" * 5_000]
)
async def test_an_unknown_id_is_not_found(api: Api, job: str) -> None:
    """However large."""
    await ready(api)

    assert NOT_FOUND == given(await poll(api, job))


async def test_an_id_of_another_account_is_not_found(api: Api) -> None:
    """While it is validated and afterwards: who asks cannot tell that it is there."""
    await api.freeze()
    job, other = await submitted(api), under(api, "test-other")
    early = await poll(other, job)
    await api.advance(VALIDATION_DELAY)
    late = await poll(other, job)

    assert [NOT_FOUND] * 2 == [given(early), given(late)]


async def test_an_id_that_a_reset_took_is_not_found(api: Api) -> None:
    """It names nothing any more."""
    job = await ready(api)
    await api.control("POST", "/reset", {"account": "demo"})

    assert NOT_FOUND == given(await poll(api, job))


async def test_leading_zeros_mean_nothing(api: Api) -> None:
    """As in any number, however many."""
    job = await ready(api)

    assert 200 == (await poll(api, f"{'0' * 40}{job}")).status


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "Missing parameter batch_process_id"),
        ("?", "Missing parameter batch_process_id"),
        ("?batch_process_id", BAD_NUMBER),
        ("?batch_process_id=", BAD_NUMBER),
        ("?batch_process_id=-1", BAD_NUMBER),
        ("?batch_process_id=%2B1300", BAD_NUMBER),
        ("?batch_process_id=1300.0", BAD_NUMBER),
        ("?batch_process_id=1e3", BAD_NUMBER),
        ("?batch_process_id=1_300", BAD_NUMBER),
        ("?batch_process_id=%201300", BAD_NUMBER),
        ("?batch_process_id=0x514", BAD_NUMBER),
        ("?batch_process_id=%D9%A1", BAD_NUMBER),
        ("?batch_process_id=%C2%B2", BAD_NUMBER),
        ("?batch_process_id=%ff", BAD_NUMBER),
        ("?batch_process_id=None", BAD_NUMBER),
        (
            "?batch_process_id=1300&batch_process_id=1300",
            "Parameter 'batch_process_id' is there twice: give one",
        ),
        (
            "?unique_processing_id=1300",
            "Unknown parameter 'unique_processing_id': known is 'batch_process_id'",
        ),
        (
            "?batch_process_id=1300&page=2",
            "Unknown parameter 'page': known is 'batch_process_id'",
        ),
        (
            f"?{'x' * 5_000}=1",
            f"Unknown parameter '{'x' * 64}…': known is 'batch_process_id'",
        ),
    ],
)
async def test_a_bad_query_is_refused_with_the_reason(
    api: Api, query: str, message: str
) -> None:
    """Missing, no number, there twice, or another parameter."""
    await ready(api)

    assert promised(400, message) == given(await api.call("GET", BATCH + query))


@pytest.mark.parametrize("key", [None, "never-issued"])
async def test_it_needs_a_key(api: Api, key: str | None) -> None:
    """One that is good, before anything else is looked at."""
    api.key = key

    assert promised(401, "Unauthorized") == given(await poll(api, "none"))


async def test_it_is_limited(api: Api) -> None:
    """Who polls without a pause is refused."""
    await api.freeze()
    answers = [await poll(api, 1300) for _ in range(11)]

    assert [404] * 10 + [429] == list(statuses(answers))


async def test_head_tells_the_length(api: Api) -> None:
    """Without the records."""
    job = await ready(api)
    whole = await poll(api, job)
    answer = await api.call("HEAD", f"{BATCH}?batch_process_id={job}")

    assert (200, b"") == (answer.status, answer.body)
    assert str(len(whole.body)) == answer.headers["Content-Length"]
    assert whole.headers["Content-Length"] == answer.headers["Content-Length"]


async def test_post_is_405(api: Api) -> None:
    """The records are read, not submitted."""
    answer = await api.call("POST", f"{BATCH}?batch_process_id=1300")

    assert promised(405, "Method Not Allowed") == given(answer)
    assert "GET, HEAD" == answer.headers["Allow"]


async def test_the_journal_notes_it(api: Api) -> None:
    """As `batch`, with the id that was asked for."""
    job = await ready(api)
    await poll(api, job)

    (noted,) = (await api.control("GET", "/requests?operation=batch"))["requests"]

    assert ("demo", f"{BATCH}?batch_process_id={job}", 200, "success") == (
        noted["account"],
        noted["path"],
        noted["status"],
        noted["message"],
    )
