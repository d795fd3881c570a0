import pytest

from reachapi_emulator.state.clock import SECOND, VirtualClock
from support.house import House

DAY = 86_400 * SECOND


@pytest.fixture
def house() -> House:
    """Return rooms with two accounts, ann and bob."""
    house = House(delay=60 * SECOND)
    house.open("ann")
    house.open("bob")
    return house


@pytest.fixture
def clock(house: House) -> VirtualClock:
    """Return the clock of the house."""
    return house.clock


def due(house: House, job: int) -> int:
    """Return the microseconds until a job of ann's is due."""
    instant = house.jobs.row(job)["due_at"]
    assert isinstance(instant, int)
    return instant - house.clock.now("ann")


def test_an_account_follows_the_global_clock(clock: VirtualClock) -> None:
    """As long as it has none of its own."""
    clock.freeze()
    clock.advance(DAY)

    assert clock.read() == clock.read("ann")


@pytest.mark.parametrize("frozen", [True, False])
def test_an_accounts_own_clock_begins_where_the_global_one_is(
    clock: VirtualClock, *, frozen: bool
) -> None:
    """Frozen or not, as that is."""
    if frozen:
        clock.freeze()
    before = clock.now()

    clock.advance(DAY, "ann")

    assert (before + DAY, frozen) == clock.read("ann")


def test_an_accounts_own_clock_moves_nobody_else(clock: VirtualClock) -> None:
    """Neither another account nor the global clock."""
    before = clock.now()

    clock.freeze("ann")
    clock.advance(DAY, "ann")

    assert (before, False) == clock.read()
    assert (before, False) == clock.read("bob")


def test_the_global_clock_moves_no_account_with_its_own(clock: VirtualClock) -> None:
    """From the freezing on, the account's is its own."""
    before = clock.now()
    clock.freeze("ann")

    clock.advance(DAY)

    assert (before, True) == clock.read("ann")


def test_an_account_can_follow_the_global_clock_again(clock: VirtualClock) -> None:
    """Even if that is back in time."""
    clock.advance(DAY, "ann")

    clock.follow("ann")

    assert clock.read() == clock.read("ann")


@pytest.mark.parametrize("jump", [0, DAY])
def test_waits_stay_as_long_when_the_clock_is_another(house: House, jump: int) -> None:
    """What was due in a minute is due in a minute."""
    job = house.ask(1)
    house.clock.advance(10 * SECOND, "ann")
    house.clock.advance(jump)

    house.clock.follow("ann")

    assert 50 * SECOND == due(house, job)


def test_other_accounts_waits_are_left_alone(house: House) -> None:
    """They have changed no clock."""
    job = house.ask(1, "bob")
    house.clock.advance(DAY, "ann")

    house.clock.follow("ann")

    assert house.clock.now("bob") + 60 * SECOND == house.jobs.row(job)["due_at"]
