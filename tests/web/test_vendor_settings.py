"""What settings change of the vendor's surface, and how it is without them."""

from collections.abc import AsyncIterator, Sequence

import pytest

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.settings import Settings
from support.client import COUNTS, CREDITS, FETCH, PRESETS, SDK, Answer, Api, Serve
from support.contacts import contacts
from support.embedded import started
from support.flow import account, attempted, job_of, script
from support.people import people
from support.surface import SAMPLES, ask, available, count, given, promised, statuses

DATACAPTIVE = {"company_name": {"0": "DataCaptive"}}


async def checks(api: Api, number: int) -> list[Answer]:
    """Send credit checks one after the other."""
    return [await api.call("POST", CREDITS) for _ in range(number)]


async def test_the_demo_account_is_there_from_the_start(api: Api) -> None:
    """Ruling 8."""
    inbox = f"{api.url}/_emulator/inbox/demo"
    expected = {
        "id": "demo",
        "name": "Demo",
        "api_key": "demo-api-key",
        "credits": 10_000,
        "reserved": 0,
        "suspended": False,
        "webhook": {"url": inbox, "secret": "demo-webhook-secret", "active": True},
    }

    assert expected == await account(api)


async def test_the_first_request_has_the_id_of_the_page(api: Api) -> None:
    """Ruling 24."""
    data = {"unique_processing_id": 1300}

    assert promised(200, SAMPLES[-1].message, data) == given(
        await ask(api, SAMPLES[-1])
    )


async def test_the_credits_of_a_new_account(serve: Serve) -> None:
    api = await serve(credits=720)
    demo = await available(api)
    api.key = "test-mine"

    assert (720, 720) == (demo, await available(api))


async def test_accounts_opened_by_use_can_be_switched_off(serve: Serve) -> None:
    """Then a `test-` key is a key like any other that was never issued."""
    api = await serve(no_auto_accounts=True)
    api.key = "test-mine"

    assert promised(401, "Unauthorized") == given(await api.call("POST", CREDITS))


@pytest.mark.parametrize("preview", [0, 3])
async def test_how_many_records_counts_show(serve: Serve, preview: int) -> None:
    data = await count(await serve(counts_preview=preview))

    assert len(contacts()) == data["counts"]
    shown = [each["id"] for each in data["records"]]
    assert [each["id"] for each in contacts()[:preview]] == shown


async def test_lenient_ignores_unknown_fields_however_deep(serve: Serve) -> None:
    api = await serve(lenient=True)
    known = await count(api, colour={"0": "red"}, **DATACAPTIVE)
    body = b'{"fetchCount":1,"filter":{"x":%b}}' % (b"[" * 900 + b"]" * 900)
    answer = await api.call("POST", FETCH, data=body)
    job = answer.json["data"]["unique_processing_id"]

    assert 9 == known["counts"]
    assert {} == (await api.wait(job))["filter"]


@pytest.mark.parametrize(
    ("limit", "expected"), [(1, [200, 429, 429]), (0, [200, 200, 200])]
)
async def test_the_rate_limit_on_the_frozen_global_clock(
    serve: Serve, limit: int, expected: Sequence[int]
) -> None:
    """A limit of 0 admits all."""
    api = await serve(rate_limit=limit)
    await api.freeze()

    assert expected == list(statuses(await checks(api, 3)))


def told(answer: Answer) -> dict[str, str]:
    """Return the headers that tell of the limit, as far as they are there."""
    return {
        name.removeprefix("RateLimit-"): value
        for name, value in answer.headers.items()
        if "ratelimit" in name.lower() or name.lower() == "retry-after"
    }


async def test_switched_on_headers_tell_what_is_left(serve: Serve) -> None:
    api = await serve(rate_limit=2, rate_limit_headers=True)
    await api.freeze()
    one, none = ({"Limit": "2", "Remaining": left, "Reset": "1"} for left in "10")

    assert [one, none, none | {"Retry-After": "1"}] == list(
        map(told, await checks(api, 3))
    )


async def test_who_has_no_key_or_no_limit_is_told_of_none(serve: Serve) -> None:
    api = await serve(rate_limit_headers=True)
    sdk = await api.call("GET", f"{SDK}sic")
    api.key = None
    keyless = await api.call("POST", CREDITS)
    lifted = await serve(rate_limit=0, rate_limit_headers=True)

    answers = [sdk, keyless, await lifted.call("POST", CREDITS)]
    assert [{}] * 3 == list(map(told, answers))


async def test_the_retry_schedule(serve: Serve) -> None:
    """Two waits make three attempts."""
    api = await serve(retry_schedule=(2.0, 0.5))
    await script(api, [500] * 3)
    job = await attempted(api)
    for number, wait in enumerate((2, 0.5), start=2):
        await api.advance(wait)
        await api.wait(job, attempts=number)

    shown = await job_of(api, job)
    assert ("exhausted", 3) == (shown["state"], len(shown["attempts"]))


async def test_the_time_out_of_an_attempt(serve: Serve) -> None:
    api = await serve(webhook_timeout=0.1)
    await script(api, [{"delay_s": 0.25}])
    job = await attempted(api)

    (attempt,) = (await job_of(api, job))["attempts"]
    assert (None, "timeout") == (attempt["status"], attempt["error"])


async def test_a_field_without_values_is_a_success_to_the_java_sdk() -> None:
    """404, as of presets, would be an error to it (ruling 17)."""
    async with started(people(None), Settings(port=0)) as api:
        answer = await api.send("GET", f"{SDK}country")

    assert promised(200, "Success", []) == given(answer)


async def test_a_body_that_takes_its_time_is_answered_of_today(api: Api) -> None:
    """What has changed while it was on its way counts."""

    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await api.control("PATCH", "/accounts/demo", {"credits": 5})
        yield b"}"

    async with api.session.post(
        api.url + CREDITS, data=body(), headers={"X-API-Key": "demo-api-key"}
    ) as response:
        answer = await response.json()

    assert {"available_credit": 5} == answer["data"]


async def test_a_fault_of_our_own_is_500_and_the_log_has_the_reason(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the reason")

    monkeypatch.setattr(Dataset, "values", fail)
    monkeypatch.setattr(Dataset, "matching", fail)
    body = {"filter": {"sic_code": {"0": "1"}}, "fetchCount": 1}
    answers = [
        await api.call("GET", f"{PRESETS}?job_title=dev"),
        await api.call("POST", COUNTS, json=body),
        await api.call("POST", FETCH, json=body),
    ]

    assert [promised(500, "Server Error")] * 3 == list(map(given, answers))
    assert "the reason" in caplog.text


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, []),
        ({"sic_code": {"0": 8082, "1": "8082"}}, []),
        (
            {"job_title_level": {"0": "C-Suite", "1": "C-Suit"}, "sic_code": {"0": 7}},
            ["the job_title_level 'C-Suit'", "the sic_code '7'"],
        ),
    ],
)
async def test_a_value_that_no_contact_has_is_warned_of(
    api: Api,
    caplog: pytest.LogCaptureFixture,
    wanted: dict[str, dict[str, object]],
    said: list[str],
) -> None:
    """The answer is 200 and the delivery acknowledged, with nothing in it."""
    await api.fetch(1, **wanted)
    await api.call("POST", COUNTS, json={"filter": wanted})

    assert [
        f"demo: no contact has {each}, so that it finds nothing" for each in said * 2
    ] == [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
