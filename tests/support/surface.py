"""The vendor's surface, as its page and ruling 14 give it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from support.client import (
    COUNTS,
    COUNTS_OF_SAMPLES,
    CREDITS,
    FETCH,
    PRESETS,
    Answer,
    Api,
)

C_SUITE = {"job_title_level": {"0": "C-Suite"}}


class Sample(NamedTuple):
    """A request of the vendor's page, and the message of its success."""

    method: str
    path: str
    message: str
    body: object = None


SAMPLES = (
    Sample("GET", f"{PRESETS}?job_title=dev", "Success"),
    Sample("POST", CREDITS, "success"),
    Sample("POST", COUNTS, "success", {"filter": C_SUITE}),
    Sample("POST", COUNTS_OF_SAMPLES, "success", {"filter": C_SUITE}),
    Sample(
        "POST",
        FETCH,
        "Records processing initiated",
        {"fetchCount": 5000, "filter": C_SUITE},
    ),
)
"""One for each path that the vendor serves."""


class Searched(NamedTuple):
    """A row of ruling 14, with a value that the page gives as an example."""

    filter: str
    preset: str
    record: str
    value: str

    def values(self, contact: dict[str, Any]) -> list[str]:
        """Return what a contact has in the field; two fields hold several."""
        text = contact[self.record] or ""
        return text.split(", ") if self.record.endswith("_list") else [text]


FIELDS = (
    Searched("job_title", "job_title", "contact_job_title_1", "Business Manager"),
    Searched(
        "job_title_level", "job_title_level", "contact_job_title_level_1", "C-Suite"
    ),
    Searched("job_dept_name", "job_dept_name", "contact_job_dept_name_1", "Marketing"),
    Searched(
        "job_function_name", "job_function_name", "contact_job_function_name_1", "Sales"
    ),
    Searched(
        "company_industry_categories_list",
        "company_industry_categories_list",
        "company_industry_categories_list",
        "Healthcare",
    ),
    Searched("sic_code", "sic_code", "sic_code", "8082"),
    Searched(
        "company_employee_size", "employee_size", "company_employee_size", "10 to 50"
    ),
    Searched(
        "company_annual_revenue_amount",
        "annual_revenue_amount",
        "company_annual_revenue_amount",
        "$5m to $10m",
    ),
    Searched(
        "company_address_country",
        "address_country",
        "company_address_country",
        "Germany",
    ),
    Searched(
        "company_address_zipcode", "address_zipcode", "company_address_zipcode", "90210"
    ),
    Searched(
        "company_address_state", "address_state", "company_address_state", "California"
    ),
    Searched("company_address_city", "address_city", "company_address_city", "hayden"),
    Searched("company_name", "company_name", "company_company_name", "DataCaptive"),
    Searched("company_website", "website", "company_website", "www.spokesly.com"),
    Searched("company_type", "company_type", "company_type", "Non-Profit"),
    Searched(
        "tech_keywords",
        "tech_keywords",
        "company_tech_keywords_list",
        "Cloud Computing",
    ),
)
"""Every field that can be searched."""

SDK_FIELDS = {
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


def promised(status: int, message: str, data: object = None) -> tuple[object, ...]:
    """Return what an answer must be: status, Content-Type and envelope."""
    body = {"status": status, "message": message, "data": data}
    return (status, "application/json", body)


def given(answer: Answer) -> tuple[object, ...]:
    """Return what an answer is, to be compared with what was promised."""
    return (answer.status, answer.headers["Content-Type"], answer.json)


async def ask(
    api: Api, sample: Sample, headers: dict[str, str] | None = None
) -> Answer:
    """Send a request of the page."""
    return await api.call(sample.method, sample.path, json=sample.body, headers=headers)


async def count(api: Api, **wanted: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return the data of a counts request, expected to succeed."""
    answer = await api.call("POST", COUNTS, json={"filter": wanted})
    if answer.status != 200:
        raise AssertionError(f"counts: {answer.status} {answer.body!r}")
    return answer.json["data"]


async def available(api: Api) -> int:
    """Return the credits that the credit check tells of."""
    answer = await api.call("POST", CREDITS)
    credit: int = answer.json["data"]["available_credit"]
    return credit


def statuses(answers: list[Answer]) -> Iterator[int]:
    """Yield the status of each answer."""
    return (answer.status for answer in answers)
