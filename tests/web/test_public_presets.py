"""Predefined Values, over real sockets."""

import pytest

from support.api import PRESETS, Api
from support.contacts import contacts
from support.surface import FIELDS, Searched, given, promised

NAMES = ", ".join(field.preset for field in FIELDS)


def containing(field: Searched, part: str) -> list[str]:
    """Return the values that contain a part, by a plain loop over the contacts."""
    values = {value for contact in contacts() for value in field.values(contact)}
    return sorted(value for value in values if part.casefold() in value.casefold())


async def found(api: Api, query: str) -> list[str]:
    """Return the values found, or none."""
    answer = await api.call("GET", f"{PRESETS}?{query}")
    return answer.json["data"] or []


@pytest.mark.parametrize(
    ("query", "field", "part"),
    [
        ("job_title=dev", FIELDS[0], "dev"),
        ("sic_code=1234", FIELDS[5], "1234"),
        ("address_city=New%20York", FIELDS[11], "New York"),
        ("address_city=New+York", FIELDS[11], "New York"),
    ],
)
async def test_the_samples_of_the_page_find_values(
    api: Api, query: str, field: Searched, part: str
) -> None:
    """Each sample request answers 200 `Success` with the values that match."""
    answer = await api.call("GET", f"{PRESETS}?{query}")

    assert promised(200, "Success", containing(field, part)) == given(answer)


async def test_the_sample_answer_names_titles_that_contain_dev(api: Api) -> None:
    """The titles of the page's own answer that contain "dev" are among the values."""
    expected = {"DevOps Engineer", "Frontend Developer", "Backend Developer"}

    assert expected <= set(await found(api, "job_title=dev"))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.preset)
async def test_every_parameter_of_the_page_is_read(api: Api, field: Searched) -> None:
    """Each of the 16 parameters looks into the values of its own field."""
    answer = await api.call("GET", f"{PRESETS}?{field.preset}={field.value}")

    assert promised(200, "Success", containing(field, field.value)) == given(answer)


async def test_case_plays_no_part(api: Api) -> None:
    """What is looked for may be written in capitals."""
    assert await found(api, "job_title=dev") == await found(api, "job_title=DEV")


async def test_values_are_distinct_and_sorted(api: Api) -> None:
    """A value is there once however many contacts have it."""
    values = await found(api, "job_title_level=")

    assert sorted(set(values)) == values


@pytest.mark.parametrize("query", ["address_state=", "address_state"])
async def test_an_empty_parameter_gives_all_values(api: Api, query: str) -> None:
    """Nothing is contained everywhere, with or without an equals sign."""
    assert containing(FIELDS[10], "") == await found(api, query)


async def test_several_parameters_are_answered_in_the_order_asked(api: Api) -> None:
    """The values of each parameter follow one another."""
    codes, titles = ["8082"], containing(FIELDS[0], "dev")

    assert codes + titles == await found(api, "sic_code=8082&job_title=dev")
    assert titles + codes == await found(api, "job_title=dev&sic_code=8082")


async def test_a_value_found_twice_is_not_repeated(api: Api) -> None:
    """A parameter given twice adds only what the first has not found."""
    titles = containing(FIELDS[0], "devops")
    rest = [title for title in containing(FIELDS[0], "dev") if title not in titles]

    assert titles + rest == await found(api, "job_title=devops&job_title=dev")


@pytest.mark.parametrize("text", ["nowhere", ".*", "%25", "_", "%00", "%ff"])
async def test_nothing_found_is_404(api: Api, text: str) -> None:
    """No wild card is one, so that none of these texts is found."""
    answer = await api.call("GET", f"{PRESETS}?job_title={text}")

    assert promised(404, "Not Found") == given(answer)


async def test_one_parameter_that_finds_is_enough(api: Api) -> None:
    """404 is answered only when all parameters together find nothing."""
    assert ["8082"] == await found(api, "job_title=nowhere&sic_code=8082")


async def test_no_parameter_is_400_and_names_those_there_are(api: Api) -> None:
    """Asking for nothing in particular is a malformed request."""
    answer = await api.call("GET", PRESETS)

    assert promised(400, f"Name a parameter: one of {NAMES}") == given(answer)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("colour=red", "Unknown parameter 'colour'"),
        ("sic_code=8082&colour=red", "Unknown parameter 'colour'"),
        ("=red", "Unknown parameter ''"),
        (
            "job_titel=dev",
            "Unknown parameter 'job_titel': did you mean 'job_title'?",
        ),
        (
            "Job_Title=dev",
            "Unknown parameter 'Job_Title': did you mean 'job_title'?",
        ),
        (
            "company_website=a",
            "Unknown parameter 'company_website': did you mean 'website'?",
        ),
    ],
)
async def test_an_unknown_parameter_is_400_and_named(
    api: Api, query: str, message: str
) -> None:
    """The one that was meant is named too, if one is near."""
    answer = await api.call("GET", f"{PRESETS}?{query}")

    assert promised(400, message) == given(answer)


async def test_head_is_answered_like_get_without_a_body(api: Api) -> None:
    """HEAD gives the headers of GET and nothing behind them."""
    path = f"{PRESETS}?sic_code=8082"
    get, head = await api.call("GET", path), await api.call("HEAD", path)

    assert (200, b"", get.headers["Content-Length"]) == (
        head.status,
        head.body,
        head.headers["Content-Length"],
    )
