"""What can go wrong between a test and an emulator: one tree.

EmulatorError
    ConnectionLost      also a ConnectionError
    NotAnEmulator
    WaitTimeout         also a TimeoutError
"""


class EmulatorError(Exception):
    """The emulator refused what was asked of it; the message is its own.

    Attributes:
        status: the HTTP status of the refusal; None where there was none.
    """

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class ConnectionLost(EmulatorError, ConnectionError):
    """The emulator does not answer, or not any more; the message names its URL."""


class NotAnEmulator(EmulatorError):
    """Something answers at the URL, and it is no emulator."""


class WaitTimeout(EmulatorError, TimeoutError):
    """What was waited for did not come; the message shows what there is instead."""
