"""What a client can do wrong, by name."""

from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What is found in requests, and in the answers of receivers."""

    RATE_LIMIT = "rate_limit"
    NO_BACKOFF = "no_backoff"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    SLOW_RECEIVER = "slow_receiver"
    INSUFFICIENT_CREDIT = "insufficient_credit"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 # a name
    UNAUTHORIZED = "unauthorized"
    UNKNOWN_PATH = "unknown_path"


Remark: TypeAlias = tuple[Kind, str]
"""What was noticed while a request was answered, and the name that it concerns."""
