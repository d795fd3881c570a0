"""Only records with a valid email are delivered and charged (rulings 25 and 26)."""

from collections.abc import Iterator
from typing import NamedTuple

import orjson
import pytest

from reachapi_emulator.embedded import Emulator
from support.client import COUNTS
from support.contacts import contacts
from support.contract.account import Account, opened

GOOD = "jane.doe@acme.example"
BAD = "jane.doe@acme.invalid"
OPENED = ("opened", 10_000, 10_000)


class Case(NamedTuple):
    """The emails of contacts, how many are asked for, which of them are delivered."""

    emails: tuple[str | None, ...]
    asked: int
    delivered: tuple[int, ...]


CASES = {
    "invalid ones are left out": Case((GOOD, BAD, GOOD, BAD, GOOD), 5, (0, 2, 4)),
    "no others take their place": Case((GOOD, BAD, GOOD, GOOD), 3, (0, 2)),
    "none valid": Case((BAD, BAD, GOOD), 2, ()),
    "the page's 99 in 100": Case(
        (*[GOOD] * 50, BAD, *[GOOD] * 49), 100, (*range(50), *range(51, 100))
    ),
    **{
        f"invalid: {email}": Case((GOOD, email), 2, (0,))
        for email in (
            *(None, "", "jane.doe", "@acme.example", "jane.doe@"),
            *("jane.doe@acme..example", "jane@doe@acme.example", "jane doe@a.example"),
            *(BAD, "jane.doe@mail.acme.invalid", "jane.doe@ACME.INVALID"),
        )
    },
    **{
        f"valid: {email}": Case((email,), 1, (0,))
        for email in (
            *("o'hara+news@acme.example", "J.D@ACME.EXAMPLE"),
            "j\xfcrgen@m\xfcller.example",
        )
    },
}
COMPANIES = {name: f"Company {number}" for number, name in enumerate(CASES)}
ROWS = [
    contact | {"contact_email_1": email, "company_company_name": COMPANIES[name]}
    for contact, (name, email) in zip(
        contacts(),
        ((name, email) for name, case in CASES.items() for email in case.emails),
        strict=False,
    )
]
"""Contacts with the emails of all cases; each case has a company of its own."""


def ids(name: str) -> list[int]:
    """Return the ids of the contacts of a case."""
    return [row["id"] for row in ROWS if row["company_company_name"] == COMPANIES[name]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an emulator has the contacts of all cases."""
    path = tmp_path_factory.mktemp("emails") / "contacts.ndjson"
    path.write_bytes(b"\n".join(map(orjson.dumps, ROWS)))
    with Emulator(dataset=path) as emulator:
        yield emulator.url


@pytest.fixture
def account(url: str) -> Iterator[Account]:
    """An account of the test's own, its clock standing still."""
    with opened(url) as account:
        yield account


@pytest.mark.parametrize("name", CASES)
def test_valid_records_alone_are_delivered_in_id_order_and_charged(
    account: Account, name: str
) -> None:
    case = CASES[name]
    job = account.attempted(case.asked, {"company_name": {"0": COMPANIES[name]}})
    (arrival,) = account.inbox()
    body, charge = arrival["body"], len(case.delivered)

    valid = [ids(name)[rank] for rank in case.delivered]
    charges = [("charge", -charge, 10_000 - charge)] if charge else []
    assert (job, "data_notification") == (body["unique_processing_id"], body["event"])
    assert valid == [row["id"] for row in body["data"]]
    assert [OPENED, *charges] == account.ledger()


def test_the_verdict_is_the_same_every_time(account: Account) -> None:
    wanted = {"company_name": {"0": COMPANIES["invalid ones are left out"]}}
    for _ in range(2):
        account.attempted(5, wanted)
    one, other = account.inbox()

    assert one["body"]["data"] == other["body"]["data"]


def test_counts_know_nothing_of_validity(account: Account) -> None:
    wanted = {"company_name": {"0": COMPANIES["none valid"]}}

    assert 3 == account.vendor.post(COUNTS, {"filter": wanted}).data["counts"]
