"""Counts API, over real sockets: what it answers."""

from typing import Any

import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, Api
from support.contacts import RECORD_KEYS, contacts, having
from support.serving import Serve
from support.surface import (
    C_SUITE,
    FIELDS,
    available,
    count,
    given,
    promised,
)

PATHS = (COUNTS, COUNTS_OF_SAMPLES)
SHOWN = (
    "id",
    "contact_job_title_1",
    "company_address_city",
    "company_address_state",
    "company_address_country",
)
HIDDEN = ("contact_name", "company_company_name")


def masked(contact: dict[str, Any]) -> dict[str, Any]:
    """Return a contact as the page's sample shows one."""
    shown = {key: contact[key] for key in SHOWN}
    return dict.fromkeys(RECORD_KEYS) | dict.fromkeys(HIDDEN, "xxxxx") | shown


@pytest.mark.parametrize("path", PATHS)
async def test_the_sample_with_a_level_counts_all_and_shows_ten(
    api: Api, path: str
) -> None:
    """The C-Suite sample: its count, and its first ten contacts masked."""
    matches = having(FIELDS[1], "C-Suite")
    answer = await api.call("POST", path, json={"filter": C_SUITE})

    data = {"counts": len(matches), "records": list(map(masked, matches[:10]))}
    assert promised(200, "success", data) == given(answer)


@pytest.mark.parametrize("path", PATHS)
async def test_the_sample_with_an_empty_field_counts_every_contact(
    api: Api, path: str
) -> None:
    """A field given as `{}` does not restrict, as in the page's curl sample."""
    body = b'{\n"filter": {\n"company_address_state": {\n}\n}\n}'
    answer = await api.call("POST", path, data=body)

    assert (200, len(contacts())) == (answer.status, answer.json["data"]["counts"])


async def test_both_paths_give_the_same_bytes(api: Api) -> None:
    """The page's heading and the page's samples name one operation."""
    body = {"filter": C_SUITE}
    one, other = [await api.call("POST", path, json=body) for path in PATHS]

    assert one.body == other.body


async def test_a_record_has_the_28_keys_in_the_order_of_the_page(api: Api) -> None:
    """Whatever is hidden is null, and there all the same."""
    data = await count(api)

    assert RECORD_KEYS == list(data["records"][0])


async def test_no_match_is_a_success(api: Api) -> None:
    """Nobody is found: 200, 0 and no records."""
    body = {"filter": {"job_title": {"0": "nobody has this title"}}}
    answer = await api.call("POST", COUNTS, json=body)

    assert promised(200, "success", {"counts": 0, "records": []}) == given(answer)


async def test_counting_costs_nothing(api: Api) -> None:
    """The credits are the same afterwards."""
    await count(api)

    assert 10_000 == await available(api)


async def test_contacts_whose_email_is_undeliverable_are_counted(api: Api) -> None:
    """The count tells of contacts, and some of them cannot be delivered."""
    invalid = [c for c in contacts() if c["contact_email_1"].endswith(".invalid")]

    assert (await count(api))["counts"] == len(contacts())
    assert invalid


@pytest.mark.parametrize("preview", [0, 3])
async def test_how_many_records_are_shown_is_a_setting(
    serve: Serve, preview: int
) -> None:
    """The first of them in id order, and the count unchanged."""
    data = await count(await serve(counts_preview=preview))

    assert (len(contacts()), list(map(masked, contacts()[:preview]))) == (
        data["counts"],
        data["records"],
    )
