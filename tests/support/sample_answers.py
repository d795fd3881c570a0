"""What the samples must print, worked out from the data set by plain Python."""

from collections.abc import Mapping

from support.contacts import Contact, contacts, deliverable, values_of

PRESETS = {
    "curl_job_title": ("job_title", "dev"),
    "curl_sic_code": ("sic_code", "1234"),
    "curl_address_city": ("address_city", "New York"),
}
"""The parameter and the text that each presets program asks for."""

FETCHED = {"javascript_fetch": 500}
"""The fetchCount of a program that does not ask for 5,000 as the others do."""


def in_c_suite() -> list[Contact]:
    """Return the contacts that most samples ask for."""
    return [row for row in contacts() if row["contact_job_title_level_1"] == "C-Suite"]


def delivered(client: str) -> list[int]:
    """Return the ids that a fetch program's request delivers."""
    asked = in_c_suite()[: FETCHED.get(client, 5000)]
    return [row["id"] for row in asked if deliverable(row)]


def containing(parameter: str, part: str) -> list[str]:
    """Return the values of a preset parameter that contain a text."""
    return [value for value in values_of(parameter) if part.lower() in value.lower()]


def success(message: str, data: object) -> Mapping[str, object]:
    """Return the envelope of a success."""
    return {"status": 200, "message": message, "data": data}
