"""What counts promise at both of their paths; nothing of it costs a credit."""

import pytest

from support.api import COUNTS, COUNTS_OF_SAMPLES, CREDITS
from support.contacts import RECORD_KEYS
from support.contract.client import Vendor
from support.surface import C_SUITE, FIELDS, Searched, promised

NOBODY = "reachapi contract suite: no such value"
SHOWN = (
    "id",
    "contact_job_title_1",
    "company_address_city",
    "company_address_state",
    "company_address_country",
)
MASKED = ("contact_name", "company_company_name")
HIDDEN = dict.fromkeys(set(RECORD_KEYS) - set(SHOWN)) | dict.fromkeys(MASKED, "xxxxx")

both_paths = pytest.mark.parametrize("path", [COUNTS, COUNTS_OF_SAMPLES])
every_field = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.filter)


@pytest.mark.promise("Counts API: API Endpoint")
@both_paths
def test_counts_are_a_number_and_records(vendor: Vendor, path: str) -> None:
    """`counts` and `records`, the C-Suite sample's not empty."""
    data = vendor.post(path, {"filter": C_SUITE}).data

    assert {"counts": "int", "records": {"dict"}} == {
        "counts": type(data["counts"]).__name__,
        "records": {type(record).__name__ for record in data["records"]},
    }


@pytest.mark.promise("Ruling 18")
def test_both_paths_count_alike(vendor: Vendor) -> None:
    """The heading's and the samples'."""
    one, other = (
        vendor.post(path, {"filter": C_SUITE}) for path in (COUNTS, COUNTS_OF_SAMPLES)
    )

    assert one.given == other.given


@pytest.mark.promise("Ruling 19", "documented")
def test_a_record_has_the_28_keys_of_the_page(vendor: Vendor) -> None:
    """All of them, whatever is null."""
    records = vendor.post(COUNTS, {"filter": C_SUITE}).data["records"]

    assert [set(RECORD_KEYS)] * len(records) == [set(record) for record in records]


@pytest.mark.promise("Ruling 19", "ours")
def test_the_keys_stand_in_the_order_of_the_page(vendor: Vendor) -> None:
    """Ours, since the order in a JSON object is no promise by itself."""
    records = vendor.post(COUNTS, {"filter": C_SUITE}).data["records"]

    assert [RECORD_KEYS] * len(records) == [list(record) for record in records]


@pytest.mark.promise("Ruling 19", "documented")
def test_records_are_masked_as_in_the_sample(vendor: Vendor) -> None:
    """Names are `xxxxx`, what the sample does not show is null."""
    records = vendor.post(COUNTS, {"filter": C_SUITE}).data["records"]

    assert [HIDDEN] * len(records) == [
        {key: record.get(key, "missing") for key in HIDDEN} for record in records
    ]


@pytest.mark.promise("Ruling 19", "ours")
def test_ten_records_are_shown(vendor: Vendor) -> None:
    """The first ten, however many match."""
    data = vendor.post(COUNTS, {"filter": C_SUITE}).data

    assert min(10, data["counts"]) == len(data["records"])


@pytest.mark.promise("Ruling 19", "ours")
def test_no_match_is_a_success(vendor: Vendor) -> None:
    """200, 0 and no records."""
    answer = vendor.post(COUNTS, {"filter": {"job_title": {"0": NOBODY}}})

    none = {"counts": 0, "records": []}
    assert promised(200, "success", none) == answer.given


@pytest.mark.promise("Ruling 19", "ours")
def test_counting_costs_nothing(vendor: Vendor) -> None:
    """The credit is the same after it."""
    before = vendor.post(CREDITS).data
    vendor.post(COUNTS, {"filter": C_SUITE})

    assert before == vendor.post(CREDITS).data


@pytest.mark.promise("Counts API: 400")
@both_paths
def test_without_a_filter_nothing_is_counted(vendor: Vendor, path: str) -> None:
    """400 `Missing parameter filter`."""
    assert promised(400, "Missing parameter filter") == vendor.post(path, {}).given


@pytest.mark.promise("Counts API: samples")
def test_the_sample_with_an_empty_field_is_understood(vendor: Vendor) -> None:
    """The page's curl sample."""
    answer = vendor.post(COUNTS, {"filter": {"company_address_state": {}}})

    assert (200, {"counts", "records"}) == (answer.status, set(answer.data))


@pytest.mark.promise("Ruling 11", "documented")
@every_field
def test_every_field_narrows(vendor: Vendor, field: Searched) -> None:
    """A value that nobody has is found with nobody."""
    data = vendor.post(COUNTS, {"filter": {field.filter: {"0": NOBODY}}}).data

    assert 0 == data["counts"]


@pytest.mark.promise("Ruling 11", "ours")
def test_of_several_values_one_suffices(vendor: Vendor) -> None:
    """As many as with the one that there is."""
    either = {"job_title_level": {"0": NOBODY, "1": "C-Suite"}}
    one, other = (
        vendor.post(COUNTS, {"filter": wanted}).data for wanted in (C_SUITE, either)
    )

    assert one["counts"] == other["counts"]


@pytest.mark.promise("Ruling 11", "ours")
def test_all_fields_must_match(vendor: Vendor) -> None:
    """None, if one of them matches nobody."""
    both = {**C_SUITE, "job_title": {"0": NOBODY}}

    assert 0 == vendor.post(COUNTS, {"filter": both}).data["counts"]


@pytest.mark.promise("Ruling 12")
def test_case_plays_no_part(vendor: Vendor) -> None:
    """Nor does white space around a value."""
    odd = {"job_title_level": {"0": " c-SUITE "}}
    one, other = (
        vendor.post(COUNTS, {"filter": wanted}).data for wanted in (C_SUITE, odd)
    )

    assert one["counts"] == other["counts"]


@pytest.mark.promise("Ruling 13")
def test_an_unknown_field_is_refused(vendor: Vendor) -> None:
    """400, so that a misspelt field does not count everybody."""
    answer = vendor.post(COUNTS, {"filter": {"job_titel": {"0": "Manager"}}})

    assert (400, "application/json") == (answer.status, answer.media_type)


@pytest.mark.promise("Ruling 5")
@pytest.mark.parametrize("body", [b'{"filter": ', b"[]"], ids=["no JSON", "no object"])
def test_a_body_that_is_no_object_is_refused(vendor: Vendor, body: bytes) -> None:
    """400 in the envelope."""
    answer = vendor.send("POST", COUNTS, body)

    assert (400, "application/json") == (answer.status, answer.media_type)
