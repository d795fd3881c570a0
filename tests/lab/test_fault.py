import pytest

from reachapi_emulator.testing.faults import KINDS, FaultKind, FaultPhase, FaultRule

EVERY = FaultRule(phase=FaultPhase.REQUEST, kind=FaultKind.EMPTY)


def of(**values: object) -> FaultRule:
    """Return a fault of requests."""
    return FaultRule(**{"phase": FaultPhase.REQUEST, "kind": FaultKind.EMPTY, **values})  # type: ignore[arg-type] # one of each field


def picked(fault: FaultRule, events: int = 20) -> list[int]:
    """Return the numbers of the events that a fault picks."""
    return [number for number in range(1, events + 1) if fault.picks(number)]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (EVERY, True),
        (of(operation="fetch"), True),
        (of(operation="counts"), False),
        (of(account="ann"), True),
        (of(account="bob"), False),
        (of(operation="fetch", account="ann"), True),
        (of(operation="fetch", account="bob"), False),
        (of(phase=FaultPhase.WEBHOOK), False),
    ],
)
def test_a_fault_is_meant_for_events(fault: FaultRule, *, expected: bool) -> None:
    """All that it names must fit; what it leaves out may be anything."""
    assert expected == fault.matches(FaultPhase.REQUEST, "fetch", "ann")


def test_a_fault_for_an_account_is_not_meant_for_nobody() -> None:
    """A request without a key has no account."""
    assert not of(account="ann").matches(FaultPhase.REQUEST, "sdk", None)
    assert EVERY.matches(FaultPhase.REQUEST, "sdk", None)


def test_without_a_probability_every_event_is_picked() -> None:
    """None is spared."""
    assert list(range(1, 21)) == picked(EVERY)


def test_the_fate_of_an_event_is_the_same_in_every_run() -> None:
    """Seed, probability and number decide, and nothing else."""
    assert [3, 5, 7, 8, 9, 12, 15, 16, 17] == picked(of(probability=0.5, seed=4))


def test_another_seed_picks_others() -> None:
    """So that a tester may try several."""
    one, other = (picked(of(probability=0.5, seed=seed)) for seed in (0, 1))

    assert one != other


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_as_many_are_picked_as_is_probable(probability: float) -> None:
    """Of ten thousand, within five hundred."""
    expected = probability * 10_000
    found = len(picked(of(probability=probability, seed=7), 10_000))

    assert abs(expected - found) < 500


def test_certainty_picks_all() -> None:
    """A probability of 1 is none."""
    assert list(range(1, 21)) == picked(of(probability=1, seed=0))


@pytest.mark.parametrize(
    ("older", "younger", "expected"),
    [
        (EVERY, EVERY, True),
        (EVERY, of(account="ann", operation="fetch"), True),
        (of(probability=1), EVERY, True),
        (of(times=9), EVERY, False),
        (of(probability=0.9), EVERY, False),
        (of(account="ann"), EVERY, False),
        (of(account="ann"), of(account="bob"), False),
        (of(operation="fetch"), of(account="ann"), False),
        (EVERY, of(phase=FaultPhase.WEBHOOK), False),
    ],
)
def test_a_fault_hides_what_it_leaves_nothing_for(
    older: FaultRule, younger: FaultRule, *, expected: bool
) -> None:
    """It strikes everything that the younger one is meant for."""
    assert expected == older.hides(younger)


def test_every_kind_belongs_to_a_phase() -> None:
    """One that strikes nothing would be of no use."""
    assert set(FaultKind) == {kind for kinds in KINDS.values() for kind in kinds}
