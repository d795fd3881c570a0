"""What presets and the credit check promise; nothing of it costs a credit."""

from urllib.parse import urlencode

import pytest

from support.api import CREDITS, PRESETS
from support.contract.client import Vendor
from support.surface import FIELDS, Searched, promised

NOBODY = "reachapi contract suite: no such value"


def search(**parameters: str) -> str:
    """Return the path of a search for predefined values."""
    return f"{PRESETS}?{urlencode(parameters)}"


@pytest.mark.promise("Predefined Values: samples")
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("job_title", "dev"), ("sic_code", "1234"), ("address_city", "New York")],
)
def test_the_samples_of_the_page_find_values(
    vendor: Vendor, parameter: str, value: str
) -> None:
    """An array of text, and not an empty one."""
    values = vendor.get(search(**{parameter: value})).data

    assert {"str"} == {type(found).__name__ for found in values}


@pytest.mark.promise("Ruling 15")
def test_values_contain_what_is_asked(vendor: Vendor) -> None:
    """Anywhere, without regard to case."""
    values = vendor.get(search(job_title="DEV")).data

    assert [] == [value for value in values if "dev" not in value.casefold()]


@pytest.mark.promise("Ruling 15")
def test_values_are_distinct_and_sorted(vendor: Vendor) -> None:
    """The same order every time, without repeats."""
    values = vendor.get(search(job_title="dev")).data

    assert sorted(set(values)) == values


@pytest.mark.promise("Ruling 14", "documented")
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.preset)
def test_every_parameter_is_read(vendor: Vendor, field: Searched) -> None:
    """One that finds nothing is not found: it is known all the same."""
    answer = vendor.get(search(**{field.preset: NOBODY}))

    assert promised(404, "Not Found") == answer.given


@pytest.mark.promise("Predefined Values: 400", "ours")
@pytest.mark.parametrize("query", ["", "?no_such_parameter=dev"])
def test_presets_without_a_parameter_of_the_page_are_refused(
    vendor: Vendor, query: str
) -> None:
    """400, whatever it says."""
    answer = vendor.get(PRESETS + query)

    assert (400, "application/json") == (answer.status, answer.media_type)


@pytest.mark.promise("Credit check API: API Endpoint")
def test_the_credit_check_tells_of_the_credit(vendor: Vendor) -> None:
    """A whole number, and nothing else."""
    data = vendor.post(CREDITS).data

    assert {"available_credit": "int"} == {
        name: type(value).__name__ for name, value in data.items()
    }


@pytest.mark.promise("Ruling 10")
def test_no_header_tells_of_the_limit(vendor: Vendor) -> None:
    """Neither RateLimit nor Retry-After."""
    headers = {name.casefold() for name in vendor.post(CREDITS).headers}

    assert set() == {
        name for name in headers if "ratelimit" in name or name == "retry-after"
    }
