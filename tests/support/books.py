"""What an auditor finds: whether every credit is accounted for."""

from collections.abc import Mapping
from itertools import accumulate

from support.house import House

IN_VALIDATION = ("submitted", "validating")


def check_balances(house: House) -> None:
    """See that every account's ledger adds up, and that nothing is overspent."""
    for account in house.accounts.ids():
        entries = house.ledger.entries(account)
        deltas = [amount(entry["delta"]) for entry in entries]
        balance, reserved = credit = house.ledger.credit(account)

        assert list(accumulate(deltas)) == [entry["balance"] for entry in entries]
        assert sum(deltas) == balance
        assert granted(house, account) == balance + charged(house, account)
        assert in_validation(house, account) == reserved
        assert balance >= 0
        assert credit.available >= 0


def check_charges(house: House, valid: Mapping[int, int]) -> None:
    """See that every job was charged once, for exactly its valid records.

    Args:
        house: whose jobs.
        valid: how many records of each job have a valid email.
    """
    assert list(valid) == house.jobs.find()
    for job, expected in valid.items():
        row = house.jobs.row(job)
        settled = row["state"] not in IN_VALIDATION
        entries = [
            entry["delta"]
            for entry in house.ledger.entries(row["account"])
            if entry["unique_processing_id"] == job
        ]

        assert ([-expected] if settled and expected else []) == entries
        assert [expected if settled else None] * 2 == [row["valid"], row["charged"]]


def granted(house: House, account: str) -> int:
    """Return what an account was given, less what was taken by setting it."""
    return sum(
        amount(entry["delta"])
        for entry in house.ledger.entries(account)
        if entry["reason"] != "charge"
    )


def charged(house: House, account: str) -> int:
    """Return what an account's jobs have cost."""
    jobs = house.jobs.find(account)
    return sum(house.jobs.row(job)["charged"] or 0 for job in jobs)


def in_validation(house: House, account: str) -> int:
    """Return what an account's jobs that are yet to be charged have asked for."""
    jobs = [job for state in IN_VALIDATION for job in house.jobs.find(account, state)]
    return sum(house.jobs.row(job)["fetch_count"] for job in jobs)


def amount(value: object) -> int:
    """Tell the type checker that this is one."""
    assert isinstance(value, int)
    return value
