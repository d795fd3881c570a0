"""The one table of ruling 14: filter field, preset parameter, record field."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final
from unicodedata import normalize

_MAX_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be searched, by each of its three names.

    Attributes:
        filter: its name in a `filter` object.
        preset: its query parameter of the presets.
        record: the key of a contact that it reads.
        several: whether that key holds several values, separated by commas.
    """

    filter: str
    preset: str
    record: str
    several: bool = False


FIELDS: Final = (
    Field("job_title", "job_title", "contact_job_title_1"),
    Field("job_title_level", "job_title_level", "contact_job_title_level_1"),
    Field("job_dept_name", "job_dept_name", "contact_job_dept_name_1"),
    Field("job_function_name", "job_function_name", "contact_job_function_name_1"),
    Field(
        "company_industry_categories_list",
        "company_industry_categories_list",
        "company_industry_categories_list",
        several=True,
    ),
    Field("sic_code", "sic_code", "sic_code"),
    Field("company_employee_size", "employee_size", "company_employee_size"),
    Field(
        "company_annual_revenue_amount",
        "annual_revenue_amount",
        "company_annual_revenue_amount",
    ),
    Field("company_address_country", "address_country", "company_address_country"),
    Field("company_address_zipcode", "address_zipcode", "company_address_zipcode"),
    Field("company_address_state", "address_state", "company_address_state"),
    Field("company_address_city", "address_city", "company_address_city"),
    Field("company_name", "company_name", "company_company_name"),
    Field("company_website", "website", "company_website"),
    Field("company_type", "company_type", "company_type"),
    Field("tech_keywords", "tech_keywords", "company_tech_keywords_list", several=True),
)
"""Every field of ruling 14, in its order."""

RECORD_KEYS: Final = (
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
)
"""The 28 keys of a record on the wire, in the order of the vendor's page."""

CONTACT_KEYS: Final = (*RECORD_KEYS, "company_type")
"""The keys of a contact in a data set file; the last may be left out."""

BY_FILTER: Final = {field.filter: field for field in FIELDS}
BY_PRESET: Final = {field.preset: field for field in FIELDS}
_BY_ANY_NAME: Final = {
    name: field
    for field in FIELDS
    for name in (field.record, field.preset, field.filter)
}


def meant(name: str) -> Field | None:
    """Return the field that an unknown `name` was meant for, if one is near.

    A name from another column of the table counts: who asks the presets for
    `company_website` means `website`.
    """
    if len(name) > _MAX_NAME:
        return None
    near = get_close_matches(name, _BY_ANY_NAME, n=1)
    return _BY_ANY_NAME[near[0]] if near else None


def quoted(name: str) -> str:
    """Return a caller's `name` quoted for a message, shortened when it is long."""
    short = name if len(name) <= _MAX_NAME else name[:_MAX_NAME] + "…"
    return repr(short)


def normalise(value: str) -> str:
    """Return `value` as it is compared: without case and outer space (ruling 12).

    Letters with marks compare alike, composed or not (Unicode, D145; then NFC).
    """
    folded = value.strip().casefold()
    if folded.isascii():
        return folded
    return normalize("NFC", normalize("NFD", value.strip()).casefold())
