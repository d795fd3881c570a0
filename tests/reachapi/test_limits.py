import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.errors import TooManyRequests
from reachapi_emulator.vendor.rate_limit import Limiter, Usage
from support.house import memory_store

KEY = "the key"


def limiter(limit: int = 10) -> Limiter:
    """Return a limiter that has admitted nothing yet."""
    return Limiter(memory_store(), limit)


def admit(limiter: Limiter, count: int, now: int = 0, key: str = KEY) -> None:
    """Make some requests at an instant."""
    for _ in range(count):
        limiter.admit(key, now)


def used(limiter: Limiter, now: int, limit: int = 10) -> int:
    """Return how many requests lie in the window."""
    return limit - limiter.usage(KEY, now).remaining


def test_ten_requests_are_admitted_in_a_second() -> None:
    """Ruling 9: and the eleventh is refused."""
    limited = limiter()
    admit(limited, 10)

    with pytest.raises(TooManyRequests):
        limited.admit(KEY, SECOND - 1)


def test_a_second_later_is_another_second() -> None:
    """The window is half open."""
    limited = limiter()
    admit(limited, 10)

    admit(limited, 10, SECOND)

    assert 10 == used(limited, SECOND)


def test_the_window_slides() -> None:
    """Room comes as each request grows old, not with the turn of a second."""
    limited = limiter()
    admit(limited, 9, 0)
    admit(limited, 1, SECOND - 1)
    admit(limited, 9, SECOND)

    with pytest.raises(TooManyRequests):
        limited.admit(KEY, SECOND)


def test_a_refused_request_does_not_count() -> None:
    """Who goes on asking is not kept out for it."""
    limited = limiter(1)
    admit(limited, 1)
    with pytest.raises(TooManyRequests):
        limited.admit(KEY, SECOND - 1)

    admit(limited, 1, SECOND)

    assert 1 == used(limited, SECOND, 1)


def test_each_key_has_its_own_limit() -> None:
    """Ruling 9: per key."""
    limited = limiter(1)
    admit(limited, 1)

    admit(limited, 1, key="another")

    with pytest.raises(TooManyRequests):
        limited.admit(KEY, 0)


def test_a_limit_of_nought_admits_all() -> None:
    """And remembers none of them."""
    limited = limiter(0)

    admit(limited, 1_000)

    assert 0 == used(limited, 0, 0)


def test_an_unused_window_is_all_there() -> None:
    """And need not be waited for."""
    assert Usage(limit=10, remaining=10, reset=0) == limiter().usage(KEY, 0)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (500_000, Usage(limit=10, remaining=7, reset=1)),
        (SECOND - 1, Usage(limit=10, remaining=7, reset=1)),
        (SECOND, Usage(limit=10, remaining=9, reset=1)),
        (SECOND + 500_000, Usage(limit=10, remaining=10, reset=0)),
    ],
)
def test_usage_tells_what_is_left(now: int, expected: Usage) -> None:
    """And when there is more: whole seconds, rounded up."""
    limited = limiter()
    admit(limited, 2, 0)
    admit(limited, 1, 500_000)

    assert expected == limited.usage(KEY, now)


def test_asking_for_the_usage_uses_nothing() -> None:
    """However often."""
    limited = limiter()
    for _ in range(20):
        limited.usage(KEY, 0)

    assert 0 == used(limited, 0)
