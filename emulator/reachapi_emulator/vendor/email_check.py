"""Email validity: a property of the data, judged once (ruling 26)."""

import asyncio

from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset

SLICE = 40
"""Emails judged between two chances for other requests: about 2 ms."""


def is_deliverable(email: str | None) -> bool:
    """Tell whether mail could reach an address, without asking anyone (ruling 26).

    The syntax is judged by email-validator, in a copy of our own.
    """
    from reachapi_emulator.vendor.email_syntax import (  # noqa: PLC0415 # 25 ms that a start need not pay
        EmailNotValidError,
        validate_email,
    )

    try:
        validate_email(email or "", check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


class EmailCheck:
    """Judges the emails of a data set on first use and remembers the verdicts."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._judged = BitMap()
        self._valid = BitMap()

    async def valid(self, numbers: BitMap) -> BitMap:
        """Return which of these records have a valid email.

        New ones are judged in slices that let other requests through.
        """
        while pending := (numbers - self._judged)[:SLICE]:
            self._judge(pending)
            await asyncio.sleep(0)
        return numbers & self._valid

    def _judge(self, numbers: BitMap) -> None:
        for number in numbers:
            if is_deliverable(self._dataset.email(number)):
                self._valid.add(number)
        self._judged |= numbers
