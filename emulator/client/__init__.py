"""Drives a running emulator over its control API; knows nothing of its inside."""

from emulator.client.account import INBOX, Account
from emulator.client.clock import AccountClock, Clock
from emulator.client.driver import Driver
from emulator.client.errors import (
    ConnectionLost,
    EmulatorError,
    NotAnEmulator,
    WaitTimeout,
)
from emulator.client.faults import Fault, Faults
from emulator.client.reports import BusiestSecond, Finding, Report
from emulator.client.shapes import (
    Arrival,
    Attempt,
    Delivery,
    Job,
    LedgerEntry,
    Request,
)

__all__ = [
    "INBOX",
    "Account",
    "AccountClock",
    "Arrival",
    "Attempt",
    "BusiestSecond",
    "Clock",
    "ConnectionLost",
    "Delivery",
    "Driver",
    "EmulatorError",
    "Fault",
    "Faults",
    "Finding",
    "Job",
    "LedgerEntry",
    "NotAnEmulator",
    "Report",
    "Request",
    "WaitTimeout",
]
