"""Names of fields: those of ruling 14, and those that are meant."""

import json

import pytest

from reachapi_emulator.contacts.fields import (
    FIELDS,
    RECORD_KEYS,
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

WEBHOOK_SAMPLE = """
{ "id": 30965, "contact_name": "xxxx", "contact_first_name": "xxxx",
"contact_middle_name": "xxxx", "contact_last_name": "xxxx",
"contact_job_title_1": "manager", "contact_job_title_level_1": "xxxx",
"contact_job_dept_name_1": "xxxx", "contact_job_function_name_1": "xxxx",
"contact_email_1": "xxxx", "contact_phone_1": "xxxx",
"company_company_name": "xxxx", "company_website": "xxxx",
"company_address_street": "xxxx", "company_address_city": "xxxx",
"company_address_state": "xxxx", "company_address_country": "xxxx",
"company_address_zipcode": "xxxx", "company_employee_size": "xxxx",
"company_annual_revenue_amount": "$5m to $10m",
"company_industry_categories_list": "xxxx",
"company_tech_keywords_list": "xxxx", "sic_code": "8082", "npi_number": "xxxx",
"contact_social_linkedin": "xxxx", "contact_social_facebook": "xxxx",
"contact_social_twitter": "xxxx", "contact_social_instagram": "xxxx" }
"""


def test_the_table_is_the_one_of_ruling_14() -> None:
    """Every row of the ruling is a field, in its order."""
    rows = [
        f"| {field.filter} | {field.preset} | {field.record}"
        f"{' (several)' if field.several else ''} |"
        for field in FIELDS
    ]

    assert RULING_14.strip().splitlines() == rows


def test_a_record_has_the_keys_of_the_vendors_page() -> None:
    """The 28 keys stand in the order of the page's webhook sample."""
    assert tuple(json.loads(WEBHOOK_SAMPLE)) == RECORD_KEYS


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
    """A slip of the pen, or a name of another column, means a field."""
    field = meant(name)

    assert expected == (field and field.filter)


def test_a_long_name_is_shortened_in_messages() -> None:
    """Nobody can fill an answer with the name of a field."""
    assert repr("x" * 64 + "…") == quoted("x" * 10_000)


def test_values_compare_without_case_and_outer_space() -> None:
    """Ruling 12, for letters beyond ASCII too."""
    assert normalise("STRASSE") == normalise(" \tStraße\n")
