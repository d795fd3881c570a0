"""Email validity: a property of the data, judged once (ruling 26)."""

import asyncio
import re
from typing import Any

from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import Dataset

_TOP_LEVEL = re.compile(r"(?<=\.)[a-z]+\Z", re.IGNORECASE | re.ASCII)
_INVALID = re.compile(r"\.invalid\Z", re.IGNORECASE)
_SYNTAX: dict[str, Any] = {
    "allow_smtputf8": True,
    "allow_empty_local": False,
    "allow_quoted_local": False,
    "allow_domain_literal": False,
    "allow_display_name": False,
    "check_deliverability": False,
    "strict": True,
    "test_environment": True,
}
"""Said in full: what is left out, email-validator takes from globals."""

SLICE = 40
"""Emails judged between two chances for other requests: about 2 ms."""


def is_deliverable(email: str | None) -> bool:
    """Tell whether mail could reach an address, without asking anyone (ruling 26).

    The syntax is judged by email-validator. It would refuse more reserved names than
    `.invalid`, out of a list that anybody in the process may change: so it is shown
    another top-level domain of the same length.
    """
    from reachapi_emulator.vendor.email_syntax import (  # noqa: PLC0415 # 25 ms that a start need not pay
        EmailNotValidError,
        validate_email,
    )

    shown = _TOP_LEVEL.sub(lambda name: "x" * len(name[0]), email or "")
    try:
        validate_email(shown, **_SYNTAX)
    except EmailNotValidError:
        return False
    return not _INVALID.search(email or "")


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
