import re

import pytest
from contact_samples import contact, line

from reachapi_emulator.contacts.file import MAX_LINE, BadContactError, Contact, parse


def without(*keys: str) -> Contact:
    """Return a contact that lacks some keys."""
    return {key: value for key, value in contact().items() if key not in keys}


def test_a_contact_is_parsed() -> None:
    """All 29 keys are there, texts and nulls as they were."""
    expected = contact(7, contact_name="Ann Lee", company_type="Non-Profit")

    assert expected == parse(line(expected))


def test_the_company_type_may_be_left_out() -> None:
    """A record of a real delivery has none."""
    assert contact(7) == parse(
        line(contact(7) | {}).replace(b',"company_type":null', b"")
    )


def test_keys_come_in_the_order_of_the_page() -> None:
    """Whatever the order on the line."""
    backwards = dict(reversed(contact(7).items()))

    assert list(contact(7)) == list(parse(line(backwards)))


@pytest.mark.parametrize("number", [1, 2**31 - 1])
def test_an_id_is_a_positive_number_of_31_bits(number: int) -> None:
    """Both bounds are within."""
    assert number == parse(line(contact(number)))["id"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"hello\n", "not JSON: "),
        (b"\n", "not JSON: "),
        (b'{"id": 1', "not JSON: "),
        (b'{"id": "\xff"}', "not JSON: "),
        (b"[" * 5_000, "not JSON: "),
        (b"[]", "not a JSON object"),
        (b"7", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b" " * (MAX_LINE + 1), "longer than 64 KiB"),
        (line(without("sic_code")), "missing sic_code"),
        (
            line(without("contact_name", "npi_number")),
            "missing contact_name, npi_number",
        ),
        (line(contact() | {"shoe_size": "44"}), "unknown field 'shoe_size'"),
        (
            line(contact() | {"contact_emial_1": "a@b.example"}),
            "unknown field 'contact_emial_1': did you mean 'contact_email_1'?",
        ),
        (line(contact() | {"sic_code": 8082}), "sic_code must be text or null"),
        (line(contact() | {"company_type": []}), "company_type must be text or null"),
        (line(contact() | {"contact_name": {}}), "contact_name must be text or null"),
        *(
            (line(contact() | {"id": value}), "id must be a whole number from 1 to 214")
            for value in (None, "1", 1.0, True, 0, -1, 2**31, 2**63)
        ),
    ],
)
def test_a_bad_line_is_refused(bad: bytes, reason: str) -> None:
    """The reason says what is wrong."""
    with pytest.raises(BadContactError, match=re.escape(reason)):
        parse(bad)


def test_every_reason_is_given() -> None:
    """One line may have several faults."""
    bad = without("npi_number") | {"id": 0, "sic_code": 7, "x": None}
    expected = (
        "missing npi_number",
        "id must be a whole number from 1 to 2147483647",
        "sic_code must be text or null",
        "unknown field 'x'",
    )

    with pytest.raises(BadContactError) as caught:
        parse(line(bad))

    assert expected == caught.value.reasons


def test_a_few_missing_keys_are_listed() -> None:
    """An empty object is not answered with a wall of names."""
    with pytest.raises(BadContactError, match=r"contact_last_name and 23 more$"):
        parse(b"{}")
