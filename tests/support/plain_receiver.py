"""The old name of `support.receiver`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from support.receiver import (
    PlainReceiver as PlainReceiver,
    plainly_receiving as plainly_receiving,
)
