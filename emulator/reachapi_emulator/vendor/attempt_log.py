"""The log line of an attempt: what came of it, what follows, and a hint."""

import logging
from collections.abc import Sequence

from reachapi_emulator.delivery.outcome import Outcome, hint, in_container
from reachapi_emulator.logs import masked_url
from reachapi_emulator.state.clock import SECOND, seconds
from reachapi_emulator.vendor.job import BegunAttempt
from reachapi_emulator.vendor.retry_policy import Decision

log = logging.getLogger("reachapi_emulator.attempts")


def log_attempt(
    attempt: BegunAttempt, outcome: Outcome, decision: Decision, schedule: Sequence[int]
) -> None:
    """Log an attempt that has ended, and what follows; a warning unless it was 200.

    Args:
        attempt: that was made.
        outcome: what it came to.
        decision: what follows.
        schedule: microseconds before each retry.
    """
    url = masked_url(attempt.url)
    advice = hint(outcome, url, in_container=in_container())
    follows: str = decision.state
    if decision.due_at is not None:
        follows = f"next in {schedule[attempt.retries] / SECOND:g} s"
    log.log(
        logging.INFO if outcome.acknowledged else logging.WARNING,
        "job %d attempt %d %s -> %s, %d ms, %s%s",
        attempt.job,
        attempt.number,
        url,
        outcome.error if outcome.status is None else outcome.status,
        outcome.duration_ms,
        follows,
        f" ({advice})" if advice else "",
        extra={
            "fields": {
                "unique_processing_id": attempt.job,
                "attempt": attempt.number,
                "url": url,
                "status": outcome.status,
                "error": outcome.error,
                "duration_ms": outcome.duration_ms,
                "state": decision.state,
                "next_due_at": seconds(decision.due_at),
                "hint": advice,
            }
        },
    )
