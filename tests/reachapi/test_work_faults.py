import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.testing.faults import BREAKS, FaultKind, FaultPhase, FaultRule
from reachapi_emulator.vendor.jobs import MAX_REORDER, Attempts
from support.house import House
from support.scripted import REFUSED, answers


@pytest.fixture
def house() -> House:
    """Return rooms with an account ann on a frozen clock, and one more."""
    house = House(schedule=(5 * SECOND, 5 * SECOND))
    house.clock.freeze()
    house.open("ann")
    house.open("bob")
    return house


def rule(house: House, kind: FaultKind, **values: object) -> int:
    """Add a rule for deliveries."""
    every = {"phase": FaultPhase.WEBHOOK, "kind": kind, **values}
    return house.faults.add(FaultRule(**every))  # type: ignore[arg-type] # one of each field


def faults_of(house: House, job: int) -> list[object]:
    """Return which rules struck the attempts of a job."""
    return [attempt["fault"] for attempt in house.attempts(job)]


def struck(house: House) -> list[object]:
    """Return how often each rule has struck."""
    return [each["struck"] for each in house.faults.shown()]


def wait_of(house: House, job: int) -> float:
    """Return in how many seconds a job is due."""
    row = house.jobs.row(job)
    return float(row["due_at"] - house.clock.now(row["account"])) / SECOND


async def test_an_attempt_that_nothing_strikes_names_no_fault(house: House) -> None:
    """The rule is another account's."""
    rule(house, FaultKind.DUPLICATE, account="bob")
    job = house.ask(1)
    await house.rest()

    assert [None] == faults_of(house, job)
    assert [0] == struck(house)


async def test_a_delay_puts_the_delivery_off(house: House) -> None:
    """On its account's clock; no attempt is recorded meanwhile."""
    number = rule(house, FaultKind.DELAY, seconds=30.0)
    job = house.ask(1)
    await house.rest()
    put_off = (wait_of(house, job), house.attempts(job))
    house.advance(30)
    await house.rest()

    assert (30, []) == put_off
    assert [number] == faults_of(house, job)
    assert "delivered" == house.jobs.row(job)["state"]


async def test_an_attempt_is_put_off_once(house: House) -> None:
    """A rule without a bound strikes the retry anew, and not the same again."""
    rule(house, FaultKind.DELAY, seconds=30.0)
    house.client.receiver = answers([REFUSED])
    job = house.ask(1)
    for seconds in (0, 30, 5, 30):
        house.advance(seconds)
        await house.rest()

    assert [2] == struck(house)
    assert [1, 1] == faults_of(house, job)
    assert "delivered" == house.jobs.row(job)["state"]


async def test_a_delay_is_as_long_on_another_clock(house: House) -> None:
    """As any wait of an account's."""
    rule(house, FaultKind.DELAY, seconds=30.0)
    house.advance(1_000, "ann")
    job = house.ask(1)
    await house.rest()
    house.clock.follow("ann")

    assert 30 == wait_of(house, job)


async def test_a_redelivery_waits_for_no_delay(house: House) -> None:
    """A tester wants it now; the strike is used up all the same."""
    rule(house, FaultKind.DELAY, seconds=30.0)
    job = house.ask(1)
    await house.rest()
    house.jobs.redeliver(job)
    await house.rest()

    assert ([1], [1]) == (struck(house), faults_of(house, job))


async def test_a_duplicate_arrives_twice(house: House) -> None:
    """The same bytes; one attempt, one charge, and the first one's outcome."""
    number = rule(house, FaultKind.DUPLICATE)
    job = house.ask(3)
    await house.rest()

    assert [job, job] == house.posted()
    assert 1 == len(set(house.bodies()))
    assert [number] == faults_of(house, job)
    assert [-3] == [
        entry["delta"]
        for entry in house.ledger.entries("ann")
        if entry["reason"] == "charge"
    ]


async def test_the_outcome_of_a_duplicate_is_the_first_ones(house: House) -> None:
    """The receiver refused that; the second it took."""
    rule(house, FaultKind.DUPLICATE, times=1)
    house.client.receiver = answers([REFUSED])
    job = house.ask(1)
    await house.rest()

    assert (2, "delivering") == (len(house.posted()), house.jobs.row(job)["state"])


async def test_reordered_is_overtaken_by_the_next(house: House) -> None:
    """It is attempted as soon as another of its account has been."""
    rule(house, FaultKind.REORDER, times=1)
    first = house.ask(1)
    await house.rest()
    alone = house.posted()
    second = house.ask(1)
    await house.rest()

    assert ([], [second, first]) == (alone, house.posted())
    assert ([1], [None]) == (faults_of(house, first), faults_of(house, second))


async def test_an_attempt_that_fails_overtakes_as_well(house: House) -> None:
    """It arrived first, however it was answered."""
    rule(house, FaultKind.REORDER, times=1)
    house.client.receiver = answers([REFUSED])
    first = house.ask(1)
    await house.rest()
    second = house.ask(1)
    await house.rest()

    assert [second, first] == house.posted()


async def test_another_accounts_delivery_does_not_overtake(house: House) -> None:
    """Its order is one of its own."""
    rule(house, FaultKind.REORDER, account="ann")
    first = house.ask(1, "ann")
    await house.rest()
    other = house.ask(1, "bob")
    await house.rest()

    assert [other] == house.posted()
    assert MAX_REORDER / SECOND == wait_of(house, first)


async def test_what_nothing_overtakes_is_attempted_by_itself(house: House) -> None:
    """After a minute of its account's time."""
    rule(house, FaultKind.REORDER)
    job = house.ask(1)
    await house.rest()
    house.advance(59)
    await house.rest()
    too_soon = house.posted()
    house.advance(1)
    await house.rest()

    assert ([], [job]) == (too_soon, house.posted())


async def test_a_rule_that_holds_all_back_lets_all_arrive(house: House) -> None:
    """The oldest first, once its minute is over."""
    rule(house, FaultKind.REORDER)
    jobs = []
    for _ in range(3):
        jobs.append(house.ask(1))
        await house.rest()
        house.advance(1)
    house.advance(57)
    await house.rest()

    assert jobs == house.posted()


async def test_what_is_held_back_stays_so_when_its_rule_is_removed(
    house: House,
) -> None:
    """What has struck has struck."""
    house.faults.remove(rule(house, FaultKind.DELAY, seconds=30.0))
    rule(house, FaultKind.DELAY, seconds=30.0)
    job = house.ask(1)
    await house.rest()
    house.faults.clear()

    assert 30 == wait_of(house, job)


@pytest.mark.parametrize("kind", BREAKS)
async def test_a_broken_attempt_is_retried(house: House, kind: FaultKind) -> None:
    """On the schedule; the credits are taken once."""
    number = rule(house, kind, times=1)
    job = house.ask(3)
    await house.rest()
    broken = (wait_of(house, job), [a["error"] for a in house.attempts(job)])
    house.advance(5)
    await house.rest()

    assert (5, ["fault"]) == broken
    assert [number, None] == faults_of(house, job)
    assert [("delivered", 3)] == [
        (row["state"], row["charged"]) for row in [house.jobs.row(job)]
    ]
    assert 997 == house.ledger.credit("ann").balance


async def test_a_rule_without_a_bound_exhausts_the_delivery(house: House) -> None:
    """One strike an attempt, and no more attempts than ever."""
    rule(house, FaultKind.EMPTY)
    job = house.ask(1)
    for _ in range(4):
        await house.rest()
        house.advance(5)

    assert ([3], "exhausted") == (struck(house), house.jobs.row(job)["state"])


async def test_an_attempt_cut_off_by_a_crash_is_struck_anew(house: House) -> None:
    """The one that is made again is another attempt."""
    rule(house, FaultKind.DELAY, seconds=30.0)
    job = house.ask(1)
    await house.rest()
    house.advance(30)
    row = house.jobs.row(job)
    house.store.run("job_claim", id=job)
    Attempts(house.store, house.clock, house.courier).begin(row, "")  # and a crash
    house.jobs.start()
    await house.rest()

    assert [2] == struck(house)
    assert ["interrupted"] == [attempt["error"] for attempt in house.attempts(job)]
