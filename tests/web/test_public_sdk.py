"""What the vendor's Java SDK asks, over real sockets (ruling 17)."""

import http.client

import orjson
import pytest

from reachapi_emulator.settings import Settings
from support.api import CREDITS, SDK, Answer, Api
from support.contacts import contacts
from support.embedded import started
from support.people import people
from support.raw import Address
from support.serving import Serve
from support.surface import FIELDS, given, promised, statuses

pytest_plugins = ["support.sturdy"]

PRESETS = {
    "zip-code": "address_zipcode",
    "emp-size": "employee_size",
    "revenue-amount": "annual_revenue_amount",
    "job-title": "job_title",
    "job-title-level": "job_title_level",
    "sic": "sic_code",
    "country": "address_country",
    "state": "address_state",
    "city": "address_city",
    "industry": "company_industry_categories_list",
}
"""The paths of one field each, and its preset parameter."""

PATHS = [*PRESETS, "department-function"]


def values(preset: str) -> list[str]:
    """Return every value of a field, by a plain loop over the contacts."""
    (field,) = [field for field in FIELDS if field.preset == preset]
    every = {value for contact in contacts() for value in field.values(contact)}
    return sorted(every - {""})


async def get(api: Api, name: str, headers: dict[str, str] | None = None) -> Answer:
    """Ask as the SDK does: without a key."""
    return await api.send("GET", f"{SDK}{name}", headers=headers)


@pytest.mark.parametrize(("name", "preset"), PRESETS.items())
async def test_every_path_gives_all_values_of_its_field(
    api: Api, name: str, preset: str
) -> None:
    """In the envelope of the presets, sorted as they are."""
    assert promised(200, "Success", values(preset)) == given(await get(api, name))


async def test_department_function_gives_departments_then_functions(api: Api) -> None:
    """A function of the name of a department is not repeated."""
    departments, functions = values("job_dept_name"), values("job_function_name")
    expected = [*departments, *(each for each in functions if each not in departments)]

    answer = await get(api, "department-function")

    assert promised(200, "Success", expected) == given(answer)


def test_the_standard_library_reads_every_path(running: Address) -> None:
    """Over one connection, as one SDK object asks."""
    connection = http.client.HTTPConnection(*running, timeout=5)
    found = {}
    for name in PATHS:
        connection.request("GET", f"{SDK}{name}")
        response = connection.getresponse()
        found[name] = (response.status, bool(orjson.loads(response.read())["data"]))
    connection.close()

    assert dict.fromkeys(PATHS, (200, True)) == found


@pytest.mark.parametrize("key", ["demo-api-key", "never-issued", "", "test-sdk"])
async def test_a_key_is_ignored(api: Api, key: str) -> None:
    """Good or bad."""
    bare = await get(api, "country")

    assert given(bare) == given(await get(api, "country", {"X-API-Key": key}))


async def test_a_key_that_is_ignored_opens_no_account(api: Api) -> None:
    """A `test-` key opens one where a key is needed, and only there."""
    before = await api.control("GET", "/accounts")
    await get(api, "country", {"X-API-Key": "test-sdk"})

    assert before == await api.control("GET", "/accounts")


async def test_a_key_of_a_suspended_account_is_ignored(api: Api) -> None:
    """It need not be good."""
    await api.control("PATCH", "/accounts/demo", {"suspended": True})

    assert 200 == (await get(api, "state", {"X-API-Key": "demo-api-key"})).status


async def test_it_is_not_limited(api: Api) -> None:
    """More than ten of one second are answered, with a key and without."""
    await api.freeze()
    answers = [await get(api, name) for name in PATHS * 2]
    answers += [await api.call("GET", f"{SDK}sic") for _ in range(11)]

    assert [200] * 33 == list(statuses(answers))


async def test_it_counts_against_no_limit(api: Api) -> None:
    """A key that was sent along has its ten requests all the same."""
    await api.freeze()
    for _ in range(11):
        await api.call("GET", f"{SDK}sic")
    answers = [await api.call("POST", CREDITS) for _ in range(11)]

    assert [200] * 10 + [429] == list(statuses(answers))


async def test_no_header_tells_of_a_limit(serve: Serve) -> None:
    """There is none to tell of."""
    api = await serve(rate_limit_headers=True)
    answer = await api.call("GET", f"{SDK}sic")

    assert "RateLimit-Limit" not in answer.headers


@pytest.mark.parametrize("query", ["?country=Germany", "?x=%00&x=1", "?"])
async def test_parameters_are_ignored(api: Api, query: str) -> None:
    """The SDK sends none, and takes any refusal for a failure."""
    plain = await get(api, "country")

    assert given(plain) == given(await get(api, f"country{query}"))


async def test_head_tells_the_length(api: Api) -> None:
    """Without the values."""
    whole = await get(api, "industry")
    answer = await api.send("HEAD", f"{SDK}industry")

    assert (200, b"") == (answer.status, answer.body)
    assert whole.headers["Content-Length"] == answer.headers["Content-Length"]


async def test_another_method_is_405(api: Api) -> None:
    """As everywhere (ruling 3)."""
    answer = await api.send("POST", f"{SDK}country")

    assert promised(405, "Method Not Allowed") == given(answer)
    assert "GET, HEAD" == answer.headers["Allow"]


@pytest.mark.parametrize("name", ["", "planet", "Country", "country/", "job_title"])
async def test_another_path_is_404(api: Api, name: str) -> None:
    """The eleven are spelled to the letter."""
    assert promised(404, "Page Not Found") == given(await get(api, name))


async def test_the_journal_notes_it_without_an_account(api: Api) -> None:
    """Though a key came along."""
    await api.call("GET", f"{SDK}sic?a=1")

    (noted,) = (await api.control("GET", "/requests?operation=sdk"))["requests"]

    assert (None, "sdk", f"{SDK}sic?a=1", 200, "Success") == (
        noted["account"],
        noted["operation"],
        noted["path"],
        noted["status"],
        noted["message"],
    )


async def test_a_field_without_values_is_a_success() -> None:
    """404, as of presets, would be an error to the SDK."""
    async with started(people(None), Settings(port=0)) as api:
        answer = await get(api, "country")

    assert promised(200, "Success", []) == given(answer)
