"""Why the emulator cannot start."""


class StartError(Exception):
    """The emulator cannot start; the message says what to do."""
