"""Counts API, over real sockets: what a filter selects (rulings 11 and 12)."""

import pytest

from support.api import PRESETS, Api
from support.contacts import having
from support.surface import (
    C_SUITE,
    FIELDS,
    Searched,
    count,
)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.filter)
async def test_every_filter_field_of_the_page_is_read(
    api: Api, field: Searched
) -> None:
    """Each of the 16 fields selects the contacts that have an example of the page."""
    data = await count(api, **{field.filter: {"0": field.value}})
    matches = having(field, field.value)

    assert matches
    assert len(matches) == data["counts"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.filter)
async def test_every_field_takes_its_predefined_values(
    api: Api, field: Searched
) -> None:
    """The first and the last value that the presets name select contacts."""
    answer = await api.call("GET", f"{PRESETS}?{field.preset}=")
    first, *_, last = answer.json["data"]

    for value in (first, last):
        assert 0 < (await count(api, **{field.filter: {"0": value}}))["counts"]


async def test_one_of_the_values_of_a_field_suffices(api: Api) -> None:
    """Two states count as many contacts as each of them together."""
    wanted = {"0": "California", "1": "Texas"}
    both = having(FIELDS[10], "California") + having(FIELDS[10], "Texas")

    data = await count(api, company_address_state=wanted)

    assert len(both) == data["counts"]


async def test_all_fields_must_match(api: Api) -> None:
    """A level and a state select who has both."""
    state = {"company_address_state": {"0": "California"}}
    chiefs = [c["id"] for c in having(FIELDS[1], "C-Suite")]
    both = [c for c in having(FIELDS[10], "California") if c["id"] in chiefs]

    data = await count(api, **C_SUITE, **state)

    assert len(both) == data["counts"]


@pytest.mark.parametrize("key", ["0", "", "values", "17"])
async def test_the_inner_keys_carry_no_meaning(api: Api, key: str) -> None:
    """A value counts under any key."""
    data = await count(api, sic_code={key: "8082"})

    assert len(having(FIELDS[5], "8082")) == data["counts"]


@pytest.mark.parametrize("value", ["c-suite", "C-SUITE", "  C-Suite\t"])
async def test_case_and_outer_space_play_no_part(api: Api, value: str) -> None:
    """Ruling 12."""
    data = await count(api, job_title_level={"0": value})

    assert len(having(FIELDS[1], "C-Suite")) == data["counts"]


@pytest.mark.parametrize("value", ["C-Suit", "Suite", "C%", ".*"])
async def test_values_compare_whole(api: Api, value: str) -> None:
    """A part of a value, or a wild card, is not the value."""
    assert 0 == (await count(api, job_title_level={"0": value}))["counts"]


@pytest.mark.parametrize(
    ("field", "number"), [(FIELDS[5], 8082), (FIELDS[5], 8082.0), (FIELDS[9], 90210)]
)
async def test_a_number_is_taken_as_its_digits(
    api: Api, field: Searched, number: float
) -> None:
    """SIC codes and zip codes may be given as JSON numbers."""
    data = await count(api, **{field.filter: {"0": number}})

    assert len(having(field, str(int(number)))) == data["counts"]


async def test_fields_that_hold_several_values_match_on_any(api: Api) -> None:
    """DataCaptive's second technology finds it as its first does."""
    company = {"company_name": {"0": "DataCaptive"}}
    first = await count(api, **company, tech_keywords={"0": "Artificial Intelligence"})
    second = await count(api, **company, tech_keywords={"0": "cloud computing"})

    assert (9, 9) == (first["counts"], second["counts"])
