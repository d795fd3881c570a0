import pytest
from pyroaring import BitMap

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.accounts import Opening
from reachapi_emulator.vendor.errors import (
    InsufficientCredit,
    Unauthorized,
    WebhookInactive,
)
from reachapi_emulator.vendor.job import DataRequest
from reachapi_emulator.vendor.jobs import Jobs
from support.house import CREDITS, URL, House, asleep, is_woken

DELAY = 60 * SECOND


@pytest.fixture
def house() -> House:
    """Return rooms with accounts ann and bob; validation begins after a minute."""
    house = House(delay=DELAY)
    house.open("ann")
    house.open("bob")
    return house


@pytest.fixture
def jobs(house: House) -> Jobs:
    """Return the jobs of the house."""
    return house.jobs


def test_ids_are_counted_from_1300(house: House) -> None:
    """Ruling 24: over all accounts."""
    assert [1300, 1301, 1302] == [house.ask(1, name) for name in ("ann", "bob", "ann")]


def test_no_id_is_given_twice(house: House) -> None:
    """Not even that of a job which a reset has taken."""
    house.ask(1)
    house.accounts.reset("ann")

    assert 1301 == house.ask(1)


def test_starting_again_counts_on(house: House) -> None:
    """A store that survived a restart has its ids already."""
    house.ask(1)

    house.jobs.start()

    assert 1301 == house.ask(1)


def test_a_job_is_as_it_was_submitted(house: House) -> None:
    """And falls due on its account's clock."""
    house.advance(30, "ann")
    wanted = {"sic_code": {"0": "8082"}}
    job = house.jobs.submit("ann", DataRequest(5, wanted, BitMap([1, 2, 6])))
    now = house.clock.now("ann") / SECOND

    assert {
        "unique_processing_id": job,
        "account": "ann",
        "state": "submitted",
        "polled": False,
        "fetch_count": 5,
        "filter": wanted,
        "matched": 3,
        "valid": None,
        "charged": None,
        "created_at": now,
        "due_at": now + 60,
        "attempts": [],
    } == house.jobs.shown(job)


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [1]), (2, [1, 4]), (3, [1, 4, 6]), (9, [1, 4, 6])]
)
def test_the_first_matches_are_validated(
    jobs: Jobs, count: int, expected: list[int]
) -> None:
    """Ruling 25: fetchCount of them, in id order; fewer if there are fewer."""
    job = jobs.submit("ann", DataRequest(count, {}, BitMap([6, 4, 1])))

    assert BitMap(expected) == jobs.records(job)


def test_a_job_may_match_nothing(house: House) -> None:
    """Ruling 25: it is accepted all the same."""
    job = house.ask(5, matches=0)

    assert BitMap() == house.jobs.records(job)


def test_what_is_available_can_be_asked_for(house: House) -> None:
    """Ruling 23: all of it."""
    house.ask(CREDITS)

    assert 0 == house.ledger.credit("ann").available


@pytest.mark.parametrize(("reserved", "asked"), [(0, CREDITS + 1), (400, 601)])
def test_more_than_is_available_is_refused(
    house: House, reserved: int, asked: int
) -> None:
    """Ruling 23: says how much is, and leaves no job behind."""
    held = [house.ask(reserved)] if reserved else []

    with pytest.raises(InsufficientCredit) as refusal:
        house.ask(asked)

    assert {
        "available_credit": CREDITS - reserved,
        "requested_fetch_count": asked,
    } == refusal.value.data
    assert held == house.jobs.find()


def test_a_number_beyond_all_bounds_is_refused(house: House) -> None:
    """As one over the credit is."""
    with pytest.raises(InsufficientCredit):
        house.ask(10**30)


@pytest.mark.parametrize(("url", "active"), [(None, True), (None, False), (URL, False)])
def test_without_a_webhook_nothing_is_accepted(
    house: House, url: str | None, *, active: bool
) -> None:
    """Ruling 22: none configured, or inactive; whatever the credit."""
    house.accounts.set_webhook("ann", url, active=active)

    with pytest.raises(WebhookInactive):
        house.ask(CREDITS + 1)


def test_an_account_that_never_had_a_webhook_accepts_nothing(house: House) -> None:
    """Ruling 22."""
    house.accounts.open(Opening("cat", 5, webhook_url=None))

    with pytest.raises(WebhookInactive):
        house.ask(1, "cat")


def test_an_account_that_is_gone_accepts_nothing(house: House) -> None:
    """It was deleted after its key had been checked."""
    house.accounts.forget("ann")

    with pytest.raises(Unauthorized):
        house.ask(1)


async def test_a_submitted_job_wakes_who_waits(house: House) -> None:
    """The dispatcher, that is."""
    sleeper = await asleep(house.clock.changed)

    house.ask(1)

    assert await is_woken(sleeper)


@pytest.mark.parametrize(
    ("account", "state", "expected"),
    [
        (None, None, [1300, 1301, 1302]),
        ("ann", None, [1300, 1302]),
        (None, "validating", [1300]),
        ("ann", "submitted", [1302]),
        ("bob", "validating", []),
        ("cat", None, []),
    ],
)
def test_jobs_are_found(
    house: House, account: str | None, state: str | None, expected: list[int]
) -> None:
    """By account and state; what is not asked may be anything."""
    for name in ("ann", "bob", "ann"):
        house.ask(1, name)
    house.store.run("job_claim", id=1300)

    assert expected == house.jobs.find(account, state)


@pytest.mark.parametrize("job", [0, 1299, 1301, 2**63 - 1, 2**63, 10**30])
def test_another_id_is_no_job(house: House, job: int) -> None:
    """However large."""
    house.ask(1)

    with pytest.raises(LookupError, match=f"there is no job {job}"):
        house.jobs.row(job)
