"""Why the emulator cannot start, or a state cannot be used: one tree each.

StartError
StoreError
SnapshotError
    SnapshotForeign
"""


class StartError(Exception):
    """The emulator cannot start; the message says what to do."""


class StoreError(Exception):
    """The store cannot be used; the message says what to do."""


class SnapshotError(Exception):
    """A document is no snapshot that can be restored; the message says why."""


class SnapshotForeign(SnapshotError):
    """It is a snapshot, of another version or another data set."""
