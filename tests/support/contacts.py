"""The default data set as plain contacts, read by nobody's code but json's."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from reachapi_emulator.contacts.file import default_path
from support.surface import FIELDS, Searched

Contact = dict[str, Any]

RECORD_KEYS = [
    "id",
    "contact_name",
    "contact_first_name",
    "contact_middle_name",
    "contact_last_name",
    "contact_job_title_1",
    "contact_job_title_level_1",
    "contact_job_dept_name_1",
    "contact_job_function_name_1",
    "contact_email_1",
    "contact_phone_1",
    "company_company_name",
    "company_website",
    "company_address_street",
    "company_address_city",
    "company_address_state",
    "company_address_country",
    "company_address_zipcode",
    "company_employee_size",
    "company_annual_revenue_amount",
    "company_industry_categories_list",
    "company_tech_keywords_list",
    "sic_code",
    "npi_number",
    "contact_social_linkedin",
    "contact_social_facebook",
    "contact_social_twitter",
    "contact_social_instagram",
]
"""The 28 keys of a record, in the order of the page's webhook sample."""


@cache
def contacts() -> tuple[Contact, ...]:
    """Return every contact of the default data set, in id order."""
    with default_path().open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def record(contact: Contact) -> Contact:
    """Return a contact as the webhook sends it: the 28 keys in the page's order."""
    return {key: contact[key] for key in RECORD_KEYS}


def deliverable(contact: Contact) -> bool:
    """Tell whether the email is good; in the default data set only a domain is not."""
    return not contact["contact_email_1"].endswith(".invalid")


def having(field: Searched, value: str) -> list[Contact]:
    """Return the contacts with a value, by a plain loop over them."""
    return [
        contact
        for contact in contacts()
        if value.casefold() in map(str.casefold, field.values(contact))
    ]


def values_of(*presets: str) -> list[str]:
    """Return every value of preset parameters, none twice, each in its order."""
    found: list[str] = []
    for field in (each for name in presets for each in FIELDS if each.preset == name):
        values = {value for contact in contacts() for value in field.values(contact)}
        found += [value for value in once(values - {""}) if value not in found]
    return found


def once(values: Iterable[str]) -> list[str]:
    """Return values sorted; of two spellings the one with capitals (ruling 33)."""
    capitals_last = sorted(values, reverse=True)
    return sorted({value.casefold(): value for value in capitals_last}.values())
