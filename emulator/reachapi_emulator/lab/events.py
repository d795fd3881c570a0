"""What a tester can watch happen: the names of the events in the store's feed."""

from enum import StrEnum


class Happening(StrEnum):
    """What has happened; docs/control-api.md has the shape of each."""

    REQUEST = "request"
    JOB = "job"
    ATTEMPT = "attempt"
    DELIVERY = "delivery"
    ACCOUNT = "account"
    FAULT = "fault"
    CLOCK = "clock"
    RESET = "reset"
