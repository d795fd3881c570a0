"""The webhook flow, from a request to the record in the inbox (rulings 25 and 27)."""

from typing import Any

from support.api import Api
from support.contacts import RECORD_KEYS, contacts, deliverable, record
from support.flow import delivered, inbox, job_of, ledger
from support.surface import available

DATACAPTIVE = {"company_name": {"0": "DataCaptive"}}


def notification(records: list[dict[str, Any]], job: int = 1300) -> dict[str, Any]:
    """Return the body that the page promises."""
    return {"unique_processing_id": job, "event": "data_notification", "data": records}


async def test_the_records_arrive_in_the_inbox_as_the_page_promises(api: Api) -> None:
    """Id, event and the records of the data set, nothing more."""
    delivery = await delivered(api, 9, **DATACAPTIVE)

    matches = [c for c in contacts() if c["company_company_name"] == "DataCaptive"]
    assert notification(list(map(record, matches))) == delivery["body"]


async def test_the_body_has_its_keys_in_the_order_of_the_page(api: Api) -> None:
    """unique_processing_id, event, data."""
    delivery = await delivered(api, 1)

    assert ["unique_processing_id", "event", "data"] == list(delivery["body"])


async def test_a_record_has_the_28_keys_in_the_order_of_the_page(api: Api) -> None:
    """Every record, whatever is null in it."""
    delivery = await delivered(api, 20)

    assert {tuple(RECORD_KEYS)} == {tuple(row) for row in delivery["body"]["data"]}


async def test_the_fields_that_hold_several_values_are_one_text(api: Api) -> None:
    """Values stand side by side, separated by a comma and a space."""
    delivery = await delivered(api, 1, **DATACAPTIVE)
    row = delivery["body"]["data"][0]

    assert (
        "Information Technology, Data Services",
        "Artificial Intelligence, Cloud Computing",
    ) == (row["company_industry_categories_list"], row["company_tech_keywords_list"])


async def test_type_and_secret_stand_in_the_headers(api: Api) -> None:
    """JSON alone as its type, and the account's secret to verify it by."""
    headers = (await delivered(api, 1))["headers"]

    assert ("application/json", "demo-webhook-secret") == (
        headers["Content-Type"],
        headers["webhook_secret_key"],
    )


async def test_every_account_is_sent_its_own_secret(api: Api) -> None:
    """That of another would prove nothing."""
    api.key = "test-mine"
    await api.wait(await api.fetch(1), state="delivered")
    shown = await api.control("GET", "/accounts/test-mine")
    (delivery,) = await inbox(api, "test-mine")

    assert shown["webhook"]["secret"] == delivery["headers"]["webhook_secret_key"]


async def test_of_many_matches_the_first_in_id_order_are_delivered(api: Api) -> None:
    """As many as were asked for, less those whose email is not valid."""
    delivery = await delivered(api, 200)

    expected = [c["id"] for c in contacts()[:200] if deliverable(c)]
    assert expected == [row["id"] for row in delivery["body"]["data"]]
    assert 200 > len(expected)


async def test_of_fewer_matches_than_asked_for_all_are_delivered(api: Api) -> None:
    """The page's sample asks for 5,000 of fewer C-Suite contacts."""
    delivery = await delivered(api, 5000, job_title_level={"0": "C-Suite"})

    chiefs = [c for c in contacts() if c["contact_job_title_level_1"] == "C-Suite"]
    valid = [record(chief) for chief in chiefs if deliverable(chief)]
    assert valid == delivery["body"]["data"]
    assert 10_000 - len(valid) == await available(api)


async def test_without_a_match_an_empty_list_is_delivered(api: Api) -> None:
    """The request was accepted, so that its answer comes, and costs nothing."""
    delivery = await delivered(api, 5, job_title={"0": "nobody has this title"})

    assert notification([]) == delivery["body"]
    assert [("opened", 10_000, 10_000)] == await ledger(api)


async def test_a_delivered_job_tells_what_it_came_to(api: Api) -> None:
    """Asked for, matched, valid, charged, and one acknowledged attempt."""
    await delivered(api, 20, **DATACAPTIVE)
    job = await job_of(api, 1300)

    figures = [job[key] for key in ("fetch_count", "matched", "valid", "charged")]
    statuses = [attempt["status"] for attempt in job["attempts"]]
    assert ([20, 9, 9, 9], [200]) == (figures, statuses)


async def test_nothing_is_delivered_before_validation_is_due(api: Api) -> None:
    """While the clock stands still, the request stays submitted."""
    await api.freeze()
    job = await api.fetch(1)

    assert "submitted" == (await job_of(api, job))["state"]
    assert [] == await inbox(api)
