from typing import Any

import pytest

from reachapi_emulator.state.clock import SECOND
from reachapi_emulator.vendor.job import FINAL, STATES, to_json

ROW: dict[str, Any] = {
    "id": 1300,
    "account": "ann",
    "state": "delivering",
    "polled": 0,
    "fetch_count": 5,
    "filter": '{"sic_code":{"0":"8082"}}',
    "matched": 3,
    "valid": 2,
    "charged": 2,
    "created_at": SECOND,
    "due_at": 5 * SECOND // 2,
    "claimed": 0,
}
ATTEMPT: dict[str, Any] = {
    "number": 1,
    "started_at": 2 * SECOND,
    "finished": 0,
    "next_due_at": None,
}


def test_a_job_begins_in_one_state_and_ends_in_another() -> None:
    """What is not on the way is final."""
    assert set(STATES) - {"submitted", "validating", "delivering"} == FINAL


def test_a_job_is_shown_in_seconds_with_its_filter_parsed() -> None:
    """And what is 0 or 1 in the store is false or true."""
    assert {
        "unique_processing_id": 1300,
        "account": "ann",
        "state": "delivering",
        "polled": False,
        "fetch_count": 5,
        "filter": {"sic_code": {"0": "8082"}},
        "matched": 3,
        "valid": 2,
        "charged": 2,
        "created_at": 1.0,
        "due_at": 2.5,
        "attempts": [],
    } == to_json(ROW, [])


def test_a_claimed_job_is_shown_without_an_instant() -> None:
    """It is being worked on, not waited for."""
    assert to_json({**ROW, "claimed": 1}, [])["due_at"] is None


@pytest.mark.parametrize(("stored", "told"), [(0, False), (1, True)])
def test_a_job_tells_whether_it_is_polled_for(stored: int, *, told: bool) -> None:
    """Whatever its state (ruling 32)."""
    assert told is to_json({**ROW, "polled": stored}, [])["polled"]


def test_an_attempt_is_shown_as_it_is_kept() -> None:
    """In seconds, but for the store's own mark."""
    expected = {"number": 1, "started_at": 2.0, "next_due_at": None}

    assert [expected] == to_json(ROW, [ATTEMPT])["attempts"]
