"""Ruling 4: of two faults in one request, the earlier check answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

import orjson
import pytest

from reachapi_emulator.embedded import Emulator
from support.client import CREDITS, FETCH
from support.contract.account import Account, opened

JSON = "application/json"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where an emulator admits one request a second."""
    with Emulator(rate_limit=1) as emulator:
        yield emulator.url


@pytest.fixture
def account(url: str) -> Iterator[Account]:
    """An account of the test's own, its clock standing still."""
    with opened(url) as account:
        yield account


@dataclass
class Draft:
    """A request to fetch, good until a fault is put into it."""

    method: str = "POST"
    path: str = FETCH
    key: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, object] = field(
        default_factory=lambda: {"fetchCount": 1, "filter": {}}
    )
    size: int = 0

    def sent(self, account: Account) -> tuple[object, ...]:
        """Send it, padded to its size with white space; return the answer to it."""
        vendor = account.vendor if self.key else account.vendor.under(None)
        body = orjson.dumps(self.body).ljust(self.size)
        return vendor.send(self.method, self.path, body, self.headers).given


def unknown_path(_: Account, draft: Draft) -> None:
    draft.path += "/"


def other_method(_: Account, draft: Draft) -> None:
    draft.method = "PUT"


def no_key(_: Account, draft: Draft) -> None:
    draft.key = False


def suspended(account: Account, _: Draft) -> None:
    account.turn("PATCH", form={"suspended": True})


def wrong_secret(_: Account, draft: Draft) -> None:
    draft.headers["webhook_secret_key"] = "another"


def full_window(account: Account, _: Draft) -> None:
    account.vendor.post(CREDITS)


def no_filter(_: Account, draft: Draft) -> None:
    del draft.body["filter"]


def large_body(_: Account, draft: Draft) -> None:
    draft.size = 1024 * 1024 + 1


def inactive_webhook(account: Account, _: Draft) -> None:
    account.set_webhook(active=False)


def no_credit(account: Account, draft: Draft) -> None:
    account.turn("PATCH", form={"credits": 720})
    draft.body["fetchCount"] = 2000


Fault = Callable[[Account, Draft], None]


def refused(
    status: int, message: str, data: object = None, allow: str | None = None
) -> tuple[object, ...]:
    """Return a refusal in the envelope."""
    return (status, JSON, {"status": status, "message": message, "data": data}, allow)


CREDIT = {"available_credit": 720, "requested_fetch_count": 2000}
ANSWERS: dict[Fault, tuple[object, ...]] = {
    unknown_path: refused(404, "Page Not Found"),
    other_method: refused(405, "Method Not Allowed", allow="POST"),
    no_key: refused(401, "Unauthorized"),
    suspended: refused(403, "Forbidden"),
    wrong_secret: refused(401, "Unauthorized"),
    full_window: refused(429, "Too many requests"),
    large_body: refused(413, "Payload Too Large"),
    no_filter: refused(400, "Required fetchCount and filter"),
    inactive_webhook: refused(400, "Webhook feature is inactive"),
    no_credit: refused(402, "Insufficient credit balance", CREDIT),
}
"""Every fault, in the order of the checks, with its answer."""

ALIKE = [{no_key, suspended}, {no_key, wrong_secret}, {large_body, no_filter}]
"""Pairs that exclude each other, or are answered alike."""

PAIRS = [pair for pair in combinations(ANSWERS, 2) if set(pair) not in ALIKE]


def test_without_a_fault_it_is_accepted(account: Account) -> None:
    assert 200 == Draft().sent(account)[0]


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda fault: fault.__name__)
def test_every_fault_alone_has_its_answer(account: Account, fault: Fault) -> None:
    draft = Draft()
    fault(account, draft)

    assert ANSWERS[fault] == draft.sent(account)


@pytest.mark.parametrize(("earlier", "later"), PAIRS, ids=lambda fault: fault.__name__)
def test_of_two_faults_the_earlier_check_answers(
    account: Account, earlier: Fault, later: Fault
) -> None:
    draft = Draft()
    later(account, draft)
    earlier(account, draft)

    assert ANSWERS[earlier] == draft.sent(account)
