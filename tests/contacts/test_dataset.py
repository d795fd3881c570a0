"""A data set in memory: its records, its values, and who has which."""

from pathlib import Path

import orjson
import pytest
from contact_samples import EMPTY, contact, loaded
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import FieldIndex
from reachapi_emulator.contacts.fields import CONTACT_KEYS, RECORD_KEYS

FULL = contact(7, **{key: f"some {key}" for key in CONTACT_KEYS if key != "id"})


def test_records_are_their_wire_bytes_and_counted_from_0(tmp_path: Path) -> None:
    """The 28 keys in the page's order, without the company type."""
    dataset = loaded(tmp_path, contact(90), FULL, contact(70))

    assert (3, BitMap([0, 1, 2])) == (len(dataset), dataset.everything)
    assert orjson.dumps({key: FULL[key] for key in RECORD_KEYS}) == dataset.record(0)
    assert sum(len(dataset.record(number)) for number in range(3)) == dataset.size
    assert [FULL["contact_email_1"], None] == [dataset.email(n) for n in (0, 1)]


def test_the_fingerprint_is_that_of_the_records(tmp_path: Path) -> None:
    first = loaded(tmp_path, contact(1), contact(2, contact_name="Ann"))
    again = loaded(tmp_path, contact(2, contact_name="Ann"), contact(1))
    other = loaded(tmp_path, contact(1), contact(2, contact_name="Anna"))

    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_masked_record_shows_five_fields(tmp_path: Path) -> None:
    """Ruling 19: two are hidden, all others null; that there is nothing, too."""
    shown = ("job_title_1", "address_city", "address_state", "address_country")
    hidden = {"contact_name": "xxxxx", "company_company_name": "xxxxx"}
    dataset = loaded(tmp_path, FULL, EMPTY | {"id": 8})
    expected: dict[str, object] = dict.fromkeys(RECORD_KEYS) | hidden | {"id": 7}
    expected |= {k: FULL[k] for k in RECORD_KEYS if k.partition("_")[2] in shown}

    assert orjson.dumps(expected) == dataset.masked(0)
    assert hidden.items() <= orjson.loads(dataset.masked(1)).items()


def test_values_go_by_the_name_of_the_filter_field(tmp_path: Path) -> None:
    """The table of ruling 14 says which are several."""
    dataset = loaded(
        tmp_path,
        contact(1, company_tech_keywords_list="Linux, Java"),
        contact(2, company_company_name="Ann, Lee and Sons", company_type="Non-Profit"),
    )

    assert ("Java", "Linux") == dataset.values("tech_keywords")
    assert ("Ann, Lee and Sons",) == dataset.values("company_name")
    assert BitMap([1]) == dataset.matching("company_type", "non-profit")


@pytest.mark.parametrize(
    ("texts", "several", "expected"),
    [
        (["fig", "Pear", "Apple"], False, ("Apple", "Pear", "fig")),
        (["Hayden", " hayden ", "HAYDEN"], False, ("Hayden",)),
        (["Ko\u0308ln", "K\u00d6LN", "k\u00f6ln"], False, ("Ko\u0308ln",)),
        (["Lee, Hall and Sons"], False, ("Lee, Hall and Sons",)),
        (["Data, Cloud,Linux", " Cloud "], True, ("Cloud", "Data", "Linux")),
        ([None, "", " \t", "Hayden"], False, ("Hayden",)),
        ([None, "", " \t", "Hayden"], True, ("Hayden",)),
    ],
)
def test_values_are_sorted_and_shown_once(
    texts: list[str | None], *, several: bool, expected: tuple[str, ...]
) -> None:
    """Ruling 15: in their first spelling; blank text is none."""
    found = FieldIndex(range(len(texts)), texts, several=several)

    assert expected == found.values


def test_contacts_may_share_a_text() -> None:
    shared = FieldIndex([1, 0, 1], [None, "Hayden"], several=False)

    assert BitMap([0, 2]) == shared.matching("hayden")
