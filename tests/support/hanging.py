"""The old name of `support.receiver`."""

# ruff: noqa: PLC0414 # mypy takes an alias for an export

from support.receiver import Receiver as HangingReceiver, receiving as receiving

__all__ = ["HangingReceiver", "receiving"]
