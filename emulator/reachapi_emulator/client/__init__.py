"""Drives a running emulator over its control API; knows nothing of its inside."""

from reachapi_emulator.client.account import INBOX, Account
from reachapi_emulator.client.clock import AccountClock, Clock
from reachapi_emulator.client.driver import Driver
from reachapi_emulator.client.errors import (
    ConnectionLost,
    EmulatorError,
    NotAnEmulator,
    WaitTimeout,
)
from reachapi_emulator.client.faults import Fault, Faults
from reachapi_emulator.client.shapes import (
    Arrival,
    Attempt,
    BusiestSecond,
    CircuitName,
    Delivery,
    Finding,
    Job,
    KindName,
    LedgerEntry,
    OperationName,
    PhaseName,
    Report,
    Request,
    StateName,
    WaitName,
)

__all__ = [
    "INBOX",
    "Account",
    "AccountClock",
    "Arrival",
    "Attempt",
    "BusiestSecond",
    "CircuitName",
    "Clock",
    "ConnectionLost",
    "Delivery",
    "Driver",
    "EmulatorError",
    "Fault",
    "Faults",
    "Finding",
    "Job",
    "KindName",
    "LedgerEntry",
    "NotAnEmulator",
    "OperationName",
    "PhaseName",
    "Report",
    "Request",
    "StateName",
    "WaitName",
    "WaitTimeout",
]
