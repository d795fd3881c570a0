"""The vendor's routes: one table."""

from functools import partial

from reachapi_emulator.web.envelope import Success
from reachapi_emulator.web.fetching import batch, fetch, fetch_data
from reachapi_emulator.web.operation import GET, POST, Call, Operation
from reachapi_emulator.web.rooms import Rooms
from reachapi_emulator.web.searching import all_values, counts, presets

__all__ = ["OPERATIONS", "SDK", "Call", "Operation"]

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
"""What the Java SDK asks for, as preset parameters (ruling 17)."""


def credit_check(rooms: Rooms, call: Call) -> Success:
    """Credit check API: what a new request may ask for."""
    credit = call.caller.credit
    if call.body:  # it took its time to arrive
        credit = rooms.ledger.credit(call.caller.account)
    return Success("success", {"available_credit": credit.available})


def _sdk(name: str) -> Operation:
    path = f"/v1/predefined/retrieve-data/get-{name}"
    return Operation(
        "sdk", GET, (path,), partial(all_values, SDK[name]), needs_key=False
    )


OPERATIONS = (
    Operation("presets", GET, ("/api/v2/predefined/records/preset-values",), presets),
    Operation("credits", POST, ("/api/v2/retrive/users/active/credits",), credit_check),
    Operation(
        "counts",
        POST,
        ("/api/v2/request/records/count", "/api/v2/async/records/filter/count"),
        counts,
    ),
    Operation(
        "fetch", POST, ("/api/v2/async/records/filter",), fetch, takes_secret=True
    ),
    Operation(
        "fetch",
        POST,
        ("/api/v2/async/records/filter/data",),
        fetch_data,
        takes_secret=True,
    ),
    Operation("batch", GET, ("/api/v2/records/batch-process",), batch),
    *map(_sdk, SDK),
)
