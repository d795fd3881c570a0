"""What is promised of keys, of the limit, of credits, and to who submits a request."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote
from uuid import uuid4

import pytest

from contract.table import DOCUMENTED, OBSERVED, OURS, Expected, accepted, refused
from support.client import (
    BATCH,
    COUNTS,
    CREDITS,
    FETCH,
    FETCH_DATA,
    SDK,
)
from support.contacts import contacts, deliverable
from support.contract.account import VALIDATION, Account, opened
from support.contract.client import Answer, Vendor
from support.contract.target import Target
from support.surface import C_SUITE, SAMPLES, SDK_FIELDS

DATACAPTIVE = {"company_name": {"0": "DataCaptive"}}
NINE = {"fetchCount": 9, "filter": DATACAPTIVE}
UNAUTHORIZED = refused(401, "Unauthorized")
FORBIDDEN = refused(403, "Forbidden")
INACTIVE = refused(400, "Webhook feature is inactive")
OPENED = ("opened", 10_000, 10_000)
CREDIT = accepted("success", {"available_credit": 10_000})

pytestmark = pytest.mark.emulator_only
promise = pytest.mark.promise


@promise("HTTP Return Codes: 403", OURS)
def test_a_key_that_was_replaced_is_forbidden_and_the_new_one_good(
    account: Account,
) -> None:
    shown = account.turn("POST", "/api-key")

    assert FORBIDDEN == account.vendor.post(CREDITS).given
    assert CREDIT == account.vendor.under(shown["api_key"]).post(CREDITS).given


@promise("Ruling 6", OURS)
def test_the_key_of_a_suspended_account_is_forbidden_everywhere(
    account: Account,
) -> None:
    account.turn("PATCH", form={"suspended": True})
    answers = [sample(account.vendor, number).given for number in range(len(SAMPLES))]
    account.turn("PATCH", form={"suspended": False})

    assert [FORBIDDEN] * len(SAMPLES) == answers
    assert CREDIT == account.vendor.post(CREDITS).given


def sample(vendor: Vendor, number: int) -> Answer:
    """Send one of the page's samples."""
    method, path, _, body = SAMPLES[number]
    return vendor.send(method, path, body)


@promise("Ruling 7", OURS)
def test_a_test_key_opens_an_account_of_its_own_on_first_use(target: Target) -> None:
    account = Account(target.url, f"test-contract-{uuid4().hex}")
    first, second = (account.vendor.post(CREDITS).given for _ in range(2))
    shown, listed = account.shown(), account.tell("GET", "/accounts")
    account.turn("DELETE")

    inbox = f"{target.url}/_emulator/inbox/{quote(account.id)}"
    assert (CREDIT, CREDIT) == (first, second)
    assert (inbox, True) == (shown["webhook"]["url"], shown["webhook"]["active"])
    assert 1 == [each["id"] for each in listed].count(account.id)


def checks(account: Account, number: int) -> list[int]:
    """Send credit checks one after the other and return their statuses."""
    return [account.vendor.post(CREDITS).status for _ in range(number)]


@promise("Rate Limitations", DOCUMENTED)
def test_ten_are_admitted_in_any_second(account: Account) -> None:
    first = checks(account, 11)
    account.advance(0.999)
    early = checks(account, 1)
    account.advance(0.001)

    assert [200] * 10 + [429] == first
    assert [429] == early
    assert [200] * 10 + [429] == checks(account, 11)


@promise("Ruling 3", OURS)
def test_the_refusal_of_the_limit_is_an_envelope(account: Account) -> None:
    checks(account, 10)

    assert refused(429, "Too many requests") == account.vendor.post(CREDITS).given


@promise("Ruling 9", OURS)
def test_the_window_slides(account: Account) -> None:
    admitted = []
    for _ in range(3):
        admitted.append(checks(account, 5))
        account.advance(0.5)

    assert [[200] * 5] * 3 == admitted
    assert [200] * 5 + [429] == checks(account, 6)


@promise("Ruling 9", OURS)
def test_all_endpoints_count_together(account: Account) -> None:
    paths = [FETCH_DATA, *[CREDITS, COUNTS, FETCH] * 3]
    admitted = [account.vendor.post(path).status for path in paths]
    refusals = [sample(account.vendor, number).status for number in range(5)]
    polled = account.vendor.get(BATCH).status

    assert [400, *[200, 400, 400] * 3] == admitted
    assert [429] * 6 == [*refusals, polled]


@promise("Ruling 9", OURS)
def test_a_refused_request_does_not_count(account: Account) -> None:
    checks(account, 10)
    account.advance(0.5)
    refusals = checks(account, 10)
    account.advance(0.5)

    assert [429] * 10 + [200] * 10 == refusals + checks(account, 10)


@promise("Ruling 9", DOCUMENTED)
def test_every_key_has_a_window_of_its_own(account: Account, target: Target) -> None:
    checks(account, 11)
    with opened(target.url) as other:
        assert [200] * 10 + [429] == checks(other, 11)


@promise("Ruling 9", OURS)
def test_requests_at_once_are_counted_one_by_one(account: Account) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = pool.map(lambda _: account.vendor.post(CREDITS).status, range(20))

        assert [200] * 10 + [429] * 10 == sorted(answers)


@promise("Ruling 4", OURS)
@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/nothing", 404), ("GET", CREDITS, 405)]
)
def test_what_is_refused_before_the_limit_does_not_count(
    account: Account, method: str, path: str, status: int
) -> None:
    early = [account.vendor.send(method, path).status for _ in range(11)]

    assert [status] * 11 == early
    assert [200] * 10 == checks(account, 10)


def limits(answer: Answer) -> set[str]:
    """Return the headers that tell of the limit."""
    names = {name.casefold() for name in answer.headers}
    return {name for name in names if "ratelimit" in name or name == "retry-after"}


@promise("Ruling 10", OURS)
def test_no_header_of_a_refusal_tells_of_the_limit(account: Account) -> None:
    answers = [account.vendor.post(CREDITS) for _ in range(11)]

    assert (429, set()) == (answers[-1].status, limits(answers[-1]))


@promise("Ruling 17", OURS)
def test_the_java_sdk_is_not_limited_and_counts_against_no_limit(
    account: Account,
) -> None:
    asked = [account.vendor.get(f"{SDK}{name}").status for name in SDK_FIELDS]

    assert [200] * 11 == asked
    assert [200] * 10 + [429] == checks(account, 11)


@promise("Ruling 17", OURS)
def test_the_java_sdk_may_send_the_key_of_a_suspended_account(account: Account) -> None:
    account.turn("PATCH", form={"suspended": True})

    assert 200 == account.vendor.get(f"{SDK}state").status


@promise("Ruling 17", OURS)
def test_a_test_key_of_the_java_sdk_opens_no_account(target: Target) -> None:
    account = Account(target.url, f"test-contract-{uuid4().hex}")
    account.vendor.get(f"{SDK}country")

    assert account.id not in [each["id"] for each in account.tell("GET", "/accounts")]


def fetch(account: Account, count: int, wanted: object | None = None) -> Answer:
    """Ask for records, accepted or not."""
    return account.vendor.post(FETCH, {"fetchCount": count, "filter": wanted or {}})


def insufficient(available: int, requested: int) -> Expected:
    """Return the answer of the page to who asks for too much."""
    data = {"available_credit": available, "requested_fetch_count": requested}
    return refused(402, "Insufficient credit balance", data=data)


@promise("Data Fetch API: 402", DOCUMENTED)
@pytest.mark.parametrize("wanted", [C_SUITE, DATACAPTIVE], ids=["many", "few"])
def test_over_the_credit_it_is_refused_however_many_match(
    account: Account, wanted: object
) -> None:
    account.turn("PATCH", form={"credits": 720})

    assert insufficient(720, 721) == fetch(account, 721, wanted).given


@promise("Ruling 23", OURS)
def test_all_that_is_available_may_be_asked_for(account: Account) -> None:
    account.turn("PATCH", form={"credits": 720})

    assert [200, 402] == [fetch(account, count).status for count in (720, 1)]


@promise("Ruling 23", OURS)
@pytest.mark.parametrize("path", [FETCH, FETCH_DATA])
def test_what_validation_has_reserved_is_not_available(
    account: Account, path: str
) -> None:
    account.turn("PATCH", form={"credits": 10})
    account.submit(7, DATACAPTIVE, path)
    shown = account.shown()

    assert (10, 7, 3) == (shown["credits"], shown["reserved"], account.credit())
    assert insufficient(3, 4) == fetch(account, 4).given
    assert [200, 402] == [fetch(account, count).status for count in (3, 1)]


@promise("HTTP Return Codes: 402", DOCUMENTED)
def test_what_was_reserved_in_vain_is_available_again(account: Account) -> None:
    account.turn("PATCH", form={"credits": 10})
    account.attempted(10, DATACAPTIVE)
    shown = account.shown()

    assert (1, 0) == (shown["credits"], shown["reserved"])
    assert insufficient(1, 2) == fetch(account, 2).given
    assert 200 == fetch(account, 1).status


@promise("Ruling 23", OURS)
def test_requests_at_once_cannot_overspend(account: Account) -> None:
    account.turn("PATCH", form={"credits": 10})
    with ThreadPoolExecutor(10) as pool:
        answers = pool.map(lambda _: fetch(account, 3).status, range(10))

        assert [200] * 3 + [402] * 7 == sorted(answers)


@promise("Data Fetch API: Credits Deduction", DOCUMENTED)
@pytest.mark.parametrize("count", [1, 100])
def test_every_valid_record_costs_a_credit_once_validation_ends(
    account: Account, count: int
) -> None:
    valid = sum(map(deliverable, contacts()[:count]))
    job = account.submit(count, {})
    before = account.ledger()
    account.advance(VALIDATION)
    account.wait(job, attempts=1)

    assert [OPENED] == before
    assert [OPENED, ("charge", -valid, 10_000 - valid)] == account.ledger()
    assert 10_000 - valid == account.credit()


@promise("Ruling 25", OURS)
def test_the_charge_comes_before_the_first_attempt(account: Account) -> None:
    job = account.submit(9, DATACAPTIVE)
    account.set_webhook(active=False)
    account.advance(VALIDATION)
    shown = account.wait(job, state="delivering")

    assert (9, [], 9991) == (shown["charged"], shown["attempts"], account.credit())


@promise("Ruling 24", OURS)
def test_ids_count_up_over_all_accounts_and_both_kinds(
    account: Account, target: Target
) -> None:
    with opened(target.url) as other:
        fetch(account, 20_000)  # refused: it takes none
        jobs = [
            account.submit(1, DATACAPTIVE),
            other.submit(1, DATACAPTIVE, FETCH_DATA),
            account.submit(1, DATACAPTIVE),
        ]

    assert sorted(set(jobs)) == jobs
    assert min(jobs) >= 1300


@promise("Data Fetch API: `webhook_secret_key`", DOCUMENTED)
@pytest.mark.parametrize("path", [FETCH, FETCH_DATA])
@pytest.mark.parametrize("name", ["webhook_secret_key", "Webhook_Secret_Key"])
def test_the_accounts_secret_may_be_sent(
    account: Account, name: str, path: str
) -> None:
    answer = account.vendor.post(path, NINE, {name: account.secret()})

    assert 200 == answer.status


@promise("Setting Up Webhook: Webhook Secret", DOCUMENTED)
def test_a_secret_generated_anew_replaces_the_old_one(account: Account) -> None:
    old = account.secret()
    account.turn("POST", "/webhook/secret")
    secrets = (old, account.secret())
    headers = [{"webhook_secret_key": secret} for secret in secrets]

    assert [401, 200] == [
        account.vendor.post(FETCH, NINE, each).status for each in headers
    ]


@promise("Ruling 22", DOCUMENTED)
@pytest.mark.parametrize("form", [{"url": None}, {"active": False}], ids=str)
def test_without_an_active_webhook_it_is_refused_until_there_is_one(
    account: Account, form: dict[str, object]
) -> None:
    account.turn("PUT", "/webhook", {"url": f"inbox:{account.id}", **form})
    answer = account.vendor.post(FETCH, NINE)
    account.set_webhook()

    assert INACTIVE == answer.given
    assert 200 == account.vendor.post(FETCH, NINE).status


@promise("Ruling 32", OBSERVED)
@pytest.mark.parametrize("form", [{"url": None}, {"active": False}], ids=str)
def test_to_be_polled_it_needs_no_webhook(
    account: Account, form: dict[str, object]
) -> None:
    account.turn("PUT", "/webhook", {"url": f"inbox:{account.id}", **form})

    assert 200 == account.vendor.post(FETCH_DATA, NINE).status


@promise("Ruling 21", OURS)
def test_any_secret_is_wrong_where_there_is_none(
    account: Account, target: Target
) -> None:
    bare = f"bare-{uuid4().hex}"
    shown = account.tell("POST", "/accounts", {"id": bare, "webhook": None})
    vendor = target.vendor(shown["api_key"])
    answer = vendor.post(FETCH_DATA, NINE, {"webhook_secret_key": "any"})
    account.tell("DELETE", f"/accounts/{bare}")

    assert UNAUTHORIZED == answer.given
