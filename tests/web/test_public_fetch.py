"""Data Fetch API, over real sockets: what it accepts and refuses."""

import pytest

from support.api import FETCH, Api
from support.flow import set_webhook
from support.serving import Serve
from support.surface import C_SUITE, given, promised

INACTIVE = promised(400, "Webhook feature is inactive")
GOOD = {"fetchCount": 5, "filter": C_SUITE}
JAVA_SAMPLE = (
    b'{\r\n \n "fetchCount": 5000,\r\n "filter": {\r\n "job_title_level": {\r\n'
    b' "0": "C-Suite"\r\n }\r\n }\r\n}\r\n\n\n\n\n'
)


def accepted(job: int) -> tuple[object, ...]:
    """Return the answer to an accepted request."""
    data = {"unique_processing_id": job}
    return promised(200, "Records processing initiated", data)


async def test_the_sample_is_accepted_with_the_answer_of_the_page(api: Api) -> None:
    """The first request has the id 1300."""
    body = {"fetchCount": 5000, "filter": C_SUITE}
    answer = await api.call("POST", FETCH, json=body)

    assert accepted(1300) == given(answer)


async def test_the_java_sample_is_accepted_byte_for_byte(api: Api) -> None:
    """White space around the body means nothing."""
    answer = await api.call("POST", FETCH, data=JAVA_SAMPLE)

    assert accepted(1300) == given(answer)


async def test_ids_count_up_over_all_accounts(api: Api) -> None:
    """An id names one request, whoever made it."""
    jobs = []
    for api.key in ("demo-api-key", "test-other", "demo-api-key"):
        jobs.append(await api.fetch())

    assert [1300, 1301, 1302] == jobs


async def test_a_refused_request_takes_no_id(api: Api) -> None:
    """Ids without a gap tell of requests accepted."""
    await api.call("POST", FETCH, json={"fetchCount": 20_000, "filter": {}})

    assert 1300 == await api.fetch()


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml"])
async def test_the_content_type_plays_no_part(api: Api, content_type: str) -> None:
    """The body is read as JSON."""
    headers = {"Content-Type": content_type}
    answer = await api.call("POST", FETCH, json=GOOD, headers=headers)

    assert accepted(1300) == given(answer)


async def test_lenient_bears_an_unknown_field_however_deep(serve: Serve) -> None:
    """What is ignored may hold anything that JSON can."""
    api = await serve(lenient=True)
    deep = b"[" * 900 + b"]" * 900
    body = b'{"fetchCount": 1, "filter": {"colour": %s}}' % deep

    assert accepted(1300) == given(await api.call("POST", FETCH, data=body))


@pytest.mark.parametrize("name", ["webhook_secret_key", "Webhook_Secret_Key"])
async def test_the_accounts_secret_may_be_sent(api: Api, name: str) -> None:
    """As every sample does; a header's name has no case."""
    headers = {name: "demo-webhook-secret"}
    answer = await api.call("POST", FETCH, json=GOOD, headers=headers)

    assert accepted(1300) == given(answer)


@pytest.mark.parametrize("secret", ["", "another", "DEMO-WEBHOOK-SECRET", "ä"])
async def test_another_secret_is_unauthorized(api: Api, secret: str) -> None:
    """If it is sent, it must be the account's."""
    headers = {"webhook_secret_key": secret}
    answer = await api.call("POST", FETCH, json=GOOD, headers=headers)

    assert promised(401, "Unauthorized") == given(answer)


async def test_a_secret_generated_anew_replaces_the_old_one(api: Api) -> None:
    """After Re-generate only the new secret is good."""
    shown = await api.control("POST", "/accounts/demo/webhook/secret")
    secrets = ["demo-webhook-secret", shown["webhook"]["secret"]]
    headers = [{"webhook_secret_key": secret} for secret in secrets]
    old, new = [await api.call("POST", FETCH, json=GOOD, headers=h) for h in headers]

    assert promised(401, "Unauthorized") == given(old)
    assert accepted(1300) == given(new)


async def test_an_inactive_webhook_is_refused(api: Api) -> None:
    """The message is that of the page."""
    await set_webhook(api, active=False)

    assert INACTIVE == given(await api.call("POST", FETCH, json=GOOD))


async def test_without_a_webhook_it_is_refused(api: Api) -> None:
    """None configured is as good as an inactive one."""
    shown = await api.control("POST", "/accounts", {"id": "bare", "webhook": None})
    api.key = shown["api_key"]

    assert INACTIVE == given(await api.call("POST", FETCH, json=GOOD))


async def test_a_webhook_made_active_again_is_accepted(api: Api) -> None:
    """The status of the webhook is that of the moment."""
    await set_webhook(api, active=False)
    await set_webhook(api, active=True)

    assert accepted(1300) == given(await api.call("POST", FETCH, json=GOOD))
