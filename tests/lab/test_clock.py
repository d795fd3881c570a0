import time

import pytest

from reachapi_emulator.state.clock import (
    MAX_INSTANT,
    SECOND,
    TimeError,
    VirtualClock,
    microseconds,
    real_time,
    seconds,
)
from support.house import House, memory_store
from support.scripted import RealTime

DAY = 86_400 * SECOND


@pytest.fixture
def house() -> House:
    """Return rooms in which real time is in hand."""
    return House()


@pytest.fixture
def clock(house: House) -> VirtualClock:
    """Return the clock of the house."""
    return house.clock


@pytest.fixture
def real(house: House) -> RealTime:
    """Return real time, in hand."""
    return house.real


@pytest.mark.parametrize(("instant", "expected"), [(None, None), (1_500_000, 1.5)])
def test_seconds_of_an_instant(instant: int | None, expected: float | None) -> None:
    """None stays None."""
    assert expected == seconds(instant)


@pytest.mark.parametrize(
    ("duration", "expected"), [(0.1, 100_000), (1e-7, 0), (3, 3e6)]
)
def test_microseconds_of_a_duration(duration: float, expected: int) -> None:
    """To the nearest."""
    assert expected == microseconds(duration)


def test_real_time_is_that_of_the_machine() -> None:
    """In microseconds, within a second."""
    assert abs(real_time()() - time.time_ns() // 1000) < SECOND


def test_real_time_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when somebody sets the machine's clock back."""
    real = real_time()
    before = real()

    monkeypatch.setattr(time, "time_ns", lambda: 0)

    assert before <= real()


def test_a_clock_follows_real_time() -> None:
    """Unless it is told another."""
    clock = VirtualClock(memory_store())
    clock.start()

    assert abs(clock.now() - time.time_ns() // 1000) < SECOND


def test_a_clock_must_be_started() -> None:
    """Before that it has no time to tell."""
    with pytest.raises(LookupError, match="not been started"):
        VirtualClock(memory_store()).now()


def test_a_running_clock_goes_with_real_time(
    clock: VirtualClock, real: RealTime
) -> None:
    """As fast, and not frozen."""
    before = clock.now()

    real.now += DAY

    assert (before + DAY, False) == clock.read()


def test_a_frozen_clock_stands(clock: VirtualClock, real: RealTime) -> None:
    """However much time passes."""
    before = clock.now()
    clock.freeze()

    real.now += DAY

    assert (before, True) == clock.read()


def test_freezing_twice_is_freezing_once(clock: VirtualClock, real: RealTime) -> None:
    """It stands where it stood."""
    before = clock.now()
    clock.freeze()
    real.now += DAY

    clock.freeze()

    assert (before, True) == clock.read()


def test_a_resumed_clock_goes_on_from_where_it_stood(
    clock: VirtualClock, real: RealTime
) -> None:
    """What it stood through is not made up for."""
    before = clock.now()
    clock.freeze()
    real.now += DAY

    clock.resume()
    real.now += 1

    assert (before + 1, False) == clock.read()


def test_resuming_a_running_clock_changes_nothing(
    clock: VirtualClock, real: RealTime
) -> None:
    """It goes on."""
    before = clock.now()

    clock.resume()
    real.now += 1

    assert (before + 1, False) == clock.read()


@pytest.mark.parametrize("frozen", [True, False])
def test_a_clock_jumps_ahead(clock: VirtualClock, *, frozen: bool) -> None:
    """Frozen or not, and stays so."""
    if frozen:
        clock.freeze()
    before = clock.now()

    clock.advance(DAY)

    assert (before + DAY, frozen) == clock.read()


def test_a_resumed_clock_has_kept_its_jumps(clock: VirtualClock) -> None:
    """It goes on from where it jumped to."""
    before = clock.now()
    clock.freeze()
    clock.advance(DAY)

    clock.resume()

    assert (before + DAY, False) == clock.read()


def test_a_clock_never_jumps_back(clock: VirtualClock) -> None:
    """Not by a microsecond."""
    before = clock.now()

    with pytest.raises(TimeError, match="time never goes backwards"):
        clock.advance(-1)

    assert before == clock.now()


def test_a_clock_has_an_end(clock: VirtualClock) -> None:
    """The last instant of the year 9999 can be reached, and no later one."""
    last = MAX_INSTANT - 1 - clock.now()

    with pytest.raises(TimeError, match="after the year 9999"):
        clock.advance(last + 1)
    clock.advance(last)

    assert MAX_INSTANT - 1 == clock.now()


def test_starting_again_sets_nothing(clock: VirtualClock, house: House) -> None:
    """What was kept goes on."""
    clock.advance(DAY)

    clock.start()

    assert house.real.now + DAY == clock.now()
