"""Names of fields: those of ruling 14, and those that are meant."""

import pytest

from reachapi_emulator.contacts.fields import (
    FIELDS,
    meant,
    normalise,
    quoted,
)

RULING_14 = """
| job_title | job_title | contact_job_title_1 |
| job_title_level | job_title_level | contact_job_title_level_1 |
| job_dept_name | job_dept_name | contact_job_dept_name_1 |
| job_function_name | job_function_name | contact_job_function_name_1 |
| company_industry_categories_list | company_industry_categories_list | \
company_industry_categories_list (several) |
| sic_code | sic_code | sic_code |
| company_employee_size | employee_size | company_employee_size |
| company_annual_revenue_amount | annual_revenue_amount | \
company_annual_revenue_amount |
| company_address_country | address_country | company_address_country |
| company_address_zipcode | address_zipcode | company_address_zipcode |
| company_address_state | address_state | company_address_state |
| company_address_city | address_city | company_address_city |
| company_name | company_name | company_company_name |
| company_website | website | company_website |
| company_type | company_type | company_type |
| tech_keywords | tech_keywords | company_tech_keywords_list (several) |
"""


def test_the_table_is_the_one_of_ruling_14() -> None:
    """Every row of the ruling is a field, in its order."""
    rows = [
        f"| {field.filter} | {field.preset} | {field.record}"
        f"{' (several)' if field.several else ''} |"
        for field in FIELDS
    ]

    assert RULING_14.strip().splitlines() == rows


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("job_titel", "job_title"),
        ("tech_keyword", "tech_keywords"),
        ("website", "company_website"),
        ("contact_job_title_level_1", "job_title_level"),
        ("company_company_name", "company_name"),
        ("", None),
        ("shoe_size_eu", None),
        ("job_title" * 1_000_000, None),
    ],
)
def test_a_near_name_is_recognised(name: str, expected: str | None) -> None:
    field = meant(name)

    assert expected == (field and field.filter)


def test_a_long_name_is_shortened_in_messages() -> None:
    assert repr("x" * 64 + "…") == quoted("x" * 10_000)


def test_values_compare_without_case_and_outer_space() -> None:
    """Ruling 12, for letters beyond ASCII too."""
    assert normalise("STRASSE") == normalise(" \tStraße\n")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Köln", "KO\u0308LN"),  # as macOS writes file names
        ("ΑΙΑΚΌΣ", "αιακό\u03c2"),
        ("\u01f0", "J\u030c"),  # which has no capital of its own
        ("\u1fb3", "\u0391\u0345"),
        ("\u212b", "\u00e5"),  # Ångström's sign
    ],
)
def test_letters_with_marks_compare_alike(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
