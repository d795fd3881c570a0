"""What the samples must print, worked out from the data set by plain Python."""

from collections.abc import Mapping
from typing import Any

import orjson

from reachapi_emulator.contacts.file import default_path
from support.surface import FIELDS

Contact = dict[str, Any]

PRESETS = {
    "curl_job_title": ("job_title", "dev"),
    "curl_sic_code": ("sic_code", "1234"),
    "curl_address_city": ("address_city", "New York"),
}
"""The parameter and the text that each presets program asks for."""

SDK = {
    "zip-code": ("address_zipcode",),
    "emp-size": ("employee_size",),
    "revenue-amount": ("annual_revenue_amount",),
    "job-title": ("job_title",),
    "job-title-level": ("job_title_level",),
    "department-function": ("job_dept_name", "job_function_name"),
    "sic": ("sic_code",),
    "country": ("address_country",),
    "state": ("address_state",),
    "city": ("address_city",),
    "industry": ("company_industry_categories_list",),
}
"""Ruling 17: the last part of each path, and the preset parameters of its values."""

FETCHED = {"javascript_fetch": 500}
"""The fetchCount of a program that does not ask for 5,000 as the others do."""


def read_contacts() -> list[Contact]:
    """Return the data set, in its order."""
    with default_path().open("rb") as lines:
        return [orjson.loads(line) for line in lines]


def in_c_suite(contacts: list[Contact]) -> list[Contact]:
    """Return the contacts that most samples ask for."""
    return [row for row in contacts if row["contact_job_title_level_1"] == "C-Suite"]


def delivered(contacts: list[Contact], client: str) -> list[int]:
    """Return the ids that a fetch program's request delivers."""
    asked = in_c_suite(contacts)[: FETCHED.get(client, 5000)]
    return [row["id"] for row in asked if not invalid(row["contact_email_1"])]


def invalid(email: str) -> bool:
    """Tell whether an email of the data set is undeliverable (ruling 26)."""
    return email.endswith(".invalid")


def values(contacts: list[Contact], parameter: str, part: str = "") -> list[str]:
    """Return the distinct values of a preset parameter that contain a text."""
    [field] = [field for field in FIELDS if field.preset == parameter]
    every = {value for contact in contacts for value in field.values(contact)}
    return sorted(value for value in every if part.lower() in value.lower())


def values_of_several(contacts: list[Contact], *parameters: str) -> list[str]:
    """Return the values of each parameter, without repeats (ruling 15)."""
    found = (value for name in parameters for value in values(contacts, name))
    return list(dict.fromkeys(found))


def success(message: str, data: object) -> Mapping[str, object]:
    """Return the envelope of a success."""
    return {"status": 200, "message": message, "data": data}
