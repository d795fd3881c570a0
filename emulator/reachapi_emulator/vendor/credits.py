"""The credit ledger: every change of a balance is an entry, none is made twice."""

from typing import NamedTuple

from reachapi_emulator.state.clock import VirtualClock, seconds
from reachapi_emulator.state.events import EventType
from reachapi_emulator.state.page import EVERY, Page, rows_of
from reachapi_emulator.state.store import Row, Store

MAX_CARRIED = 100
"""Entries that are carried forward in one unit, so that it does not take long."""


class Credit(NamedTuple):
    """An account's credits: the balance, and what validations have reserved."""

    balance: int
    reserved: int

    @property
    def available(self) -> int:
        """What a new request may ask for (ruling 23)."""
        return self.balance - self.reserved


class Ledger:
    """Balances and their history.

    A reservation is no entry: it is the sum of what the account's requests in
    validation have asked for. Its methods are called
    inside a unit of work.

    Args:
        store: keeps the entries.
        clock: says when they are made.
        keep: an entry is carried forward, its sum kept, when so many of all accounts
            are newer.
    """

    def __init__(self, store: Store, clock: VirtualClock, keep: int) -> None:
        self._store = store
        self._clock = clock
        self._keep = keep

    def credit(self, account: str) -> Credit:
        """Return the credits of an account that exists.

        Raises:
            LookupError: there is no such account.
        """
        row = self._store.one("account_credits", id=account)
        if row is None:
            raise LookupError(account)
        return Credit(row["credits"], row["reserved"])

    def grant(self, account: str, amount: int) -> None:
        """Give a new account its opening balance."""
        self._move(account, amount, amount, "opened")

    def set(self, account: str, balance: int) -> None:
        """Set the balance.

        Raises:
            ValueError: requests in validation have reserved more than that.
        """
        credit = self.credit(account)
        if balance < credit.reserved:
            raise ValueError(
                f"{credit.reserved} credits are reserved by requests in validation: "
                "wait until it has ended, or set at least as many"
            )
        self._move(account, balance - credit.balance, balance, "set")

    def reserve(self, account: str, amount: int) -> None:
        """Reserve what a request asks for until its validation has ended."""
        self._store.run("account_reserve", id=account, count=amount)

    def release(self, account: str, amount: int) -> None:
        """Give back what a request has reserved: its validation has ended."""
        self._store.run("account_reserve", id=account, count=-amount)

    def charge(self, account: str, amount: int, job: int) -> None:
        """Take the credits of a job whose validation has ended, once.

        The store refuses a second charge of a job and a negative balance.
        """
        balance = self.credit(account).balance - amount
        self._move(account, -amount, balance, "charge", job)

    def entries(self, account: str, page: Page = EVERY) -> list[dict[str, object]]:
        """Return a page of changes and one more, as the control API shows them."""
        rows = rows_of(
            self._store, page, "ledger_before", "ledger_after", account=account
        )
        return [_to_json(row) for row in rows]

    def _move(
        self,
        account: str,
        delta: int,
        balance: int,
        reason: str,
        job: int | None = None,
    ) -> None:
        if delta == 0:
            return
        self._store.run("account_credit", id=account, credits=balance)
        self._store.run(
            "ledger_add",
            account=account,
            at=self._clock.now(account),
            delta=delta,
            balance=balance,
            reason=reason,
            job=job,
        )
        self._carry_forward()
        changed = {"id": account, "change": "changed"}
        self._store.publish(EventType.ACCOUNT, account, changed)

    def _carry_forward(self) -> None:
        """Let the oldest entries go, their sums kept."""
        for _ in range(MAX_CARRIED):
            row = self._store.one("ledger_over", keep=self._keep)
            if row is None:
                return
            self._store.run("ledger_carry", id=row["id"])
            self._store.run("ledger_let_go", account=row["account"], id=row["id"])


def _to_json(row: Row) -> dict[str, object]:
    return {**dict(row), "at": seconds(row["at"])}
