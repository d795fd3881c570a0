from pathlib import Path

import orjson
import pytest
from contact_samples import EMPTY, contact, loaded, saved
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.contacts.fields import CONTACT_KEYS, RECORD_KEYS

FULL = contact(7, **{key: f"some {key}" for key in CONTACT_KEYS if key != "id"})


def test_a_record_is_its_wire_bytes(tmp_path: Path) -> None:
    """The 28 keys in the page's order, without the company type."""
    expected = {key: FULL[key] for key in RECORD_KEYS}

    assert orjson.dumps(expected) == loaded(tmp_path, FULL).record(0)


def test_records_are_counted(tmp_path: Path) -> None:
    """The length is the number of contacts."""
    rows = [contact(number) for number in range(1, 4)]

    assert len(rows) == len(loaded(tmp_path, *rows))


def test_the_size_is_that_of_all_records(tmp_path: Path) -> None:
    """In bytes."""
    dataset = loaded(tmp_path, contact(1), FULL)

    assert len(dataset.record(0)) + len(dataset.record(1)) == dataset.size


def test_everything_is_all_record_numbers(tmp_path: Path) -> None:
    """They count from 0, whatever the ids."""
    dataset = loaded(tmp_path, contact(90), contact(50), contact(70))

    assert BitMap([0, 1, 2]) == dataset.everything


def test_the_same_records_have_the_same_fingerprint(tmp_path: Path) -> None:
    """Whatever the order of their lines."""
    forwards = loaded(tmp_path, contact(1), contact(2)).fingerprint
    backwards = loaded(tmp_path, contact(2), contact(1)).fingerprint

    assert forwards == backwards


def test_other_records_have_another_fingerprint(tmp_path: Path) -> None:
    """One letter is enough."""
    before = loaded(tmp_path, contact(1, contact_name="Ann")).fingerprint
    after = loaded(tmp_path, contact(1, contact_name="Anna")).fingerprint

    assert before != after


@pytest.mark.parametrize("email", ["ann.lee@shop.example", None])
def test_the_email_of_a_record(tmp_path: Path, email: str | None) -> None:
    """It is null if the contact has none."""
    assert email == loaded(tmp_path, contact(1, contact_email_1=email)).email(0)


def test_a_masked_record_shows_five_fields(tmp_path: Path) -> None:
    """Ruling 19: two are hidden, all others null."""
    expected = dict.fromkeys(RECORD_KEYS) | {
        "id": 7,
        "contact_name": "xxxxx",
        "contact_job_title_1": "some contact_job_title_1",
        "company_company_name": "xxxxx",
        "company_address_city": "some company_address_city",
        "company_address_state": "some company_address_state",
        "company_address_country": "some company_address_country",
    }

    assert orjson.dumps(expected) == loaded(tmp_path, FULL).masked(0)


def test_a_masked_record_hides_that_there_is_nothing(tmp_path: Path) -> None:
    """A contact without a name is masked as any other."""
    masked = orjson.loads(loaded(tmp_path, EMPTY | {"id": 1}).masked(0))
    expected = ["xxxxx", "xxxxx"]

    assert expected == [masked["contact_name"], masked["company_company_name"]]


def test_the_values_of_a_field(tmp_path: Path) -> None:
    """They go by the name of the filter field."""
    dataset = loaded(
        tmp_path,
        contact(1, company_website="www.b.example"),
        contact(2, company_website="www.a.example", company_company_name="A"),
    )
    expected = ("www.a.example", "www.b.example")

    assert expected == dataset.values("company_website")


def test_the_contacts_behind_a_value(tmp_path: Path) -> None:
    """They go by the name of the filter field and the normalised value."""
    dataset = loaded(tmp_path, contact(1), contact(2, company_type="Non-Profit"))

    assert BitMap([1]) == dataset.matching("company_type", "non-profit")


def test_technology_keywords_are_several(tmp_path: Path) -> None:
    """The table of ruling 14 says which fields are."""
    dataset = loaded(tmp_path, contact(1, company_tech_keywords_list="Linux, Java"))
    expected = ("Java", "Linux")

    assert expected == dataset.values("tech_keywords")


def test_a_refused_file_is_no_data_set(tmp_path: Path) -> None:
    """Nothing is loaded of a file with one bad line."""
    with pytest.raises(DatasetError, match="duplicate id 1"):
        Dataset.load(saved(tmp_path, [contact(1), contact(1)]))
